// Collects records of the request log until a batch of them goes out, on either engine.
import type { RequestRecord } from '../core/request-log.ts';

/** A batch goes out when it is full or this old. */
const BATCH_AGE_MS = 250;
/** Records that may wait; past it the newest are dropped and counted: the gateway comes first. */
const MAX_WAITING = 20_000;
/** What a batch of usual calls takes; one of longer calls goes out before it is full. */
const BATCH_BYTES = 1024 * 1024;

/** @typeParam S what is known of a batch besides its lines */
export interface BatchTarget<S> {
  /** Records of a full batch. */
  readonly batch: number;
  line(record: RequestRecord): string;
  begin(): S;
  note(summary: S, record: RequestRecord): void;
  /** Gets the lines for good. What it rejects is counted as dropped. */
  send(lines: Buffer<ArrayBuffer>, count: number, summary: S): Promise<unknown>;
}

export class RecordBatches<S> {
  readonly #target: BatchTarget<S>;
  #collected: Collected<S> | undefined;
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #sent: Promise<unknown> = Promise.resolve();
  #dropped = 0;
  #problem: string | undefined;

  constructor(target: BatchTarget<S>) {
    this.#target = target;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Why the last batch was dropped; undefined where it was written. */
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
    this.#collected ??= new Collected(room, this.#target.begin());
    this.#collected.add(line);
    this.#target.note(this.#collected.summary, record);
    if (this.#collected.count >= this.#target.batch) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), BATCH_AGE_MS);
  }

  /** Sends what is collected, at once. Resolves when it has been answered, or is dropped. */
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
        () => {
          this.#problem = undefined;
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
}

/** Lines in UTF-8: records kept as values would outlive two collections of garbage. */
class Collected<S> {
  readonly summary: S;
  readonly #lines: Buffer<ArrayBuffer>;
  #bytes = 0;
  count = 0;

  /** @param room bytes that the first line needs */
  constructor(room: number, summary: S) {
    this.#lines = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, room));
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
