// Which batches of the request log may hold calls of an order or a party: one filter for about a
// thousand calls.
import type { DatabaseSync } from 'node:sqlite';
import type { RequestQuery } from '../../core/request-log.ts';
import { mayHold, partyKey } from './key-filter.ts';
import { query } from './query.ts';

/** Calls of one filter; see `BITS` of key-filter.ts. */
const CALLS = 1000;

interface Filter {
  readonly firstBatch: number;
  readonly calls: number;
  readonly keys: Uint8Array;
}

export class BatchFilters {
  readonly #s: ReturnType<typeof prepare>;
  /** The filter that the newest batch belongs to; undefined before the first batch of this process. */
  #newest: Filter | undefined;

  constructor(db: DatabaseSync) {
    this.#s = prepare(db);
  }

  /** Adds the calls of a new batch. */
  add(batch: number, calls: number, keys: Uint8Array): void {
    const newest = this.#newest;
    if (newest && newest.firstBatch <= batch && newest.calls + calls <= CALLS) {
      return this.grow(calls, keys);
    }
    // SQLite gives the number of a removed batch again. Filters from this number on cover nothing.
    this.#s.forgetFrom.run(batch);
    this.#save({ firstBatch: batch, calls, keys });
  }

  /** Adds calls that were appended to the newest batch. */
  grow(calls: number, keys: Uint8Array): void {
    const { firstBatch, calls: before, keys: known } = this.#newest!;
    this.#save({
      firstBatch,
      calls: before + calls,
      keys: known.map((byte, i) => byte | keys[i]!),
    });
  }

  /** Removes the filters whose batches are gone. */
  prune(): void {
    this.#s.prune.run();
  }

  /** Tells of a batch whether it may hold calls that the query wants. */
  candidates({ orderId, party }: RequestQuery): (batch: number) => boolean {
    if (orderId === undefined && party === undefined) return () => true;
    // Oldest first.
    const filters = this.#s.all.all().map(({ firstBatch, hasParties, keys }) => ({
      firstBatch,
      may:
        (orderId === undefined || mayHold(keys, orderId)) &&
        (party === undefined || hasParties === 0 || mayHold(keys, partyKey(party))),
    }));
    return (batch) => {
      let [low, high] = [0, filters.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (filters[middle]!.firstBatch <= batch) low = middle + 1;
        else high = middle;
      }
      return filters[low - 1]?.may ?? true;
    };
  }

  #save(filter: Filter): void {
    this.#newest = undefined; // If the write fails, the table differs from the filter in memory.
    this.#s.save.run(filter.firstBatch, filter.calls, filter.keys);
    this.#newest = filter;
  }
}

function prepare(db: DatabaseSync) {
  return {
    save: db.prepare(
      'INSERT OR REPLACE INTO batch_filters (first_batch, calls, has_parties, keys) VALUES (?, ?, 1, ?)',
    ),
    forgetFrom: db.prepare('DELETE FROM batch_filters WHERE first_batch >= ?'),
    prune: db.prepare(
      `DELETE FROM batch_filters WHERE first_batch <
         (SELECT max(first_batch) FROM batch_filters WHERE first_batch <= (SELECT min(id) FROM batches))`,
    ),
    all: query<{
      readonly firstBatch: number;
      readonly hasParties: number;
      readonly keys: Uint8Array;
    }>(
      db,
      'SELECT first_batch AS firstBatch, has_parties AS hasParties, keys FROM batch_filters ORDER BY first_batch',
    ),
  };
}
