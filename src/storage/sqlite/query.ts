// Prepared statements with typed rows. The type stands beside the SQL text that names the columns.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Values = readonly (SQLInputValue | Record<string, SQLInputValue>)[];

/** A statement that returns rows. `Row` must match the text; SQLite checks no types. */
export interface Query<Row> {
  get(...values: Values): Row | undefined;
  all(...values: Values): Row[];
  iterate(...values: Values): IterableIterator<Row>;
}

/** Rows are objects with a field per column. */
export function query<Row extends object>(db: DatabaseSync, text: string): Query<Row> {
  // This is the only cast that gives rows a type, because node:sqlite has none.
  return db.prepare(text) as unknown as Query<Row>;
}

/** Rows are arrays in the sequence of the columns; reading them costs half as much. */
export function tuples<Row extends readonly unknown[]>(db: DatabaseSync, text: string): Query<Row> {
  const statement = db.prepare(text);
  statement.setReturnArrays(true);
  return statement as unknown as Query<Row>;
}
