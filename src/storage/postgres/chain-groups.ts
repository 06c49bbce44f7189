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
/** A part of a group that covers an arrival, see arrivals.ts, and no month. */
const ARRIVAL = 0;

/** Also the changes of orders that are in another group of owners now. */
const CHANGES = (after: number, upTo: number): string => `SELECT seq, created_at, hash FROM history
    WHERE seq > ${after} AND seq <= ${upTo}
  UNION ALL SELECT seq, created_at, hash FROM departed_changes WHERE seq > ${after} AND seq <= ${upTo}
  ORDER BY seq`;

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
  const arrived = (await arrivalsOf(connection)).filter(({ group }) => group === null);
  if (newest > before.lastSeq || arrived.length > 0) {
    const lastSeq = Math.max(newest, before.lastSeq);
    const parts = arrived.map(({ changes, hash }): ChainPart => [ARRIVAL, changes, hash]);
    const group = await groupOf(connection, before, lastSeq, parts);
    await connection.run(
      { name: 'chain-group', text: 'INSERT INTO chain_groups VALUES ($1, $2, $3, $4, $5)' },
      [group.number, lastSeq, group.changes, group.hash, JSON.stringify(group.parts)],
    );
    await connection.run(
      {
        name: 'chain-arrivals',
        text: 'UPDATE arrivals SET group_number = $1 WHERE move_id = ANY ($2)',
      },
      [group.number, arrived.map(({ moveId }) => moveId)],
    );
    await connection.runText('COMMIT');
    return { group: group.number, seq: lastSeq, hash: group.hash };
  }
  await connection.runText('COMMIT');
  return { group: before.number, seq: before.lastSeq, hash: before.hash };
}

/** A number up to which no further change can appear. */
export async function settledNumber(connection: Connection): Promise<number> {
  const [[newest, next]] = (await connection.runText(
    `SELECT greatest(0, (SELECT max(seq) FROM history), (SELECT max(seq) FROM departed_changes)), pg_snapshot_xmax(pg_current_snapshot())::text`,
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
  for await (const [seq, createdAt, hash] of rowsOf(connection, CHANGES(before.lastSeq, lastSeq)))
    collected.add(Number(seq), Number(createdAt), hash as string | null);
  // Of a month that is gone, changes may still be there whose orders had left for another group before.
  const there = collected.parts().filter(([month]) => !gone.some(([other]) => other === month));
  const parts = [...gone, ...there].sort(([a], [b]) => a - b);
  const group = { number: before.number + 1, lastSeq, parts };
  const changes = parts.reduce((sum, [, n]) => sum + n, 0);
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
  const covered = new Set<string>();
  await compare();
  for (const [number, last, written, hash, text] of await connection.runText(GROUPS)) {
    const lastSeq = Number(last);
    const parts = JSON.parse(String(text)) as ChainPart[];
    const gone = parts.filter(([month]) => month < firstMonth);
    for (const [month, , digest] of parts) if (month === ARRIVAL) covered.add(digest);
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
  found.push(...(await auditArrivals(connection, covered, firstMonth)));
  if (!isFound)
    found.push(
      `head ${wanted!.group}.${wanted!.seq}: the ledger has only ${before.number} groups: changes were removed at the end`,
    );
  return found;
}

/** Changes that came with a party from another group of owners. */
interface Arrival {
  readonly moveId: string;
  /** The range of numbers that their changes have, below 1. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly changes: number;
  readonly hash: string;
  readonly parts: readonly ChainPart[];
  /** The group of the chain that covers it; null if none does yet. */
  readonly group: number | null;
}

async function arrivalsOf(connection: Connection): Promise<Arrival[]> {
  const rows = await connection.runText(
    'SELECT move_id, first_seq, last_seq, changes, hash, parts, group_number FROM arrivals WHERE hash IS NOT NULL ORDER BY last_seq DESC',
  );
  return rows.map(([moveId, firstSeq, lastSeq, changes, hash, parts, group]) => ({
    ...{ moveId: String(moveId), firstSeq: Number(firstSeq), lastSeq: Number(lastSeq) },
    ...{ changes: Number(changes), hash: String(hash), parts: JSON.parse(String(parts)) },
    group: group === null ? null : Number(group),
  }));
}

/** A hash over the changes in a range of numbers below 1. */
export async function arrivalHash(
  connection: Connection,
  { firstSeq, lastSeq }: Pick<Arrival, 'firstSeq' | 'lastSeq'>,
  gone: readonly ChainPart[] = [],
): Promise<Pick<Arrival, 'changes' | 'hash' | 'parts'>> {
  return groupOf(connection, { number: -1, lastSeq: firstSeq - 1, hash: '' }, lastSeq, gone);
}

/** @param covered the hashes that the groups of the chain hold */
async function auditArrivals(
  connection: Connection,
  covered: ReadonlySet<string>,
  firstMonth: number,
): Promise<string[]> {
  const found: string[] = [];
  const missing = new Set(covered);
  for (const arrival of await arrivalsOf(connection)) {
    const { moveId, group, hash, changes } = arrival;
    const where = `move ${moveId} of a party into this group`;
    const gone = arrival.parts.filter(([month]) => month < firstMonth);
    const now = await arrivalHash(connection, arrival, gone);
    if (now.hash !== hash || now.changes !== changes)
      found.push(`${where}: the changes that it brought are not those that came`);
    if (group !== null && !covered.has(hash))
      found.push(`${where}: no group of the chain covers it`);
    missing.delete(hash);
  }
  for (const hash of missing)
    found.push(`a move of a party into this group with the hash ${hash} is missing from arrivals`);
  return found;
}
