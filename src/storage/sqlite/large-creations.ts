// Hands creations of many orders to a thread, since the main thread would answer nobody while it writes them.
import type { Created, CreateRequest } from '../../core/ledger.ts';
import { toCreationRow } from './change-rows.ts';
import type { CreationOperations } from './creation-thread.ts';
import type { ListWindows } from './list-windows.ts';
import { Thread } from './thread.ts';
import type { Writer } from './writer.ts';

/** A creation of more orders than these is written by the thread. A thousand of Suning take 190 ms. */
export const MOST_AT_ONCE = 100;
/** So many orders are handed over in one turn of the event loop, which takes 1 to 3 ms. */
const HANDED_OVER = 50;

export class LargeCreations {
  readonly #writer: Writer;
  readonly #windows: ListWindows;
  /** Started by the first large creation. */
  #thread: Thread<CreationOperations> | undefined;

  constructor(writer: Writer, windows: ListWindows) {
    this.#writer = writer;
    this.#windows = windows;
  }

  async create({ orders, existing, once, now }: CreateRequest): Promise<Created> {
    const thread = this.#running();
    const id = await thread.call('begin');
    try {
      for (let start = 0; start < orders.length; start += HANDED_OVER) {
        const rows = orders.slice(start, start + HANDED_OVER).map(toCreationRow);
        await thread.call('add', { id, rows });
      }
      const ids = orders.map(({ order }) => order.orderId);
      return await this.#writer.runApart(() => {
        const done = thread.call('create', { id, existing, now, ...(once && { once }) });
        this.#windows.pauseUntil(done);
        return done;
      }, ids);
    } catch (error) {
      void thread.call('drop', id).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  #running(): Thread<CreationOperations> {
    if (this.#thread === undefined || this.#thread.isDead) {
      this.#thread = new Thread(
        'creation-thread',
        { path: this.#writer.path },
        { restarts: false }, // It keeps the rows that were handed over.
      );
    }
    return this.#thread;
  }
}
