// Logs a repeated fault as one line per second with a count, so that a flood of one fault hides no
// other.
import type { Logger } from './log.ts';

const INTERVAL_MS = 1000;
/**
 * Maximum number of faults that are counted separately; further faults share a count by message.
 */
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
   * The first fault of a kind is logged at once; its repetitions within a second become one line
   * with `repeated`.
   *
   * @param fields `err`, if present, distinguishes the kinds
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
