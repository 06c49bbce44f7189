// The mark beside the ledger: what was on disk in the write-ahead log, so that a start can tell whether the log is whole.
import { hash } from 'node:crypto';
import { closeSync, fdatasync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The newest commit of the ledger that is known to be on disk. */
export interface Synced {
  /** The generation of the log that holds it; see {@link LogContent}. */
  readonly salt: string;
  /** How many commits the ledger has seen, this one included. */
  readonly commits: number;
  /** The newest change of an order, by its number. */
  readonly seq: number;
  /** The world's time, in milliseconds. */
  readonly at: number;
}

export const markPath = (ledgerPath: string): string => `${ledgerPath}-mark`;

/** One sector, so that the disk writes all of it or nothing. */
const MARK_BYTES = 512;
const sync = promisify(fdatasync);

/**
 * What the mark says: null where nothing was written since the log was last folded back as a whole.
 * Undefined where there is no mark that can be read.
 */
export function readMark(ledgerPath: string): Synced | null | undefined {
  let text: string;
  try {
    text = readFileSync(markPath(ledgerPath), 'utf8').trim();
  } catch {
    return undefined;
  }
  const [digest, json] = [text.slice(0, 64), text.slice(65)];
  return hash('sha256', json) === digest ? (JSON.parse(json) as Synced | null) : undefined;
}

/**
 * Written after every sync of the log, so that it says what was on disk at that moment, and never
 * more. Only the first commit of a generation waits until the mark itself is on disk. The later ones are handed to
 * the system without a wait: they outlive a killed process, and after a loss of power the mark names an
 * earlier commit, which is as true.
 */
export class LogMark {
  readonly #file: number;
  #salt: string | undefined;

  /** Begins anew: all that was written is in the ledger's file. */
  constructor(ledgerPath: string) {
    this.#file = openSync(markPath(ledgerPath), 'w+', 0o600);
    this.clear();
  }

  clear(): void {
    this.#salt = undefined;
    this.#write(null);
    fsyncSync(this.#file);
  }

  /** Resolves when whoever waits for the commit may be answered. */
  set(synced: Synced): Promise<void> | undefined {
    this.#write(synced);
    if (synced.salt === this.#salt) return undefined;
    this.#salt = synced.salt;
    return sync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(synced: Synced | null): void {
    const json = JSON.stringify(synced);
    const text = `${hash('sha256', json)} ${json}`.padEnd(MARK_BYTES - 1);
    writeSync(this.#file, `${text}\n`, 0);
  }
}
