// The request log's table: read newest first.
import type { RequestQuery, RequestRecord } from '../../core/request-log.ts';
import type { Row, Statement } from './connection.ts';
import { copyLine } from './copy-in.ts';

const COLUMNS =
  'id, at, platform, party, method, outcome, refused_by, detail, order_id, address, micros, string_to_sign, body';

export const COPY_REQUESTS = `COPY requests (node, ${COLUMNS}) FROM STDIN`;

export function toLine(r: RequestRecord, node: string): string {
  const who = [node, r.id, r.at, r.platform, r.party, r.method, r.outcome, r.refusedBy, r.detail];
  return copyLine([...who, r.orderId, r.address, r.durationMicros, r.stringToSign, r.body]);
}

export function toRecord(row: Row): RequestRecord {
  const [id, at, platform, party, method, outcome, refusedBy, detail, orderId, address] = row;
  const who = { id, at, platform, party, method, outcome, refusedBy, detail, orderId, address };
  const [durationMicros, stringToSign, body] = row.slice(10);
  return { ...who, durationMicros, stringToSign, body } as RequestRecord;
}

export function requestList(query: RequestQuery): { statement: Statement; values: unknown[] } {
  const filters: readonly [name: string, condition: string, value: unknown][] = [
    ['platform', 'platform = ?', query.platform],
    ['party', 'party = ?', query.party],
    ['method', 'method = ?', query.method],
    ['outcome', 'outcome = ?', query.outcome],
    ['order', 'order_id = ?', query.orderId],
    ['from', 'at >= ?', query.from],
    ['to', 'at < ?', query.to],
    ['cursor', 'id < ?', query.cursor === undefined ? undefined : Number(query.cursor)],
  ];
  const given = filters.filter(([, , value]) => value !== undefined);
  const where = given.map(([, condition], i) => condition.replace('?', `$${i + 1}`));
  const text = `SELECT ${COLUMNS} FROM requests ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY id DESC LIMIT $${given.length + 1}`;
  return {
    statement: { name: `requests-${given.map(([name]) => name).join('-')}`, text },
    values: [...given.map(([, , value]) => value), query.limit + 1],
  };
}
