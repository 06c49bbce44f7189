// Rows of a party on their way from one group to another: read as JSON, with the numbers of the new
// group, and written as they are, so that columns of later versions come along.

import { rowsOf } from '../../postgres/chain-audit.ts';
import type { Connection } from '../../postgres/connection.ts';
import { literal } from '../move/sides.ts';
import type { PartyMove } from './journal.ts';

/** Rows in one statement. */
const BATCH = 1000;

/**
 * What the times of a deadline and of a pause are moved by until the party is served in the new group, so
 * that no node carries them out there: some 35,000 years.
 */
export const NOT_YET = 2 ** 50;

/** The tables whose rows name their owner, in the sequence in which they are copied. */
export const OWNED = [
  'order_ids',
  'orders',
  'history',
  'sealed_texts',
  'order_keys',
  'unique_keys',
  'deadlines',
  'lists',
  'list_entries',
  'list_counts',
] as const;

/** The number of an event of the old group, in the new one. */
export const seqHere = (seq: string, { numbers }: PartyMove): string =>
  `${seq} + (CASE WHEN ${seq} > 0 THEN ${numbers.seq} ELSE ${numbers.past} END)`;

/** By the newest: a row keeps its number while older ones go. */
const countedDown = (from: number, newer: string): string =>
  `${from} - (SELECT count(*) FROM ${newer})`;
const endpointHere = (id: string, move: PartyMove): string =>
  countedDown(
    move.numbers.endpoint,
    `endpoints e WHERE e.id > ${id} AND ${isMine(move, 'party', 'e')}`,
  );
const alertHere = (move: PartyMove): string =>
  countedDown(
    move.numbers.alert,
    `callback_alerts a WHERE a.id > t.id
       AND a.endpoint IN (SELECT e.id FROM endpoints e WHERE ${isMine(move, 'party', 'e')})`,
  );

/** A row `t` of the old group as JSON of the new one. A row of deliveries has its new number in `n.here`. */
export function rowAsJson(table: string, move: PartyMove): string {
  const row = (changed: Readonly<Record<string, string>>): string =>
    `to_jsonb(t) || jsonb_build_object(${Object.entries(changed).map(([name, value]) => `'${name}', ${value}`)})`;
  switch (table) {
    case 'history':
    case 'listener_resends':
      return row({ seq: seqHere('t.seq', move) });
    // The new group numbers its orders itself.
    case 'orders':
      return `to_jsonb(t) - 'id'`;
    case 'deadlines':
      return `(to_jsonb(t) - 'id') || jsonb_build_object('due_at', t.due_at + ${NOT_YET}, 'lease_until', 0)`;
    case 'endpoints':
      return row({
        ...{ id: endpointHere('t.id', move), since_seq: '0' },
        // No node posts from the new group what the old one may still post.
        open_until: `t.open_until + ${NOT_YET}`,
      });
    case 'deliveries': {
      const endpoint = endpointHere('t.endpoint', move);
      return row({ id: 'n.here', endpoint, seq: seqHere('t.seq', move) });
    }
    case 'delivery_attempts':
      return row({ delivery: 'n.here' });
    case 'callback_alerts': {
      const endpoint = endpointHere('t.endpoint', move);
      return row({ id: alertHere(move), endpoint, delivery: 'n.here' });
    }
    // Whoever holds the listener has to open it again, because the numbers of its events are others.
    case 'listeners':
      return row({
        cursor: `greatest(${seqHere('t.cursor', move)}, ${-Number.MAX_SAFE_INTEGER})`,
        session: `''`,
      });
    default:
      return 'to_jsonb(t)';
  }
}

/** The rows of the party in a table. */
export const isMine = (
  { platform, owners }: Pick<PartyMove, 'platform' | 'owners'>,
  column: 'owner' | 'party' = 'owner',
  row = 't',
): string => `${row}.platform = ${literal(platform)} AND ${row}.${column} = ANY (${texts(owners)})`;

export const texts = (values: readonly string[]): string =>
  `ARRAY[${values.map(literal).join(', ')}]::text[]`;

/** The rows of a query as one JSON array, as text: numbers of 64 bits stay exact. */
export async function readRows(side: Connection, query: string): Promise<string> {
  const [row] = await side.runText(
    `SELECT coalesce(jsonb_agg(j), '[]')::text FROM (${query}) AS q (j)`,
  );
  return String(row![0]);
}

/** @param conflict Whoever copies a row again after a kill finds it there. */
export async function writeRows(
  target: Connection,
  table: string,
  rows: string,
  conflict = 'DO NOTHING',
): Promise<void> {
  if (rows === '[]') return;
  const columns = await columnsOf(target, table);
  await target.run(
    {
      name: `party-write-${table}`,
      text: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)
        ON CONFLICT ${conflict}`,
    },
    [rows],
  );
}

/** Without the number that the group's own sequence gives. */
async function columnsOf(target: Connection, table: string): Promise<string> {
  const [row] = await target.run(
    {
      name: 'party-columns',
      text: `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
          AND NOT ($1 IN ('orders', 'deadlines') AND attname = 'id')`,
    },
    [table],
  );
  return String(row![0]);
}

/** All rows of a query through a cursor, in pages, as {@link readRows} returns them. */
export async function* pagesOf(side: Connection, query: string): AsyncGenerator<string> {
  let page: string[] = [];
  for await (const [json] of rowsOf(side, `SELECT j::text FROM (${query}) AS q (j)`)) {
    page.push(String(json));
    if (page.length < BATCH) continue;
    yield `[${page.join(',')}]`;
    page = [];
  }
  if (page.length > 0) yield `[${page.join(',')}]`;
}
