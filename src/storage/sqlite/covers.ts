// Sums over the tables beside the orders, so that a row which the program has not written is found.
import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { tuples } from './query.ts';

/**
 * The tables, with the columns that are left out: leases, and what callbacks count, change too often
 * and are judged by rules instead. Orders, history and events have their chain; list_counts follows from list_entries.
 */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  order_keys: [],
  unique_keys: [],
  sealed_texts: [],
  deadlines: ['lease_until'],
  kept_replies: [],
  parties: [],
  settings: [],
  tokens: [],
  catalog: [],
  lists: [],
  list_entries: [],
  fan_out: [],
  endpoints: ['failures', 'failing_since', 'open_until'],
  deliveries: ['state', 'due_at', 'claim_at', 'attempts', 'step', 'ended_at'],
  delivery_attempts: [],
  callback_alerts: [],
  accounts: [],
  credentials: [],
  audit: [],
};
const NAMES = Object.keys(COVERED);
/** Eight words of the sum, then the number of rows. */
const WORDS = 9;

function columnsOf(db: DatabaseSync, table: string): string[] {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table);
  return columns
    .map((column) => String(column.name))
    .filter((name) => !COVERED[table]!.includes(name));
}

/**
 * A table's sum is that of the SHA-256 of its rows, each of the eight words on its own and modulo
 * 2^32: a row can be taken out again, and no order matters. It finds what a hand at the file has
 * changed; who knows the program can write another sum, too, which the head of the chain cannot tell.
 */
class Sums {
  readonly words = new Uint32Array(NAMES.length * WORDS);

  /** @param sign 1 for a row that comes, -1 for one that goes */
  add(table: number, sign: number, values: readonly unknown[]): void {
    // Text: a buffer for each row would have memory of its own to be collected.
    const digest = hash('sha256', JSON.stringify([NAMES[table], ...values]), 'hex');
    const first = table * WORDS;
    for (let i = 0; i < 8; i++) this.words[first + i]! += sign * wordAt(digest, i * 8);
    this.words[first + 8]! += sign;
  }

  read(table: number): { rows: number; digest: string } {
    const words = this.words.subarray(table * WORDS, (table + 1) * WORDS);
    const hex = Array.from(words.subarray(0, 8), (word) => word.toString(16).padStart(8, '0'));
    return { rows: words[8]!, digest: hex.join('') };
  }

  load(table: number, rows: number, digest: string): void {
    const first = table * WORDS;
    for (let i = 0; i < 8; i++)
      this.words[first + i] = Number.parseInt(digest.slice(i * 8, i * 8 + 8), 16) || 0;
    this.words[first + 8] = rows;
  }
}

/**
 * Keeps the sums right on the connection that writes the ledger. Its triggers are temporary: they see
 * every statement of this connection, whoever adds one, and none of another program.
 */
export class Covers {
  readonly #sums = new Sums();
  readonly #save: StatementSync;
  readonly #dirty = new Set<number>();

  constructor(db: DatabaseSync) {
    this.#save = db.prepare('UPDATE covers SET rows = ?, digest = ? WHERE name = ?');
    for (const { name, rows, digest } of db.prepare('SELECT * FROM covers').all()) {
      const table = NAMES.indexOf(String(name));
      if (table >= 0) this.#sums.load(table, Number(rows), String(digest));
    }
    db.function('cover', { varargs: true }, (table, sign, ...values: SQLOutputValue[]) => {
      this.#dirty.add(Number(table));
      this.#sums.add(Number(table), Number(sign), values);
      return null;
    });
    // Else a row that REPLACE removes would not be seen to go.
    db.exec('PRAGMA recursive_triggers = ON');
    for (const [i, name] of NAMES.entries()) {
      const columns = columnsOf(db, name);
      const values = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
      const comes = `SELECT cover(${i}, 1, ${values('new')});`;
      const goes = `SELECT cover(${i}, -1, ${values('old')});`;
      const on = `ON main.${name} BEGIN`;
      db.exec(`
        CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_in AFTER INSERT ${on} ${comes} END;
        CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_out AFTER DELETE ${on} ${goes} END;
        CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_set AFTER UPDATE OF ${columns.join(', ')} ${on} ${goes} ${comes} END;`);
    }
  }

  /** To come back to when what follows is undone. */
  snapshot(): Uint32Array {
    return this.#sums.words.slice();
  }

  restore(snapshot: Uint32Array): void {
    this.#sums.words.set(snapshot);
  }

  /** Writes down what has changed, in the transaction of the change. */
  save(): void {
    for (const table of this.#dirty) {
      const { rows, digest } = this.#sums.read(table);
      this.#save.run(rows, digest, NAMES[table]!);
    }
    this.#dirty.clear();
  }
}

/** Of eight hexadecimal digits; several times faster than parseInt. */
function wordAt(hex: string, from: number): number {
  let word = 0;
  for (let i = from; i < from + 8; i++) {
    const code = hex.charCodeAt(i);
    word = (word << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return word;
}

/** Reads the covered tables whole. */
function sumUp(db: DatabaseSync): Sums {
  const sums = new Sums();
  for (const [i, name] of NAMES.entries()) {
    const rows = tuples(db, `SELECT ${columnsOf(db, name).join(', ')} FROM ${name}`);
    for (const row of rows.iterate()) sums.add(i, 1, row);
  }
  return sums;
}

/** After a migration, or a copy that was brought in: what is there now is what has to be there. */
export function coverAnew(db: DatabaseSync): void {
  const sums = sumUp(db);
  const save = db.prepare('INSERT OR REPLACE INTO covers VALUES (?, ?, ?)');
  for (const [i, name] of NAMES.entries()) {
    const { rows, digest } = sums.read(i);
    save.run(name, rows, digest);
  }
}

/** The tables whose rows are not those that the program has written, in words. */
export function auditCovers(db: DatabaseSync): string[] {
  const sums = sumUp(db);
  const kept = new Map(
    db
      .prepare('SELECT * FROM covers')
      .all()
      .map((row) => [row.name, row]),
  );
  return NAMES.flatMap((name, i) => {
    const now = sums.read(i);
    const then = kept.get(name);
    if (then === undefined) return [`table ${name}: its sum is missing from covers`];
    if (then.rows !== now.rows)
      return [
        `table ${name}: it holds ${now.rows} rows, and ${then.rows} were written by Ordergate`,
      ];
    if (then.digest === now.digest) return [];
    return [`table ${name}: of its ${now.rows} rows at least one is not as Ordergate wrote it`];
  });
}
