// The event streams of this node: who reads them, what they are told, and when they end.
import { SECOND } from '../../core/clock.ts';
import type { Principal } from '../../core/principal.ts';
import { ManageError } from '../endpoint.ts';
import { idsOf } from '../party-ids.ts';
import { CallsFeed, callsAfter } from './calls-feed.ts';
import { DeliveriesFeed } from './deliveries-feed.ts';
import {
  callData,
  type OrderEvent,
  orderData,
  type Position,
  type Reason,
  type Topic,
} from './messages.ts';
import { OrderCursor } from './order-cursor.ts';
import {
  filterKey,
  keyOf,
  type Reader,
  type StreamSources,
  type StreamWish,
  tell,
} from './reader.ts';
import { Subscriber } from './subscriber.ts';

/** How often something is done, in milliseconds. */
const PACES = {
  /**
   * The ledger is asked once a node for all its streams. Asking finds what other nodes did, too, works
   * alike on both engines, writes nothing, and costs nothing while nobody reads a stream; NOTIFY would
   * make every call of every node a message.
   */
  lookMs: SECOND,
  figuresMs: 2 * SECOND,
  /** Proxies close a connection that is silent for a minute or less. */
  heartbeatMs: 15 * SECOND,
  /** So long after its end a session or a token may still read. */
  checkMs: 3 * SECOND,
};
/** Changes of one look; of more the lists are to be read again. */
const MAX_CHANGES = 500;
/** A person has few windows open, and a program needs one. */
const MAX_OF_CREDENTIAL = 8;
const MAX_STREAMS = 256;

export class EventStreams {
  readonly #sources: StreamSources;
  readonly #paces: typeof PACES;
  readonly #readers = new Set<Reader>();
  readonly #calls = new Map<string, CallsFeed>();
  readonly #deliveries: DeliveriesFeed;
  #orders: OrderCursor | undefined;
  #timer: NodeJS.Timeout | undefined;
  #figuresAt = 0;
  #checkedAt = 0;
  #isClosed = false;
  /** How many were cut because they read too slowly. */
  cut = 0;

  constructor(sources: StreamSources) {
    this.#sources = sources;
    this.#paces = { ...PACES, ...sources.paces };
    this.#deliveries = new DeliveriesFeed(sources.callbacks);
  }

  get size(): number {
    return this.#readers.size;
  }

  /** @throws {ManageError} where there are too many streams, or the server stops */
  async open(wish: StreamWish): Promise<Subscriber> {
    this.#admit(wish.by);
    const stream: Subscriber = new Subscriber((wasCut) => {
      this.#readers.delete(reader);
      if (wasCut) this.cut++;
    });
    const reader: Reader = { ...wish, stream, heardAt: performance.now(), figures: '' };
    this.#readers.add(reader); // Before anything is awaited, so that the limits hold.
    try {
      const { platform = null, party = null, topics } = wish;
      const heartbeatSeconds = Math.ceil(this.#paces.heartbeatMs / SECOND);
      tell(reader, 'hello', { topics: [...topics], platform, party, heartbeatSeconds });
      this.#orders ??= new OrderCursor(await this.#sources.callbacks.newestEvent());
      await this.#callsOf(wish);
      if (wish.after) await this.#resume(reader, wish.after);
    } catch (error) {
      stream.end();
      throw error;
    }
    this.#schedule();
    return stream;
  }

  /** Ends every stream at once; readers come back to another node, or after the restart. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { stream } of this.#readers) stream.end();
  }

  #admit(by: Principal): void {
    const refuse = (status: number, message: string): ManageError =>
      new ManageError(status, status === 503 ? 'busy' : 'too-many-streams', message);
    if (this.#isClosed) throw refuse(503, 'the server stops; try again in a moment');
    if (this.#readers.size >= MAX_STREAMS) {
      throw refuse(503, `this node has ${MAX_STREAMS} event streams open; try again later`);
    }
    const its = [...this.#readers].filter((one) => keyOf(one.by) === keyOf(by));
    if (its.length < MAX_OF_CREDENTIAL) return;
    throw refuse(
      429,
      `this session or token has ${MAX_OF_CREDENTIAL} event streams open; close one first`,
    );
  }

  #schedule(): void {
    if (this.#timer || this.#isClosed || this.#readers.size === 0) return;
    this.#timer = setTimeout(() => void this.#look(), this.#paces.lookMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      await this.#check();
      await this.#tellOrders();
      await this.#tellCalls();
      await this.#tellDeliveries();
      await this.#tellFigures();
    } catch (error) {
      this.#sources.onFault(error, '/manage/v1/events');
    }
    this.#beat();
    this.#timer = undefined;
    if (this.#readers.size === 0) this.#forget();
    this.#schedule();
  }

  /** Nobody reads: what happens now is told to nobody, and is not asked for. */
  #forget(): void {
    this.#orders = undefined;
    this.#calls.clear();
    this.#deliveries.forget();
  }

  async #check(): Promise<void> {
    const now = performance.now();
    if (now - this.#checkedAt < this.#paces.checkMs) return;
    this.#checkedAt = now;
    const holds = new Map<string, Promise<boolean>>();
    for (const { by, stream } of this.#readers) {
      const key = keyOf(by);
      const asked = holds.get(key) ?? this.#sources.people.holds(by);
      holds.set(key, asked);
      if (!(await asked)) stream.end();
    }
  }

  async #tellOrders(): Promise<void> {
    const cursor = this.#orders;
    if (!cursor || !this.#wanted('orders')) return;
    const events = await this.#sources.callbacks.eventsAfter(cursor.position, MAX_CHANGES);
    const newest = await this.#sources.callbacks.newestEvent();
    if (newest < cursor.position || events.length === MAX_CHANGES) {
      this.#orders = new OrderCursor(newest);
      const reason = newest < cursor.position ? 'reset' : 'too-many';
      for (const reader of this.#readersOf('orders')) this.#tellReload(reader, ['orders'], reason);
      return;
    }
    for (const event of cursor.take(events, performance.now())) {
      for (const reader of this.#readersOf('orders')) this.#tellOrder(reader, event);
    }
  }

  #tellOrder(reader: Reader, event: OrderEvent): void {
    if (!this.#concerns(reader, event.platform, event.owner)) return;
    tell(reader, 'order', orderData(event), this.#positionOf(reader));
  }

  async #tellCalls(): Promise<void> {
    for (const [key, feed] of this.#calls) {
      const readers = this.#readersOf('calls').filter((one) => filterKey(one) === key);
      if (readers.length === 0) {
        this.#calls.delete(key);
        continue;
      }
      const { calls, isMore } = await feed.look();
      for (const reader of readers) {
        for (const call of calls) {
          tell(reader, 'call', this.#callData(call), this.#positionOf(reader));
        }
        if (isMore) this.#tellReload(reader, ['calls'], 'too-many');
      }
    }
  }

  async #tellDeliveries(): Promise<void> {
    if (!this.#wanted('deliveries')) return;
    for (const {
      mark: _,
      enabled: __,
      oldestPendingAt: ___,
      ...data
    } of await this.#deliveries.look()) {
      for (const reader of this.#readersOf('deliveries')) {
        if (this.#concerns(reader, data.platform, data.party)) tell(reader, 'deliveries', data);
      }
    }
  }

  async #tellFigures(): Promise<void> {
    const now = performance.now();
    if (!this.#wanted('overview') || now - this.#figuresAt < this.#paces.figuresMs) return;
    this.#figuresAt = now;
    const read = new Map<string, string>();
    for (const reader of this.#readersOf('overview')) {
      const key = filterKey(reader);
      const { platform, party } = reader;
      const text =
        read.get(key) ?? JSON.stringify(await this.#sources.figures.read({ platform, party }));
      read.set(key, text);
      const withoutTime = text.replace(/"now":"[^"]*",?/, '');
      if (withoutTime === reader.figures) continue;
      reader.figures = withoutTime;
      reader.heardAt = now;
      reader.stream.send(`event: overview\ndata: ${text}\n\n`);
    }
  }

  #beat(): void {
    const now = performance.now();
    for (const reader of this.#readers) {
      if (now - reader.heardAt < this.#paces.heartbeatMs - this.#paces.lookMs) continue;
      reader.heardAt = now;
      reader.stream.send(': here\n\n');
    }
  }

  /** Tells what came after an earlier stream, or that it is not known. */
  async #resume(reader: Reader, after: Position): Promise<void> {
    const { callbacks, requests } = this.#sources;
    if (reader.topics.includes('orders')) {
      const newest = await callbacks.newestEvent();
      const events = await callbacks.eventsAfter(after.order, MAX_CHANGES);
      if (newest < after.order) this.#tellReload(reader, ['orders'], 'reset');
      else if (events.length === MAX_CHANGES) this.#tellReload(reader, ['orders'], 'too-many');
      else for (const event of events) this.#tellOrder(reader, event);
    }
    if (reader.topics.includes('calls')) {
      const { platform, party } = reader;
      const { calls, isMore } = await callsAfter(requests, { platform, party }, after.call);
      for (const call of calls) {
        tell(reader, 'call', this.#callData(call), this.#positionOf(reader));
      }
      if (isMore) this.#tellReload(reader, ['calls'], 'too-many');
    }
    // Which callbacks changed in between is kept nowhere.
    if (reader.topics.includes('deliveries')) this.#tellReload(reader, ['deliveries'], 'not-kept');
  }

  #tellReload(reader: Reader, topics: readonly Topic[], reason: Reason): void {
    tell(reader, 'reload', { topics: [...topics], reason }, this.#positionOf(reader));
  }

  #callData(call: Parameters<typeof callData>[0]) {
    const platform = this.#sources.platforms.find(({ name }) => name === call.platform);
    return callData(call, platform?.successCode);
  }

  #wanted = (topic: Topic): boolean => this.#readersOf(topic).length > 0;

  #readersOf(topic: Topic): Reader[] {
    return [...this.#readers].filter(({ topics }) => topics.includes(topic));
  }

  #concerns(reader: Reader, platform: string, owner: string): boolean {
    if (reader.platform !== undefined && reader.platform !== platform) return false;
    if (reader.party === undefined) return true;
    const ids = idsOf(this.#sources, reader.party, platform);
    return ids.owners.includes(owner);
  }

  async #callsOf(wish: StreamWish): Promise<CallsFeed | undefined> {
    if (!wish.topics.includes('calls')) return undefined;
    const key = filterKey(wish);
    const known = this.#calls.get(key);
    if (known) return known;
    const { platform, party } = wish;
    const feed = await CallsFeed.start(this.#sources.requests, { platform, party });
    if (!this.#calls.has(key)) this.#calls.set(key, feed);
    return this.#calls.get(key);
  }

  #positionOf(reader: Reader): Position {
    const call = this.#calls.get(filterKey(reader))?.newest ?? reader.after?.call ?? 0;
    return { order: this.#orders?.position ?? 0, call };
  }
}
