// The request log's table: appended in batches, read newest first, pruned from its old end.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Page } from '../../core/ledger.ts';
import { type RequestQuery, type RequestRecord, requestIdAt } from '../../core/request-log.ts';

/** A record as a flat row, in the order of the table's columns: cheap to hand to a thread. */
export type RequestRow = readonly SQLInputValue[];

export function toRow(r: RequestRecord): RequestRow {
  return [
    r.id,
    r.at,
    r.platform,
    r.party,
    r.method,
    r.outcome,
    r.refusedBy,
    r.detail,
    r.orderId,
    r.address,
    r.durationMicros,
    r.stringToSign,
    r.body,
  ];
}

const COLUMNS = `id, at, platform, party, method, outcome, refused_by AS refusedBy, detail,
  order_id AS orderId, address, micros AS durationMicros, string_to_sign AS stringToSign, body`;

/** Rows that one statement removes: a step short enough that what waits behind it does not notice. */
const PRUNE_STEP = 5000;

export class RequestTable {
  readonly #db: DatabaseSync;
  /** Returns how many there was no place for. */
  readonly append: (rows: readonly RequestRow[]) => number;
  readonly prune: (before: number) => number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const begin = db.prepare('BEGIN');
    const commit = db.prepare('COMMIT');
    const insert = db.prepare(
      `INSERT OR IGNORE INTO requests VALUES (${new Array(13).fill('?').join(', ')})`,
    );
    this.append = (rows) => {
      begin.run();
      try {
        let written = 0;
        for (const row of rows) written += Number(insert.run(...row).changes);
        commit.run();
        return rows.length - written;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    };
    const remove = db.prepare(
      'DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE id < ? ORDER BY id LIMIT ?)',
    );
    this.prune = (before) => Number(remove.run(requestIdAt(before), PRUNE_STEP).changes);
  }

  readonly list = (query: RequestQuery): Page<RequestRecord> => {
    const where: string[] = [];
    const values: SQLInputValue[] = [];
    const filter = (condition: string, value: SQLInputValue | undefined): void => {
      if (value === undefined) return;
      where.push(condition);
      values.push(value);
    };
    filter('platform = ?', query.platform);
    filter('party = ?', query.party);
    filter('method = ?', query.method);
    filter('outcome = ?', query.outcome);
    filter('order_id = ?', query.orderId);
    filter('at >= ?', query.from);
    filter('at < ?', query.to);
    filter('id < ?', query.cursor === undefined ? undefined : Number(query.cursor));
    const items = this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM requests ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
         ORDER BY id DESC LIMIT ?`,
      )
      .all(...values, query.limit + 1) as unknown as RequestRecord[];
    const more = items.length > query.limit;
    if (more) items.pop();
    return { items, nextCursor: more ? String(items.at(-1)!.id) : null };
  };
}
