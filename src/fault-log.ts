// Writes a fault that repeats as one line a second with a count, so that a flood of one fault hides no other.
import type { Logger } from './log.ts';

const INTERVAL_MS = 1000;
/** Different faults that are counted apart; more than these share the count of their message. */
const MAX_KINDS = 200;

interface Kind {
  fields: object;
  repeated: number;
}

export class FaultLog {
  readonly #log: Logger;
  readonly #kinds = new Map<string, Kind>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * The first of its kind is written at once; what comes within a second is one line with `repeated`.
   *
   * @param fields `err`, where it is there, tells one kind from another
   */
  write(level: 'error' | 'warn', fields: object, message: string): void {
    const { err } = fields as { err?: unknown };
    const reason = err instanceof Error ? err.message : String(err ?? '');
    const exact = `${level} ${message} ${reason}`;
    const key = this.#kinds.size < MAX_KINDS || this.#kinds.has(exact) ? exact : message;
    const kind = this.#kinds.get(key);
    if (kind) {
      kind.fields = fields;
      kind.repeated++;
      return;
    }
    this.#log[level](fields, message);
    this.#kinds.set(key, { fields, repeated: 0 });
    this.#later(key, level, message);
  }

  #later(key: string, level: 'error' | 'warn', message: string): void {
    setTimeout(() => {
      const kind = this.#kinds.get(key)!;
      if (kind.repeated === 0) {
        this.#kinds.delete(key);
        return;
      }
      this.#log[level]({ ...kind.fields, repeated: kind.repeated }, message);
      kind.repeated = 0;
      this.#later(key, level, message);
    }, INTERVAL_MS).unref();
  }
}
