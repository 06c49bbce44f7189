// Forwards pulled callbacks: the callbacks of one order one after the other, those of different orders
// side by side; what the receiver has acknowledged is acknowledged to the server.
import { NetworkError } from './errors.ts';
import type { ListenerApi, PulledCallback } from './listener-api.ts';
import { postCallback } from './post-callback.ts';

/** One attempt, for a line of output. */
export interface Forwarded {
  readonly at: string;
  readonly seq: number;
  /** The event type. */
  readonly event: string;
  readonly action: string;
  readonly orderId: string;
  readonly version: number;
  /** Whether an operator had it sent again. */
  readonly again: boolean;
  readonly url: string | null;
  /** Null if the receiver did not answer, or if there was no URL for the callback. */
  readonly status: number | null;
  /** Why it was not acknowledged, so that it comes again; null if it was. */
  readonly problem: string | null;
  readonly milliseconds: number;
  /** The beginning of the receiver's answer. */
  readonly answer: string;
}

export interface ForwardingParts {
  readonly api: ListenerApi;
  readonly session: string;
  /** Everything up to here is acknowledged. */
  readonly cursor: number;
  urlOf(callback: PulledCallback): string | null;
  onForwarded(done: Forwarded): void;
  onTrouble(text: string): void;
}

/** Callbacks that are read ahead at most. A failing order holds at most these up. */
const AHEAD = 500;
const PAGE = 100;
/** Posts at once: a program under development is rarely made for more. */
const AT_ONCE = 8;
const WAIT_SECONDS = 5;
/** A receiver that verifies refuses signatures that are five minutes old. */
const FRESH_MS = 60_000;
/** Before the next pull, if a pull has brought only what is known already. */
const KNOWN_PAUSE_MS = 300;
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [1000, 30_000];

interface Item {
  readonly key: string;
  callback: PulledCallback;
  signedAt: number;
  failures: number;
}

export class Forwarding {
  readonly #parts: ForwardingParts;
  /** By order, oldest first; the first may be under way. */
  readonly #orders = new Map<string, Item[]>();
  readonly #underWay = new Set<string>();
  /** Event numbers that were read and are not done. */
  readonly #open = new Set<number>();
  /** Resends that were read, by number and times. */
  readonly #resends = new Map<string, { readonly seq: number; readonly times: number }>();
  readonly #done = new Map<string, { readonly seq: number; readonly times: number }>();
  #position: number;
  #acknowledged: number;
  #takesAny2xx = false;
  #isAcknowledging = false;
  #isStopped = false;
  #failure: unknown;
  #tellStopped = (): void => {};
  readonly #whenStopped = new Promise<void>((resolve) => {
    this.#tellStopped = resolve;
  });
  #wake = (): void => {};

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
    this.#position = parts.cursor;
    this.#acknowledged = parts.cursor;
  }

  /** Ends `run` after the posts under way. */
  stop(): void {
    this.#isStopped = true;
    this.#tellStopped();
    this.#wake();
  }

  /** Resolves after `stop`. @throws if somebody takes the listener over, or removes it */
  async run(): Promise<void> {
    let pause = FIRST_RETRY_MS;
    while (!this.#isStopped && this.#failure === undefined) {
      if (this.#size() >= AHEAD) {
        await this.#until(FIRST_RETRY_MS);
        continue;
      }
      try {
        await Promise.race([this.#read(), this.#whenStopped]);
        pause = FIRST_RETRY_MS;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        this.#parts.onTrouble(`${error.message}; tried again in ${pause / 1000} s`);
        await this.#until(pause);
        pause = Math.min(pause * 2, LAST_RETRY_MS);
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
    while (this.#underWay.size > 0) await this.#until(FIRST_RETRY_MS);
    await this.#acknowledge();
  }

  #size(): number {
    return this.#open.size + this.#resends.size;
  }

  async #until(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #read(): Promise<void> {
    const { api, session } = this.#parts;
    const waitSeconds = this.#size() === 0 ? WAIT_SECONDS : 1;
    const page = { session, after: this.#position, limit: PAGE, waitSeconds };
    const { callbacks, resendsToDrop, to, takesAny2xx } = await api.pull(page);
    this.#takesAny2xx = takesAny2xx;
    const signedAt = Date.now();
    let fresh = 0;
    for (const one of resendsToDrop) this.#done.set(keyOf(one.seq, one.times), one);
    for (const callback of callbacks) {
      const { seq, times, orderId } = callback;
      const key = keyOf(seq, times);
      if (times !== null) {
        if (this.#resends.has(key) || this.#done.has(key)) continue;
        this.#resends.set(key, { seq, times });
      } else if (seq <= this.#position) continue;
      else this.#open.add(seq);
      fresh++;
      const queue = this.#orders.get(orderId) ?? [];
      queue.push({ key, callback, signedAt, failures: 0 });
      this.#orders.set(orderId, queue);
    }
    this.#position = Math.max(this.#position, to);
    this.#startOrders();
    void this.#acknowledge();
    // Resends come with each pull until they are acknowledged.
    if (fresh === 0 && callbacks.length > 0) await this.#until(KNOWN_PAUSE_MS);
  }

  #startOrders(): void {
    for (const orderId of this.#orders.keys()) {
      if (this.#isStopped || this.#underWay.size >= AT_ONCE) return;
      if (this.#underWay.has(orderId)) continue;
      this.#underWay.add(orderId);
      void this.#forwardOrder(orderId).finally(() => {
        this.#underWay.delete(orderId);
        if (this.#orders.get(orderId)?.length === 0) this.#orders.delete(orderId);
        this.#startOrders();
        this.#wake();
      });
    }
  }

  async #forwardOrder(orderId: string): Promise<void> {
    const queue = this.#orders.get(orderId)!;
    while (queue.length > 0 && !this.#isStopped && this.#failure === undefined) {
      const item = queue[0]!;
      try {
        if (await this.#forward(item)) {
          queue.shift();
          this.#settle(item);
          continue;
        }
      } catch (error) {
        if (!(error instanceof NetworkError)) {
          this.#failure = error;
          return;
        }
        this.#parts.onTrouble(error.message);
      }
      const pause = Math.min(FIRST_RETRY_MS * 2 ** item.failures++, LAST_RETRY_MS);
      await this.#sleep(pause);
    }
  }

  /** Waits in short steps, so that `stop` ends it. */
  async #sleep(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (Date.now() < until && !this.#isStopped) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(200, until - Date.now() + 1)));
    }
  }

  /** @returns whether the receiver acknowledged it */
  async #forward(item: Item): Promise<boolean> {
    const { api, onForwarded, urlOf } = this.#parts;
    if (Date.now() - item.signedAt > FRESH_MS) await this.#signAnew(item);
    const { callback } = item;
    const { seq, type, action, orderId, version, times } = callback;
    const url = urlOf(callback);
    const about = { seq, event: type, action, orderId, version, again: times !== null, url };
    const at = new Date().toISOString();
    if (url === null) {
      onForwarded({ ...about, at, status: null, problem: null, milliseconds: 0, answer: '' });
      return true;
    }
    const { status, answer, error, milliseconds } = await postCallback(url, callback);
    const isPlain = status !== null && status >= 200 && status < 300 && this.#takesAny2xx;
    const problem = status === null || isPlain ? error : await api.judge({ status, body: answer });
    onForwarded({ ...about, at, status, problem, milliseconds, answer });
    return problem === null;
  }

  async #signAnew(item: Item): Promise<void> {
    const { api, session } = this.#parts;
    const { seq, times } = item.callback;
    if (times !== null) return; // A receiver knows its id; a pull of resends brings all of them.
    const page = { session, after: seq - 1, limit: 1, waitSeconds: 0 };
    const fresh = (await api.pull(page)).callbacks.find(
      (one) => one.seq === seq && one.times === null,
    );
    if (fresh) Object.assign(item, { callback: fresh, signedAt: Date.now() });
  }

  #settle({ key, callback: { seq, times } }: Item): void {
    if (times === null) this.#open.delete(seq);
    else {
      this.#resends.delete(key);
      this.#done.set(key, { seq, times });
    }
    void this.#acknowledge();
  }

  /** Everything before the oldest event that is not done. */
  #cursor(): number {
    let least = this.#position + 1;
    for (const seq of this.#open) least = Math.min(least, seq);
    return least - 1;
  }

  /** One at a time; what is done meanwhile goes with the next. */
  async #acknowledge(): Promise<void> {
    if (this.#isAcknowledging) return;
    this.#isAcknowledging = true;
    try {
      for (;;) {
        const cursor = this.#cursor();
        const resends = [...this.#done.values()].slice(0, 500);
        if (cursor <= this.#acknowledged && resends.length === 0) return;
        const { api, session } = this.#parts;
        await api.acknowledge({ session, cursor, resends });
        this.#acknowledged = cursor;
        for (const { seq, times } of resends) this.#done.delete(keyOf(seq, times));
      }
    } catch (error) {
      // A network error is told by the next pull; what was done is acknowledged then.
      if (!(error instanceof NetworkError)) this.#failure ??= error;
    } finally {
      this.#isAcknowledging = false;
    }
  }
}

const keyOf = (seq: number, times: number | null): string => `${seq}/${times}`;
