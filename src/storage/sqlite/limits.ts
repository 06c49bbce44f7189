// Limits for a single process: counted in memory; counts that outlast a restart are stored in the
// ledger.
import type { StatementSync } from 'node:sqlite';
import type { Instant } from '../../core/clock.ts';
import { MINUTE } from '../../core/clock.ts';
import { type Admission, isPausing, type Limits, type LimitWindow } from '../../core/limits.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/**
 * A killed process loses the counts since the last write. Limits protect capacity, and a disk write
 * per call would cost more capacity than a second of lost counts.
 */
const KEEP_EVERY_MS = 1000;
/** A shorter window has ended before a process has restarted. */
const KEPT_WINDOW = MINUTE;
/** The number of counts in memory above which ended ones are removed. */
const SWEEP_SIZE = 10_000;

interface Count {
  readonly endsAt: Instant;
  count: number;
}

/**
 * A row of pauses has this word before the time of the write and a list of its pauses in JSON. A row
 * for each pause would cost every query of an order an insert into two trees.
 */
const PAUSES = 'pauses';
/** Rows sort by the time of their write: it has 13 digits until the year 2286. */
const pausesRow = (pauses: readonly Pause[], writtenAt: number): string =>
  `${PAUSES} ${writtenAt} ${JSON.stringify(pauses)}`;

type Pause = readonly [place: string, endsAt: Instant];

interface Row extends Count {
  readonly key: string;
}

/** The counts of a row: several if it holds pauses. */
function readRow({ key, endsAt, count }: Row): (readonly [place: string, Count])[] {
  if (!key.startsWith(`${PAUSES} `)) return [[key, { endsAt, count }]];
  const pauses = JSON.parse(key.slice(key.indexOf('['))) as Pause[];
  return pauses.map(([place, ends]) => [place, { endsAt: ends, count: 1 }]);
}

const NOTHING = (): void => {};

export class SqliteLimits implements Limits {
  readonly #writer: Writer;
  readonly #forget: StatementSync;
  readonly #save: StatementSync;
  readonly #counts: Map<string, Count>;
  readonly #underWay = new Map<string, number>();
  /** Counts that the ledger does not have yet. */
  readonly #changed = new Map<string, Count>();
  /** Pauses that the ledger does not have yet. */
  #pauses: Pause[] = [];
  #sweepAt = SWEEP_SIZE;
  #latest: Instant = 0;
  #timer: NodeJS.Timeout | undefined;
  #keeping: Promise<unknown> = Promise.resolve();

  private constructor(writer: Writer, counts: Map<string, Count>) {
    this.#writer = writer;
    this.#forget = writer.db.prepare('DELETE FROM limit_counts WHERE ends_at <= ?');
    this.#save = writer.db.prepare('INSERT OR REPLACE INTO limit_counts VALUES (?, ?, ?)');
    this.#counts = counts;
  }

  static async load(reader: Reader, writer: Writer): Promise<SqliteLimits> {
    const kept = query<Row>(
      reader.db,
      'SELECT key, ends_at AS endsAt, count FROM limit_counts ORDER BY key',
    );
    const rows = await reader.read(() => kept.all());
    return new SqliteLimits(writer, new Map(rows.flatMap(readRow)));
  }

  async enter(
    key: string,
    atOnce: number | null,
    windows: readonly LimitWindow[],
    now: Instant,
  ): Promise<Admission> {
    const underWay = this.#underWay.get(key) ?? 0;
    if (atOnce !== null && underWay >= atOnce) return { refusedBy: 'at-once', leave: NOTHING };
    const counted = windows.map((window) => this.#window(key, window));
    const full = counted.findIndex((entry, i) => entry.count.count >= windows[i]!.max);
    if (full >= 0) return { refusedBy: windows[full]!.name, leave: NOTHING };
    for (const [i, { place, count }] of counted.entries()) {
      count.count++;
      if (windows[i]!.length >= KEPT_WINDOW) this.#keep(place, count, now);
    }
    if (atOnce === null) return { refusedBy: null, leave: NOTHING };
    this.#underWay.set(key, underWay + 1);
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      const rest = this.#underWay.get(key)! - 1;
      if (rest === 0) this.#underWay.delete(key);
      else this.#underWay.set(key, rest);
    };
    return { refusedBy: null, leave };
  }

  async pause(keys: readonly string[], length: number, now: Instant): Promise<readonly boolean[]> {
    return keys.map((key) => {
      const place = `pause ${key}`;
      const running = this.#counts.get(place);
      if (running && isPausing(running.endsAt - length, length, now)) return false;
      const endsAt = now + length;
      this.#counts.set(place, { endsAt, count: 1 });
      this.#pauses.push([place, endsAt]);
      this.#keepSoon(now);
      return true;
    });
  }

  /** The counts disappear with the ledger; calls in progress continue. */
  forgetAll(): void {
    this.#counts.clear();
    this.#changed.clear();
    this.#pauses = [];
  }

  async close(): Promise<void> {
    this.#write();
    await this.#keeping;
  }

  #window(key: string, { name, startsAt, length }: LimitWindow): { place: string; count: Count } {
    const place = `${name} ${key}`;
    const endsAt = startsAt + length;
    let count = this.#counts.get(place);
    if (count?.endsAt !== endsAt) {
      count = { endsAt, count: 0 };
      this.#counts.set(place, count);
    }
    return { place, count };
  }

  #keep(place: string, count: Count, now: Instant): void {
    this.#changed.set(place, count);
    this.#keepSoon(now);
  }

  #keepSoon(now: Instant): void {
    this.#latest = now;
    this.#timer ??= setTimeout(() => this.#write(), KEEP_EVERY_MS);
    if (this.#counts.size < this.#sweepAt) return;
    for (const [key, { endsAt }] of this.#counts) if (endsAt <= now) this.#counts.delete(key);
    this.#sweepAt = Math.max(SWEEP_SIZE, 2 * this.#counts.size);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0 && this.#pauses.length === 0) return;
    const counts = [...this.#changed].map(
      ([key, { endsAt, count }]) => [key, endsAt, count] as const,
    );
    this.#changed.clear();
    const pauses = this.#pauses;
    this.#pauses = [];
    if (pauses.length > 0) {
      const last = pauses.reduce((latest, [, endsAt]) => Math.max(latest, endsAt), 0);
      counts.push([pausesRow(pauses, Date.now()), last, pauses.length]);
    }
    // Counts may be lost while the ledger accepts no changes, but then no counted call succeeds,
    // either.
    const now = this.#latest;
    const saving = this.#writer.run(() => {
      this.#forget.run(now);
      for (const count of counts) this.#save.run(...count);
    });
    this.#keeping = saving.catch(NOTHING);
  }
}
