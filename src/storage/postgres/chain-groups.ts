// The head over all changes on PostgreSQL: computed from the changes on demand, and then stored as
// a group.
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../../core/errors.ts';
import {
  type ChainGroup,
  type ChainPart,
  GroupParts,
  groupHash,
  type LedgerHead,
  monthOf,
} from '../chain.ts';
import { rowsOf } from './chain-audit.ts';
import type { Connection } from './connection.ts';

type Before = Pick<ChainGroup, 'number' | 'lastSeq' | 'hash'>;
const START: Before = { number: 0, lastSeq: 0, hash: '' };

/** How long a head waits for changes that were in progress when it was requested. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

const GROUPS = 'SELECT number, last_seq, changes, hash, parts FROM chain_groups ORDER BY number';
/** Ensures that two simultaneous requests for a head make one group; "ogah". */
const LOCK = 0x6f676168;

/**
 * Closes a group over all changes since the previous group, and returns its head. Nodes keep
 * working: the function waits only for running transactions, which may have numbers below the
 * newest one.
 *
 * @throws {LedgerUnavailableError} if one of them does not end within a minute
 */
export async function sealHead(connection: Connection): Promise<LedgerHead> {
  const newest = await settledNumber(connection);
  await connection.runText(
    `BEGIN; SELECT pg_advisory_xact_lock(${LOCK}, hashtext(current_schema()))`,
  );
  const [last] = await connection.runText(`${GROUPS} DESC LIMIT 1`);
  const before = last
    ? { number: Number(last[0]), lastSeq: Number(last[1]), hash: String(last[3]) }
    : START;
  if (newest > before.lastSeq) {
    const group = await groupOf(connection, before, newest);
    await connection.run(
      { name: 'chain-group', text: 'INSERT INTO chain_groups VALUES ($1, $2, $3, $4, $5)' },
      [group.number, newest, group.changes, group.hash, JSON.stringify(group.parts)],
    );
    await connection.runText('COMMIT');
    return { group: group.number, seq: newest, hash: group.hash };
  }
  await connection.runText('COMMIT');
  return { group: before.number, seq: before.lastSeq, hash: before.hash };
}

/** A number up to which no further change can appear. */
async function settledNumber(connection: Connection): Promise<number> {
  const [[newest, next]] = (await connection.runText(
    `SELECT (SELECT coalesce(max(seq), 0) FROM history), pg_snapshot_xmax(pg_current_snapshot())::text`,
  )) as [[unknown, string]];
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const [[oldest]] = (await connection.runText(
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text',
    )) as [[string]];
    if (BigInt(oldest) >= BigInt(next)) return Number(newest);
    if (performance.now() < until) continue;
    throw new LedgerUnavailableError(
      'a transaction of this database server has been under way for a minute, and may hold changes that belong below the head; end it (pg_stat_activity, backend_xid), and ask again',
    );
  }
}

/** The changes after the previous group, up to a number. */
async function groupOf(
  connection: Connection,
  before: Before,
  lastSeq: number,
  gone: readonly ChainPart[] = [],
): Promise<ChainGroup> {
  const collected = new GroupParts();
  const rows = `SELECT seq, created_at, hash FROM history
    WHERE seq > ${before.lastSeq} AND seq <= ${lastSeq} ORDER BY seq`;
  for await (const [seq, createdAt, hash] of rowsOf(connection, rows))
    collected.add(Number(seq), Number(createdAt), hash as string | null);
  const parts = [...gone, ...collected.parts()].sort(([a], [b]) => a - b);
  const group = { number: before.number + 1, lastSeq, parts };
  const changes = collected.changes + gone.reduce((sum, [, n]) => sum + n, 0);
  return { ...group, changes, hash: groupHash(before.hash, group) };
}

/**
 * Recomputes every group from the existing changes. For a detached month, its stored part of the
 * group is used. Runs in the caller's transaction.
 *
 * @param wanted an earlier head; the ledger must still contain what it covers
 * @returns the errors in words
 */
export async function auditGroups(connection: Connection, wanted?: LedgerHead): Promise<string[]> {
  const found: string[] = [];
  const [[oldest]] = (await connection.runText('SELECT min(created_at) FROM orders')) as [
    [unknown],
  ];
  const firstMonth = oldest === null ? Number.POSITIVE_INFINITY : monthOf(Number(oldest));
  let before = START;
  let isFound = wanted === undefined;
  const compare = async (): Promise<void> => {
    if (wanted === undefined || wanted.group !== before.number) return;
    isFound = true;
    const { group, seq, hash } = wanted;
    const now = seq <= before.lastSeq ? before : await groupOf(connection, before, seq);
    if (seq >= before.lastSeq && now.hash === hash) return;
    found.push(
      `head ${group}.${seq}: the changes up to number ${seq} are not those that the head stood for: changes were removed at the end, or the past was rewritten. Compare with a backup`,
    );
  };
  await compare();
  for (const [number, last, written, hash, text] of await connection.runText(GROUPS)) {
    const lastSeq = Number(last);
    const parts = JSON.parse(String(text)) as ChainPart[];
    const gone = parts.filter(([month]) => month < firstMonth);
    const now = await groupOf(connection, before, lastSeq, gone);
    const where = `group ${now.number} (changes ${before.lastSeq + 1} to ${lastSeq} of the ledger)`;
    if (Number(number) !== now.number) found.push(`${where}: it is missing from chain_groups`);
    else if (now.changes !== Number(written)) {
      found.push(
        `${where}: it holds ${now.changes} changes, and ${written} were written: changes were ${now.changes < Number(written) ? 'removed' : 'put in'}`,
      );
    } else if (now.hash !== hash)
      found.push(`${where}: its changes are not those that were written`);
    before = now;
    await compare();
    // Continues with the stored hash, because otherwise one wrong group would make all later ones
    // wrong.
    if (wanted === undefined) before = { ...now, hash: String(hash) };
  }
  if (!isFound)
    found.push(
      `head ${wanted!.group}.${wanted!.seq}: the ledger has only ${before.number} groups: changes were removed at the end`,
    );
  return found;
}
