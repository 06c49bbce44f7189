// Pages of counted lists. A node remembers how many entries a window has and where its pages begin: whoever pages
// through a window asks for it again and again. The database compares the version of the list, so that a page
// is never older than the list.
import type { ListPage, ListQuery } from '../../core/ledger.ts';
import type { Pool } from './pool.ts';
import { toOrder } from './queries.ts';
import { statements } from './statements.ts';

/** A place in a list: the time and the id of an entry, which is included. */
type Place = readonly [at: number, id: string];

/** The part of a list between two times. */
interface Window {
  /** The list's, see `statements.page`. */
  readonly version: string;
  readonly total: number;
  /** The place of the entry at a position of the window, where it is known. */
  readonly starts: Map<number, Place>;
}

/** At most this many windows and places are kept, about 200 bytes each. Then all are forgotten. */
const MOST = 10_000;

/** The least text behind `id`: a text of PostgreSQL holds no NUL. */
const behind = (id: string): string => `${id}\u0001`;

export class ListPages {
  readonly #pool: Pick<Pool, 'run'>;
  readonly #windows = new Map<string, Window>();
  #kept = 0;

  constructor(pool: Pick<Pool, 'run'>) {
    this.#pool = pool;
  }

  async read(query: ListQuery): Promise<ListPage> {
    const { platform, owner, list, from, to, offset, limit } = query;
    const key = JSON.stringify([platform, owner, list, from, to]);
    const known = this.#windows.get(key);
    const start = known?.starts.get(offset);
    const given = [platform, owner, list, from, to, offset, limit];
    const fast = start
      ? [known!.version, ...start, Math.min(limit, known!.total - offset)]
      : [null, 0, '', 0];
    const rows = await this.#pool.run(statements.page, [...given, ...fast]);
    const [first] = rows;
    // Without a row the version was the known one, and the orders of the page are elsewhere: a detached month.
    if (!first) return { total: known?.total ?? 0, orders: [] };
    const [version, total] = [String(first[0]), Number(first[1] ?? known?.total)];
    const orders = rows
      .filter((row) => row[2] !== null)
      .map(([, , orderId, ...rest]) => toOrder([orderId, platform, owner, ...rest]));
    const [head, last] = [orders[0], orders.at(-1)];
    // Entries whose orders are elsewhere would count, too.
    if (head && last && orders.length === Math.min(limit, total - offset)) {
      const { starts } = this.#keep(key, version, total);
      this.#keepStart(starts, offset, [head.createdAt, head.orderId]);
      this.#keepStart(starts, offset + orders.length, [last.createdAt, behind(last.orderId)]);
    }
    return { total, orders };
  }

  #keep(key: string, version: string, total: number): Window {
    const known = this.#windows.get(key);
    if (known?.version === version) return known;
    this.#count();
    const window = { version, total, starts: new Map() };
    this.#windows.set(key, window);
    return window;
  }

  #keepStart(starts: Map<number, Place>, position: number, place: Place): void {
    if (starts.has(position)) return;
    this.#count();
    starts.set(position, place);
  }

  #count(): void {
    if (++this.#kept <= MOST) return;
    this.#windows.clear();
    this.#kept = 0;
  }
}
