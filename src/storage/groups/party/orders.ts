// Copies a party's orders to its new group: all of them at first, and then those that have changed.
import { settledNumber } from '../../postgres/chain-groups.ts';
import type { Connection, Row } from '../../postgres/connection.ts';
import { literal, MoveError } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';
import { isMine, OWNED, pagesOf, readRows, rowAsJson, seqHere, texts, writeRows } from './rows.ts';

/** Changed orders in one transaction. */
const ORDERS = 200;
/** Tables with rows that a change may replace or remove; they are copied again as a whole. */
const CHANGED = ['orders', 'history', 'sealed_texts', 'deadlines'] as const;
/** Tables that only get rows when an order is made. */
const MADE = ['order_ids', 'order_keys', 'unique_keys'] as const;

/**
 * Copies everything as of one moment. Nodes serve the party meanwhile.
 *
 * @returns the number of a change up to which all are copied; later ones may be
 */
export async function copyAll(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<number> {
  const settled = await settledNumber(old);
  await old.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  for (const table of OWNED) {
    const query = `SELECT ${rowAsJson(table, move)} FROM ${table} t WHERE ${isMine(move)}`;
    for await (const page of pagesOf(old, query)) await writeRows(target, table, page);
  }
  await old.runText('COMMIT');
  return settled;
}

/** Removes everything that a copy has brought. */
export async function removeCopy(target: Connection, move: PartyMove): Promise<void> {
  for (const table of OWNED.toReversed())
    await target.runText(`DELETE FROM ${table} t WHERE ${isMine(move)}`);
}

/**
 * Copies the orders that have changed after a number.
 *
 * @returns the number up to which all changes are copied, and how many orders had changed
 */
export async function copyChanged(
  old: Connection,
  target: Connection,
  move: PartyMove,
  after: number,
): Promise<{ readonly settled: number; readonly orders: number }> {
  const settled = await settledNumber(old);
  await old.runText('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const orders = await copyOrders(old, target, move, after, settled);
  await old.runText('COMMIT');
  return { settled, orders };
}

/** In the caller's transaction of the old side, whose snapshot holds all changes in the range. */
export async function copyOrders(
  old: Connection,
  target: Connection,
  move: PartyMove,
  after: number,
  upTo: number,
): Promise<number> {
  const changed = await old.runText(
    `SELECT t.owner, t.order_id, t.created_at, min(t.version) = 1 FROM history t
     WHERE t.seq > ${after} AND t.seq <= ${upTo} AND ${isMine(move)} GROUP BY 1, 2, 3`,
  );
  for (let i = 0; i < changed.length; i += ORDERS) {
    const batch = changed.slice(i, i + ORDERS);
    const rows = new Map<string, string>();
    for (const table of CHANGED) rows.set(table, await ofOrders(old, move, table, batch));
    const made = batch.filter((order) => order[3] === true);
    for (const table of MADE)
      rows.set(table, made.length === 0 ? '[]' : await ofOrders(old, move, table, made));
    const entries = made.length === 0 ? '[]' : await entriesOf(old, move, made);
    for (const table of CHANGED) {
      await target.runText(
        `DELETE FROM ${table} t USING ${keysOf(batch)} WHERE ${isOf(table, move)}`,
      );
    }
    for (const [table, its] of rows) await writeRows(target, table, its);
    await addEntries(target, entries);
  }
  return changed.length;
}

function ofOrders(old: Connection, move: PartyMove, table: string, orders: readonly Row[]) {
  return readRows(
    old,
    `SELECT ${rowAsJson(table, move)} FROM ${table} t JOIN ${keysOf(orders)} ON ${isOf(table, move)}`,
  );
}

/** The orders of rows that begin with owner, id and time, as a table `k`. */
export const keysOf = (orders: readonly Row[]): string =>
  `unnest(${texts(orders.map(([owner]) => String(owner)))}, ${texts(orders.map(([, id]) => String(id)))},
    ARRAY[${orders.map((order) => Number(order[2])).join(', ')}]::bigint[]) AS k (owner, order_id, created_at)`;

export const isOf = (table: string, { platform }: PartyMove): string =>
  `t.platform = ${literal(platform)} AND t.owner = k.owner AND t.order_id = k.order_id${table === 'deadlines' ? '' : ' AND t.created_at = k.created_at'}`;

/** The counted lists that new orders are in. */
const entriesOf = (old: Connection, move: PartyMove, orders: readonly Row[]): Promise<string> =>
  readRows(
    old,
    `SELECT to_jsonb(t) FROM lists l JOIN ${keysOf(orders)} ON l.platform = ${literal(move.platform)} AND l.owner = k.owner
     JOIN list_entries t ON t.name = l.name AND ${isOf('list_entries', move)}`,
  );

/** As `create_orders_2` does it. An entry that the first copy has brought is counted already. */
async function addEntries(target: Connection, entries: string): Promise<void> {
  if (entries === '[]') return;
  const given = 'jsonb_populate_recordset(NULL::list_entries, $1::jsonb) AS e';
  await target.run(
    {
      name: 'party-lists',
      text: `WITH made AS (INSERT INTO lists SELECT DISTINCT platform, owner, name FROM ${given}
          ON CONFLICT DO NOTHING RETURNING platform, owner, name)
        INSERT INTO list_counts SELECT platform, owner, name, level, -9007199254740991, '', level, 0
          FROM made, generate_series(0, 1) AS level`,
    },
    [entries],
  );
  await target.run(
    {
      name: 'party-entries',
      text: `SELECT count_entry_1(e.platform, e.owner, e.name, e.created_at, e.order_id)
        FROM ${given} WHERE NOT EXISTS (SELECT FROM list_entries t WHERE t.platform = e.platform
          AND t.owner = e.owner AND t.name = e.name AND t.created_at = e.created_at AND t.order_id = e.order_id)`,
    },
    [entries],
  );
}

export interface Changes {
  readonly count: number;
  readonly digest: string;
}

/** The party's changes in a range of numbers of the old group. @param after at least 0, if given */
export async function changesOf(
  side: Connection,
  move: PartyMove,
  which: 'old' | 'new',
  after: number | undefined,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<Changes> {
  const shift = which === 'old' ? 0 : move.numbers.seq;
  // A number of the new group that is above 0 is of a change that was made there.
  const end = which === 'old' ? upTo : Math.min(upTo + shift, 0);
  const begin = after === undefined ? '' : ` AND t.seq > ${after + shift}`;
  const seq = which === 'old' ? seqHere('t.seq', move) : 't.seq';
  const [row] = await side.runText(
    `SELECT count(*), coalesce(sum(hashtextextended(ROW(${seq}, t.owner, t.order_id, t.version, t.hash)::text, 0)::numeric), 0)::text
     FROM history t WHERE t.seq <= ${end}${begin} AND ${isMine(move)}`,
  );
  const [count, digest] = row!;
  return { count: Number(count), digest: String(digest) };
}

/** @throws {MoveError} if the new group does not hold the changes of the old one */
export async function compareChanges(
  old: Connection,
  target: Connection,
  move: PartyMove,
  after?: number,
  upTo?: number,
): Promise<Changes> {
  const there = await changesOf(old, move, 'old', after, upTo);
  const here = await changesOf(target, move, 'new', after, upTo);
  if (there.count === here.count && there.digest === here.digest) return there;
  throw new MoveError(
    `of the party's changes${after === undefined ? '' : ` after number ${after}`}, the old group has ${there.count}, and the new group ${here.count} or other ones`,
  );
}

/** Rows that never change and that the new group has to hold; by the columns of their keys. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  order_ids: ['order_id', 'platform'],
  order_keys: ['value', 'platform', 'owner', 'order_id', 'name', 'created_at'],
  unique_keys: ['platform', 'owner', 'name', 'value'],
  list_entries: ['platform', 'owner', 'name', 'created_at', 'order_id'],
};

/**
 * Compares what no hash of a change covers. Nodes serve the party in the new group meanwhile, and no
 * row of the old group changes any more.
 *
 * @returns what is missing, in words
 */
export async function missingRows(
  old: Connection,
  target: Connection,
  move: PartyMove,
): Promise<string[]> {
  const found: string[] = [];
  const compare = async (table: string, query: string, text: string): Promise<void> => {
    let missing = 0;
    await old.runText('BEGIN READ ONLY');
    for await (const page of pagesOf(old, query)) {
      const [row] = await target.run({ name: `party-compare-${table}`, text }, [page]);
      missing += Number(row![0]);
    }
    await old.runText('COMMIT');
    if (missing > 0)
      found.push(`${missing} rows of ${table} are not in the new group, or are others`);
  };
  for (const [table, key] of Object.entries(KEPT)) {
    const rows = `jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
    await compare(
      table,
      `SELECT to_jsonb(t) FROM ${table} t WHERE ${isMine(move)}`,
      `SELECT count(*) FROM (SELECT * FROM ${rows} AS r EXCEPT ALL
         SELECT t.* FROM ${table} t JOIN ${rows} AS r USING (${key.join(', ')})) AS missing`,
    );
  }
  // A change in the new group may have replaced a text or removed a deadline, and a renewal of the master
  // key that was under way when the move began may have sealed a text of either side anew.
  const same = `o.platform = t.platform AND o.owner = t.owner AND o.order_id = t.order_id AND o.created_at = t.created_at`;
  await compare(
    'sealed_texts',
    `SELECT to_jsonb(t) || jsonb_build_object('version', o.version) FROM sealed_texts t JOIN orders o ON ${same}
     WHERE ${isMine(move)}`,
    `SELECT count(*) FROM jsonb_to_recordset($1::jsonb) AS t (platform text, owner text, order_id text, created_at bigint,
         name text, sealed text, mask text, version integer)
       JOIN orders o ON ${same} AND o.version = t.version
       WHERE NOT EXISTS (SELECT FROM sealed_texts n WHERE n.platform = t.platform AND n.owner = t.owner
         AND n.order_id = t.order_id AND n.created_at = t.created_at AND n.name = t.name
         AND length(n.sealed) = length(t.sealed) AND n.mask = t.mask)`,
  );
  return found;
}
