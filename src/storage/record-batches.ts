// Collects request log records and sends them in batches, for both engines.
import type { RequestRecord } from '../core/request-log.ts';

/** A batch is sent when it is full or this old. */
const BATCH_AGE_MS = 250;
/**
 * Maximum waiting records. Further ones are dropped and counted, because the gateway has priority.
 */
const MAX_WAITING = 20_000;
/** The size of a usual batch; a batch of longer calls is sent before it is full. */
const BATCH_BYTES = 1024 * 1024;
/**
 * Of many logs of one node each writes less often, so that the node does not write a hundred times a
 * second: as often as so many logs do.
 */
const LOGS_AT_FULL_PACE = 8;
const MAX_AGE_MS = 2000;
const LEAST_BYTES = 64 * 1024;

/** @typeParam S a summary of a batch in addition to its lines */
export interface BatchTarget<S> {
  /** Records of a full batch. */
  readonly batch: number;
  /** How many such logs the node writes. Default: 1. */
  readonly logs?: number | undefined;
  line(record: RequestRecord): string;
  begin(): S;
  note(summary: S, record: RequestRecord): void;
  /**
   * Receives the lines. Lines that it rejects count as dropped. It resolves to their memory when it
   * no longer needs it, so that a later batch uses it again: the system clears memory that is new,
   * which takes 1 µs for each kilobyte.
   */
  send(lines: Buffer<ArrayBuffer>, count: number, summary: S): Promise<ArrayBuffer>;
}

export class RecordBatches<S> {
  readonly #target: BatchTarget<S>;
  readonly #ageMs: number;
  readonly #bytes: number;
  #collected: Collected<S> | undefined;
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #sent: Promise<unknown> = Promise.resolve();
  #dropped = 0;
  /** The memory of an earlier batch. */
  #spare: ArrayBuffer | undefined;
  #problem: string | undefined;

  constructor(target: BatchTarget<S>) {
    this.#target = target;
    const { logs = 1 } = target;
    this.#ageMs = Math.min(BATCH_AGE_MS * Math.max(1, logs / LOGS_AT_FULL_PACE), MAX_AGE_MS);
    this.#bytes = Math.max(Math.floor(BATCH_BYTES / logs), LEAST_BYTES);
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Why the last batch was dropped; undefined if it was written. */
  get problem(): string | undefined {
    return this.#problem;
  }

  append(record: RequestRecord): void {
    if (this.#underWay + (this.#collected?.count ?? 0) >= MAX_WAITING) {
      this.#dropped++;
      this.#problem ??= `${MAX_WAITING} records wait to be written`;
      return;
    }
    const line = this.#target.line(record);
    const room = 3 * line.length; // A UTF-16 code unit takes at most three bytes.
    if (this.#collected && !this.#collected.hasRoom(room)) void this.flush();
    this.#collected ??= new Collected(this.#takeRoom(room), this.#target.begin());
    this.#collected.add(line);
    this.#target.note(this.#collected.summary, record);
    if (this.#collected.count >= this.#target.batch) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#ageMs);
  }

  /** Sends the collected records at once. Resolves when the batch is answered or dropped. */
  flush(): Promise<unknown> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#collected) return this.#sent;
    const { count, summary } = this.#collected;
    const lines = this.#collected.lines();
    this.#collected = undefined;
    this.#underWay += count;
    this.#sent = this.#target
      .send(lines, count, summary)
      .then(
        (memory) => {
          this.#problem = undefined;
          if (memory.byteLength === this.#bytes) this.#spare = memory;
        },
        (error: unknown) => {
          this.#dropped += count;
          this.#problem = error instanceof Error ? error.message : String(error);
        },
      )
      .then(() => {
        this.#underWay -= count;
      });
    return this.#sent;
  }

  /** @param bytes how many the first line of a batch may need */
  #takeRoom(bytes: number): Buffer<ArrayBuffer> {
    const spare = this.#spare;
    if (spare === undefined || bytes > this.#bytes) {
      return Buffer.allocUnsafeSlow(Math.max(this.#bytes, bytes));
    }
    this.#spare = undefined;
    return Buffer.from(spare);
  }
}

/**
 * Collects lines in UTF-8, because records kept as objects would survive two garbage collections.
 */
class Collected<S> {
  readonly summary: S;
  readonly #lines: Buffer<ArrayBuffer>;
  #bytes = 0;
  count = 0;

  constructor(room: Buffer<ArrayBuffer>, summary: S) {
    this.#lines = room;
    this.summary = summary;
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#lines.length;
  }

  add(line: string): void {
    this.#bytes += this.#lines.write(line, this.#bytes);
    this.count++;
  }

  lines(): Buffer<ArrayBuffer> {
    return this.#lines.subarray(0, this.#bytes);
  }
}
