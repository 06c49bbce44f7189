// The queries of the request log's table, newest first.
import { HOUR } from '../../core/clock.ts';
import {
  type RequestQuery,
  type RequestRecord,
  requestIdAt,
  SEARCHED,
} from '../../core/request-log.ts';
import type { Row, Statement } from './connection.ts';
import { copyLine } from './copy-in.ts';

const COLUMNS =
  'id, at, platform, party, method, outcome, refused_by, detail, order_id, address, micros, string_to_sign, body, words, why';

const COLUMN: Record<(typeof SEARCHED)[number], string> = {
  detail: 'detail',
  words: 'words',
  stringToSign: 'string_to_sign',
  body: 'body',
};

export const COPY_REQUESTS = `COPY requests (node, ${COLUMNS}) FROM STDIN`;

export function toLine(r: RequestRecord, node: string): string {
  const who = [node, r.id, r.at, r.platform, r.party, r.method, r.outcome, r.refusedBy, r.detail];
  return copyLine([
    ...who,
    r.orderId,
    r.address,
    r.durationMicros,
    r.stringToSign,
    r.body,
    r.words,
    r.why,
  ]);
}

export function toRecord(row: Row): RequestRecord {
  const [id, at, platform, party, method, outcome, refusedBy, detail, orderId, address] = row;
  const who = { id, at, platform, party, method, outcome, refusedBy, detail, orderId, address };
  const [durationMicros, stringToSign, body, words, why] = row.slice(10);
  return { ...who, durationMicros, stringToSign, body, words, why } as RequestRecord;
}

/**
 * Calls that one step of a search reads, usually 2 to 8 MiB: about 10 ms, so that a search ends soon
 * after its time.
 */
const STEP = 4000;

/** How far the clock that a call's id is made of may be from the clock that gives its time. */
const CLOCKS_APART_MS = HOUR;

/** The ids between which a search reads: first <= id < before. */
export interface IdRange {
  readonly first: number;
  readonly before: number;
}

/**
 * The ids that the wanted calls may have.
 * @param idsTellTime whether a call's id was made at the call's time
 */
export function idsOf({ cursor, from, to }: RequestQuery, idsTellTime: boolean): IdRange {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  if (!idsTellTime) return { first: 0, before };
  const idAt = (instant: number): number =>
    Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, requestIdAt(instant)));
  return {
    first: from === undefined ? 0 : idAt(from - CLOCKS_APART_MS),
    before: to === undefined ? before : Math.min(before, idAt(to + CLOCKS_APART_MS)),
  };
}

const TEXT_FOUND = SEARCHED.map((name) => `strpos(${COLUMN[name]}, t) > 0`).join(' OR ');

/**
 * Calls of a range of ids, newest first. The calls of an order have an index. Any other query reads
 * only the newest {@link STEP} calls of the range.
 */
export function requestList(
  query: RequestQuery,
  { first, before }: IdRange,
): { statement: Statement; values: unknown[]; isWhole: boolean } {
  const notIn = query.outcomeNot?.length ? query.outcomeNot : undefined;
  const filters: readonly [name: string, condition: string, value: unknown][] = [
    ['platform', 'platform = ?', query.platform],
    ['party', 'party = ?', query.party],
    ['method', 'method = ?', query.method],
    ['outcome', 'outcome = ?', query.outcome],
    ['not', 'outcome <> ALL (?::text[])', notIn],
    ['in', 'outcome = ANY (?::text[])', query.outcomeIn],
    ['address', 'address = ?', query.address],
    ['text', `EXISTS (SELECT 1 FROM unnest(?::text[]) t WHERE ${TEXT_FOUND})`, query.texts],
    ['order', 'order_id = ?', query.orderId],
    ['from', 'at >= ?', query.from],
    ['to', 'at < ?', query.to],
  ];
  const given = filters.filter(([, , value]) => value !== undefined);
  const where = given.map(([, condition], i) => condition.replace('?', `$${i + 1}`));
  const n = given.length;
  const ids = `id >= $${n + 1} AND id < $${n + 2}`;
  const isWhole = query.orderId !== undefined;
  const source = isWhole
    ? 'requests'
    : `(SELECT * FROM requests WHERE ${ids} ORDER BY id DESC LIMIT ${STEP}) requests`;
  const conditions = isWhole ? [...where, ids] : where;
  const text = `SELECT ${COLUMNS} FROM ${source} ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
    ORDER BY id DESC LIMIT $${n + 3}`;
  return {
    statement: { name: `requests-${given.map(([name]) => name).join('-')}`, text },
    values: [...given.map(([, , value]) => value), first, before, query.limit + 1],
    isWhole,
  };
}

/** Where the next step of a search begins: the oldest call of this one. No row at the log's end. */
export const STEP_END: Statement = {
  name: 'requests-step-end',
  text: `SELECT id, at FROM requests WHERE id >= $1 AND id < $2 ORDER BY id DESC OFFSET ${STEP - 1} LIMIT 1`,
};

export const FIND_REQUEST: Statement = {
  name: 'requests-find',
  text: `SELECT ${COLUMNS} FROM requests WHERE id = $1 ORDER BY node LIMIT 1`,
};
