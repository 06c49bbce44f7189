// Tests that a copy contains every table and column of the migrations, or states why not.
import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { readMigrations } from '../postgres/database.ts';
import { prepareDatabase } from '../sqlite/database.ts';
import { TABLES } from './tables.ts';

const copied = new Map(TABLES.map(({ name, columns }) => [name, new Set(columns)]));

/** Tables that a copy contains within others, and tables of a node or of the schema. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  covers: 'sums over the rows that are there, made anew',
  progress: 'commits of this file, which a copy counts anew',
  events: 'in history',
  order_ids: 'in orders and gone_orders',
  requests: 'the request log is not copied',
  request_bytes: 'the request log is not copied',
  nodes: 'of processes',
  calls_under_way: 'of processes',
  shared_versions: 'what nodes hold in memory',
  groups: 'where ledgers are, not what they hold',
  party_groups: 'where ledgers are, not what they hold',
  order_places: 'where ledgers are, not what they hold',
  moves: 'where ledgers are, not what they hold',
  party_moves: 'where ledgers are, not what they hold',
  sqlite_sequence: 'of SQLite',
};
/** An engine's internal numbers for things that a copy names, and leases. */
const INSIDE = new Set(
  ['order_row', 'list', 'id', 'previous', 'last_change', 'lease_until', 'claim_at'].concat(
    ...['claimed_by', 'kept_at', 'token', 'session'],
  ),
);

const missing = (tables: Iterable<readonly [string, readonly string[]]>): string[] =>
  [...tables].flatMap(([table, columns]) => {
    if (table in ELSEWHERE) return [];
    const known = copied.get(table);
    if (!known) return table;
    return columns
      .filter((column) => !known.has(column) && !INSIDE.has(column))
      .map((column) => `${table}.${column}`);
  });

test('of SQLite', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-tables-'));
  after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'ledger.db');
  prepareDatabase(path, new URL('../sqlite/migrations/', import.meta.url));
  const db = new DatabaseSync(path);
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const tables = names.map(({ name }) => {
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(String(name));
    return [String(name), columns.map((column) => String(column.name))] as const;
  });
  db.close();
  deepEqual(missing(tables), []);
});

test('of PostgreSQL', () => {
  const text = readMigrations()
    .map(({ sql }) => sql)
    .join('\n');
  const made = [...text.matchAll(/^CREATE TABLE (\w+) \(([\s\S]*?)\)[^\n)]*;$/gm)];
  const tables = made.map(([, name, body]) => {
    const columns = [
      ...body!.matchAll(/(?:^|\n) *([a-z_]+) +(?:text|bigint|integer|smallint|timestamptz)/g),
    ];
    return [name!, columns.map((column) => column[1]!)] as const;
  });
  deepEqual([tables.length > 20, missing(tables)], [true, []]);
});
