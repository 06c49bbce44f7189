// Reads how far the ledger has come, and how far callbacks have read it.
import type { DatabaseSync } from 'node:sqlite';
import type { Progress } from './write-ahead-log.ts';

/** The number of commits and the newest change. */
export function readProgress(db: DatabaseSync): Progress {
  const row = db
    .prepare(
      'SELECT (SELECT commits FROM progress) AS commits, coalesce(max(seq), 0) AS seq FROM history',
    )
    .get()!;
  return { commits: Number(row.commits), seq: Number(row.seq) };
}

/** New events must get numbers above this one, which callbacks have already read. */
export function readFloor(db: DatabaseSync): number {
  const text = `SELECT max(cursor, (SELECT coalesce(max(since_seq), 0) FROM endpoints)) AS floor FROM fan_out`;
  return Number(db.prepare(text).get()?.floor ?? 0);
}
