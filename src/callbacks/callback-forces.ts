// What sandbox forces do to callbacks: post one twice, or post it after the order's next one.
import type {
  CallbackEvent,
  CallbackStore,
  ClaimedDelivery,
  DeliveryResult,
} from '../core/callbacks.ts';
import { type Clock, SECOND } from '../core/clock.ts';
import type { CallbackForce, ChangedVersion, ForcedCallbacks } from '../protocol/force.ts';

/** A callback that waits for the order's next one waits this long, in real time. */
const LONGEST_WAIT_MS = 30 * SECOND;
/** Forced changes and messages that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

const HELD_BACK =
  'held back by the sandbox force reorder-callback: it is posted after the next callback of its order, or after 30 s';

interface Mark {
  readonly duplicates: boolean;
  /** It has to wait for the callback of the order's next change. */
  readonly waits: boolean;
  /** The callback of the change before waits for it. */
  readonly isAwaited: boolean;
}

interface Message extends Omit<Mark, 'duplicates'> {
  duplicates: boolean;
  readonly platform: string;
  readonly orderId: string;
  readonly version: number;
}

interface Held {
  readonly deliveryId: number;
  readonly timer: NodeJS.Timeout;
}

export interface CallbackForceParts {
  readonly store: Pick<CallbackStore, 'settle' | 'giveUp' | 'replay'>;
  readonly clock: Clock;
  /** For tests. */
  readonly longestWaitMs?: number | undefined;
  /** Called when something may be due again. */
  onReplay(): void;
  onError(error: unknown): void;
}

/**
 * A force reaches the callbacks of the call's change, and of the order's next change, because some
 * calls cause the callback that matters only later, such as the result of a top-up. Marks are in
 * memory. What is held back is a dead letter meanwhile, so that a killed server leaves it in the
 * list, from where it can be replayed.
 */
export class CallbackForces implements ForcedCallbacks {
  readonly #parts: CallbackForceParts;
  readonly #marks = new Map<string, Mark>();
  readonly #messages = new Map<string, Message>();
  /** By endpoint and change. */
  readonly #held = new Map<string, Held>();
  #releases: Promise<unknown> = Promise.resolve();

  constructor(parts: CallbackForceParts) {
    this.#parts = parts;
  }

  force(change: ChangedVersion, { duplicates, reorders }: CallbackForce): () => void {
    const next = { ...change, version: change.version + 1 };
    const keys = [keyOf(change), keyOf(next)];
    this.#mark(keys[0]!, { duplicates, waits: reorders, isAwaited: false });
    this.#mark(keys[1]!, { duplicates, waits: false, isAwaited: reorders });
    return () => {
      for (const key of keys) this.#marks.delete(key);
    };
  }

  /** A change may be the next one of a forced change, and forced itself. */
  #mark(key: string, { duplicates, waits, isAwaited }: Mark): void {
    const known = this.#marks.get(key);
    remember(this.#marks, key, {
      duplicates: duplicates || known?.duplicates === true,
      waits: waits || known?.waits === true,
      isAwaited: isAwaited || known?.isAwaited === true,
    });
  }

  /** Call it for each message that is made of an event. */
  note(event: CallbackEvent, messageId: string): void {
    const mark = this.#marks.get(keyOf(event));
    if (!mark) return;
    const { platform, orderId, version } = event;
    remember(this.#messages, messageId, { ...mark, platform, orderId, version });
  }

  /** Whether a delivery must not be posted yet. */
  holdsBack({ messageId, endpointId }: ClaimedDelivery): boolean {
    const message = this.#messages.get(messageId);
    return message?.waits === true && !this.#held.has(heldKey(endpointId, message));
  }

  /** Lets the next delivery of the order pass a claimed one. */
  async holdBack(delivery: ClaimedDelivery): Promise<void> {
    const { store, clock, onReplay, longestWaitMs = LONGEST_WAIT_MS } = this.#parts;
    const { deliveryId, messageId, endpointId } = delivery;
    const message = this.#messages.get(messageId)!;
    await store.settle([], [delivery]);
    // Another claim may have taken it in between; then that one holds it back.
    const outcome = await store.giveUp(deliveryId, clock.now(), HELD_BACK);
    if (outcome !== 'given-up') return;
    this.#messages.set(messageId, { ...message, waits: false });
    const key = heldKey(endpointId, message);
    const timer = setTimeout(() => this.#letOut(key), longestWaitMs);
    timer.unref();
    this.#held.set(key, { deliveryId, timer });
    onReplay(); // The order's next delivery may go out.
  }

  /** Call it when results are stored. Resolves when what follows from them is stored, too. */
  async settled(
    group: readonly { readonly result: DeliveryResult; readonly delivery: ClaimedDelivery }[],
  ): Promise<void> {
    if (this.#messages.size === 0) return;
    const { store, clock, onReplay } = this.#parts;
    for (const { result, delivery } of group) {
      const message = this.#messages.get(delivery.messageId);
      if (!message || result.attempt.error !== null) continue;
      if (message.isAwaited) {
        await this.#letOut(
          heldKey(delivery.endpointId, { ...message, version: message.version - 1 }),
        );
      }
      if (!message.duplicates) continue;
      message.duplicates = false;
      await store.replay(delivery.deliveryId, clock.now());
      onReplay();
    }
  }

  /** Posts what is held back no later than now. */
  async letGo(): Promise<void> {
    for (const key of [...this.#held.keys()]) await this.#letOut(key);
    await this.#releases;
  }

  clear(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    for (const known of [this.#held, this.#marks, this.#messages]) known.clear();
  }

  #letOut(key: string): Promise<unknown> {
    const held = this.#held.get(key);
    if (!held) return Promise.resolve();
    clearTimeout(held.timer);
    this.#held.delete(key);
    const { store, clock, onReplay, onError } = this.#parts;
    const released = store.replay(held.deliveryId, clock.now()).then(onReplay, onError);
    this.#releases = Promise.all([this.#releases, released]);
    return released;
  }
}

const keyOf = ({ platform, orderId, version }: ChangedVersion): string =>
  `${platform}/${orderId}/${version}`;

const heldKey = (endpointId: string, change: ChangedVersion): string =>
  `${endpointId} ${keyOf(change)}`;

function remember<T>(known: Map<string, T>, key: string, value: T): void {
  known.set(key, value);
  if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!);
}
