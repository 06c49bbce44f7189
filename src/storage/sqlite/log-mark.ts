// The mark beside the ledger records what the write-ahead log had on disk, so that a start can
// check the log.
import { hash } from 'node:crypto';
import { closeSync, fdatasync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The newest commit of the ledger that is known to be on disk. */
export interface Synced {
  /** The generation of the log that contains it; see {@link LogContent}. */
  readonly salt: string;
  /** The number of commits of the ledger, including this one. */
  readonly commits: number;
  /** The number of the newest change of an order. */
  readonly seq: number;
  /** Real time in milliseconds. */
  readonly at: number;
}

export const markPath = (ledgerPath: string): string => `${ledgerPath}-mark`;

/** One sector, which the disk writes completely or not at all. */
const MARK_BYTES = 512;
const sync = promisify(fdatasync);

/**
 * The mark's content: null if nothing was written since the log was last copied completely to the
 * file. Undefined if there is no readable mark.
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
 * Written after every sync of the log, so that it never claims more than is on disk. Only the first
 * commit of a generation waits until the mark is on disk. Later marks are passed to the system
 * without a wait: they survive a killed process, and after a power failure the mark names an
 * earlier commit, which is also true.
 */
export class LogMark {
  readonly #file: number;
  #salt: string | undefined;

  /** Starts again: the ledger's file contains everything that was written. */
  constructor(ledgerPath: string) {
    this.#file = openSync(markPath(ledgerPath), 'w+', 0o600);
    this.clear();
  }

  clear(): void {
    this.#salt = undefined;
    this.#write(null);
    fsyncSync(this.#file);
  }

  /** Resolves when the commit may be acknowledged. */
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
