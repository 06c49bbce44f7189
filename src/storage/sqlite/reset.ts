// Empties a sandbox's ledger: a work for the writer.
import type { DatabaseSync } from 'node:sqlite';
import { EMPTIED, GENERATION } from '../transfer/emptied.ts';
import type { Transaction } from './transaction.ts';

/** @returns the new generation */
export function emptyLedger(db: DatabaseSync, tx: Transaction): number {
  const there = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = new Set(there.map(({ name }) => String(name)));
  // Rows reference each other, also within a table.
  db.exec('PRAGMA defer_foreign_keys = ON');
  for (const name of EMPTIED) if (names.has(name)) db.exec(`DELETE FROM ${name}`);
  tx.restart();
  db.exec("UPDATE fan_out SET cursor = 0; DELETE FROM settings WHERE name = 'clock-offset'");
  const raised = db
    .prepare(
      `INSERT INTO settings VALUES ('${GENERATION}', '2') ON CONFLICT (name)
       DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value`,
    )
    .get()!;
  return Number(raised.value);
}
