// Keeps the request log on its thread: stops writing while space is low, and replaces a damaged
// file.
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDamage } from './errors.ts';
import { type Batch, RequestTable } from './request-table.ts';
import { openRequests, prepareRequests, setAside } from './requests-file.ts';

export interface RequestLogBounds {
  /** Maximum size of the log's file in bytes; the oldest calls are deleted first. */
  readonly maxBytes: number;
  /** Nothing is logged while fewer bytes are free, because the ledger is on the same disk. */
  readonly reserveBytes: number;
}

/** The interval between checks of the free space. */
const LOOK_MS = 1000;

export class RequestsKeeper {
  readonly #path: string;
  readonly #bounds: RequestLogBounds;
  #db: DatabaseSync;
  #table: RequestTable;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #free = Number.POSITIVE_INFINITY;

  constructor(path: string, bounds: RequestLogBounds) {
    this.#path = path;
    this.#bounds = bounds;
    try {
      this.#db = openRequests(path);
      this.#table = new RequestTable(this.#db, bounds.maxBytes);
    } catch (error) {
      if (!isDamage(error)) throw error;
      [this.#db, this.#table] = this.#begin();
    }
  }

  append(batch: Batch): void {
    this.#requireSpace();
    this.use((table) => table.append(batch));
  }

  /** Runs on the table; if SQLite reports damage, on a new and empty one. */
  use<T>(run: (table: RequestTable) => T): T {
    try {
      return run(this.#table);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#db.close();
      [this.#db, this.#table] = this.#begin();
      return run(this.#table);
    }
  }

  close(): void {
    this.#db.close();
  }

  #begin(): [DatabaseSync, RequestTable] {
    setAside(this.#path);
    prepareRequests(this.#path);
    const db = openRequests(this.#path);
    return [db, new RequestTable(db, this.#bounds.maxBytes)];
  }

  #requireSpace(): void {
    const now = performance.now();
    if (now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      this.#free = bavail * bsize;
    }
    if (this.#free >= this.#bounds.reserveBytes) return;
    throw new Error('the disk is nearly full; calls are served and not logged');
  }
}
