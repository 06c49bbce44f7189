// The queries of the request log's table, newest first.
import { type RequestQuery, type RequestRecord, SEARCHED } from '../../core/request-log.ts';
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

/** Calls that one query reads: usually 10 to 40 MiB. */
const SCANNED = 20_000;

const TEXT_FOUND = SEARCHED.map((name) => `strpos(${COLUMN[name]}, t) > 0`).join(' OR ');

/**
 * A page of the log. The calls of an order have an index. Any other query reads only the newest
 * {@link SCANNED} calls before the cursor, so that no query reads the whole log.
 */
export function requestList(query: RequestQuery): { statement: Statement; values: unknown[] } {
  const cursor = query.cursor === undefined ? undefined : Number(query.cursor);
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
    ['cursor', 'id < ?', cursor],
  ];
  const given = filters.filter(([, , value]) => value !== undefined);
  const where = given.map(([, condition], i) => condition.replace('?', `$${i + 1}`));
  const before = cursor === undefined ? '' : `WHERE id < $${given.length}`;
  const source =
    query.orderId === undefined
      ? `(SELECT * FROM requests ${before} ORDER BY id DESC LIMIT ${SCANNED}) requests`
      : 'requests';
  const text = `SELECT ${COLUMNS} FROM ${source} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY id DESC LIMIT $${given.length + 1}`;
  return {
    statement: { name: `requests-${given.map(([name]) => name).join('-')}`, text },
    values: [...given.map(([, , value]) => value), query.limit + 1],
  };
}

/** Where a query that has reached its limit must continue; no row at the end of the log. */
export const SCAN_END: Statement = {
  name: 'requests-scan-end',
  text: `SELECT id FROM requests WHERE id < $1 ORDER BY id DESC OFFSET ${SCANNED - 1} LIMIT 1`,
};

export const FIND_REQUEST: Statement = {
  name: 'requests-find',
  text: `SELECT ${COLUMNS} FROM requests WHERE id = $1 ORDER BY node LIMIT 1`,
};
