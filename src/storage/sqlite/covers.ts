// Checksums over the tables beside the orders, which reveal rows that the program has not written.
import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { tuples } from './query.ts';

/**
 * The tables with their omitted columns: leases and callback counters change too often, and rules
 * check them. The chain covers orders, history and events; list_counts follows from list_entries.
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
  listeners: ['cursor', 'session', 'seen_at'],
  listener_resends: ['times'],
  accounts: [],
  credentials: [],
  order_notes: [],
  order_assignees: [],
  audit: [],
  alarm_documents: [],
};
const NAMES = Object.keys(COVERED);
/** Eight words of the sum, and the number of rows. */
const WORDS = 9;
/** The eight words of a sum on their way to a text. */
const DIGEST = Buffer.alloc(32);

function columnsOf(db: DatabaseSync, table: string): string[] {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table);
  return columns
    .map((column) => String(column.name))
    .filter((name) => !COVERED[table]!.includes(name));
}

/**
 * A table's sum adds the SHA-256 of its rows, each of the eight words separately modulo 2^32, so
 * that a row can be subtracted again and the sequence does not matter. The sum reveals manual
 * changes of the file. A person who knows the program can also forge the sum, which the chain's
 * head does not reveal.
 */
class Sums {
  readonly words = new Uint32Array(NAMES.length * WORDS);

  /** @param sign 1 for an added row, -1 for a removed row */
  add(table: number, sign: number, values: readonly unknown[]): void {
    this.addJson(table, sign, JSON.stringify(values).slice(1));
  }

  /** @param values the JSON array of the values, without its opening bracket */
  addJson(table: number, sign: number, values: string): void {
    // A string with one character per byte, because a buffer per row would burden garbage
    // collection.
    const digest = hash('sha256', `["${NAMES[table]}",${values}`, 'binary');
    const first = table * WORDS;
    for (let i = 0; i < 8; i++) this.words[first + i]! += sign * wordAt(digest, i * 4);
    this.words[first + 8]! += sign;
  }

  read(table: number): { rows: number; digest: string } {
    const first = table * WORDS;
    for (let i = 0; i < 8; i++) DIGEST.writeUInt32BE(this.words[first + i]!, i * 4);
    return { rows: this.words[first + 8]!, digest: DIGEST.toString('hex') };
  }

  load(table: number, rows: number, digest: string): void {
    const first = table * WORDS;
    for (let i = 0; i < 8; i++)
      this.words[first + i] = Number.parseInt(digest.slice(i * 8, i * 8 + 8), 16) || 0;
    this.words[first + 8] = rows;
  }
}

/** The sums after a number of added and removed rows. */
interface Snapshot {
  readonly edits: number;
  readonly words: Uint32Array;
}

/**
 * The tables whose rows hot statements insert. Their callers report the rows themselves, because a
 * trigger costs 3 µs, and takes a row of a thousand cards out of SQLite once more.
 */
const TOLD_INSERTS = [
  'kept_replies',
  'sealed_texts',
  'order_keys',
  'unique_keys',
  'list_entries',
] as const;
export type ToldTable = (typeof TOLD_INSERTS)[number];
const isTold = (name: string): boolean => (TOLD_INSERTS as readonly string[]).includes(name);

/**
 * Maintains the sums on the ledger's writing connection. Its triggers are temporary: they see every
 * statement of this connection, and none of another program. Only inserts into the tables of {@link ToldTable}
 * have no trigger.
 */
export class Covers {
  readonly #sums = new Sums();
  readonly #save: StatementSync;
  readonly #read: StatementSync;
  readonly #dirty = new Set<number>();
  /** Counts added and removed rows, so that a snapshot is made only after a change. */
  #edits = 0;
  #newest: Snapshot = { edits: 0, words: new Uint32Array() };

  constructor(db: DatabaseSync) {
    this.#save = db.prepare('UPDATE covers SET rows = ?, digest = ? WHERE name = ?');
    this.#read = db.prepare('SELECT * FROM covers');
    this.reload();
    db.function('cover', { varargs: true }, (table, sign, ...values: SQLOutputValue[]) => {
      this.#add(Number(table), Number(sign), values);
      return null;
    });
    // Without this setting, REPLACE would delete a row without running the trigger.
    db.exec('PRAGMA recursive_triggers = ON');
    for (const [i, name] of NAMES.entries()) {
      const columns = columnsOf(db, name);
      const values = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
      const comes = `SELECT cover(${i}, 1, ${values('new')});`;
      const goes = `SELECT cover(${i}, -1, ${values('old')});`;
      const on = `ON main.${name} BEGIN`;
      if (!isTold(name)) {
        db.exec(
          `CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_in AFTER INSERT ${on} ${comes} END`,
        );
      }
      db.exec(`
        CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_out AFTER DELETE ${on} ${goes} END;
        CREATE TEMP TRIGGER IF NOT EXISTS covers_${name}_set AFTER UPDATE OF ${columns.join(', ')} ${on} ${goes} ${comes} END;`);
    }
  }

  /** Reads the sums as they are in the file, which another connection may have written. */
  reload(): void {
    this.#edits++;
    for (const { name, rows, digest } of this.#read.all()) {
      const table = NAMES.indexOf(String(name));
      if (table >= 0) this.#sums.load(table, Number(rows), String(digest));
    }
  }

  /**
   * Reports an inserted row.
   * @param values the values of all columns, in sequence
   */
  tell(table: ToldTable, values: readonly SQLOutputValue[]): void {
    this.#add(NAMES.indexOf(table), 1, values);
  }

  /**
   * Reports an inserted row whose long texts need no escape, which saves a search through them.
   * @param values the JSON array of the values of all columns, without its opening bracket
   */
  tellJson(table: ToldTable, values: string): void {
    const index = NAMES.indexOf(table);
    this.#note(index);
    this.#sums.addJson(index, 1, values);
  }

  #add(table: number, sign: number, values: readonly SQLOutputValue[]): void {
    this.#note(table);
    this.#sums.add(table, sign, values);
  }

  #note(table: number): void {
    this.#edits++;
    this.#dirty.add(table);
  }

  /** The state to return to if the following changes are rolled back. */
  snapshot(): Snapshot {
    const { edits, words } = this.#newest;
    if (words.length === 0 || edits !== this.#edits) {
      this.#newest = { edits: this.#edits, words: this.#sums.words.slice() };
    }
    return this.#newest;
  }

  restore({ words, edits }: Snapshot): void {
    if (edits === this.#edits) return;
    this.#edits++; // A later snapshot must not reuse the earlier one.
    this.#sums.words.set(words);
  }

  /**
   * Writes the changed sums in the transaction of the change; returns the number of written rows.
   */
  save(): number {
    const written = this.#dirty.size;
    for (const table of this.#dirty) {
      const { rows, digest } = this.#sums.read(table);
      this.#save.run(rows, digest, NAMES[table]!);
    }
    this.#dirty.clear();
    return written;
  }
}

/** The four bytes from that position, most significant first. */
const wordAt = (bytes: string, from: number): number =>
  (bytes.charCodeAt(from) << 24) |
  (bytes.charCodeAt(from + 1) << 16) |
  (bytes.charCodeAt(from + 2) << 8) |
  bytes.charCodeAt(from + 3);

/** Reads the covered tables completely. */
function sumUp(db: DatabaseSync): Sums {
  const sums = new Sums();
  for (const [i, name] of NAMES.entries()) {
    const rows = tuples(db, `SELECT ${columnsOf(db, name).join(', ')} FROM ${name}`);
    for (const row of rows.iterate()) sums.add(i, 1, row);
  }
  return sums;
}

/** After a migration or a transfer: the current rows become the expected rows. */
export function coverAnew(db: DatabaseSync): void {
  const sums = sumUp(db);
  const save = db.prepare('INSERT OR REPLACE INTO covers VALUES (?, ?, ?)');
  for (const [i, name] of NAMES.entries()) {
    const { rows, digest } = sums.read(i);
    save.run(name, rows, digest);
  }
}

/** The tables with rows that the program has not written, in words. */
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
