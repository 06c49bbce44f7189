// The calls of a request log that come after a command has started, each once, also those logged late.
import type { Page, Reader } from './reads.ts';

interface Call {
  readonly id: number;
}

const PAGE = '100';
/** Pages of one look; beyond them a busy server would hold it up for good. */
const MAX_PAGES = 50;
/**
 * Ids grow with time, but a call is logged when it was answered, and each node writes in batches: so long
 * after a call with a higher id one with a lower id may appear.
 */
const LATE_MS = 10_000;
const IDS_PER_MS = 4096;
const LATE = LATE_MS * IDS_PER_MS;

export class FreshCalls<Row extends Call> {
  readonly #reader: Reader;
  readonly #query: Readonly<Record<string, string | undefined>>;
  readonly #seen = new Set<number>();
  #newest = 0;
  /** Nothing up to this id is fresh. */
  #floor = 0;

  /** @param query the filters of the list */
  constructor(reader: Reader, query: Readonly<Record<string, string | undefined>>) {
    this.#reader = reader;
    this.#query = query;
  }

  /** Passes over the calls that are in the log. */
  async start(): Promise<void> {
    const { items, nextCursor } = await this.#page(undefined);
    this.#note(items);
    if (nextCursor) this.#floor = items.at(-1)?.id ?? Number(nextCursor);
  }

  /** The calls that no look has had before, oldest first. */
  async look(): Promise<Row[]> {
    const after = Math.max(this.#floor, this.#newest - LATE);
    const found: Row[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const { items, nextCursor } = await this.#page(cursor);
      found.push(...items.filter(({ id }) => id > after && !this.#seen.has(id)));
      // A cursor is the id at which the next page begins.
      if (!nextCursor || Number(nextCursor) <= after) break;
      cursor = nextCursor;
    }
    this.#note(found);
    for (const id of this.#seen) if (id < this.#newest - 2 * LATE) this.#seen.delete(id);
    return found.sort((a, b) => a.id - b.id);
  }

  #page(cursor: string | undefined): Promise<Page<Row>> {
    return this.#reader.get('/requests', { ...this.#query, limit: PAGE, cursor });
  }

  #note(rows: readonly Row[]): void {
    for (const { id } of rows) {
      this.#seen.add(id);
      this.#newest = Math.max(this.#newest, id);
    }
  }
}
