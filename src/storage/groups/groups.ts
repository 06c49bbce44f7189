// The groups of a node: found by name, by number, by owner and by order.
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderId } from '../../core/order.ts';
import { OwnerMovedError } from '../postgres/errors.ts';
import type { Group } from './group.ts';
import type { Placement } from './placement.ts';

/** Orders whose group is remembered, for calls that know neither owner nor group. */
const REMEMBERED = 10_000;
/** How long a change waits while its party moves to another group. */
const PATIENCE_MS = 5000;
const RETRY_MS = 50;
/** The rows of a party stay in its old group for so long after the switch; nodes hear of it within a second. */
export const HEARD_MS = 4000;

export class Groups {
  readonly placement: Placement;
  readonly #byName = new Map<string, Group>();
  readonly #make: (name: string) => Group;
  readonly #close: () => Promise<void>;
  readonly #silentMs: () => number;
  readonly #orders = new Map<string, Group>();
  readonly #onOpened: ((group: Group) => void)[] = [];
  readonly #onClosed: (() => void)[] = [];
  readonly #onMoved: (() => void)[] = [];

  /**
   * @param close closes what the groups share
   * @param silentMs since when this node has not heard from the home
   */
  constructor(
    placement: Placement,
    make: (name: string) => Group,
    close: () => Promise<void>,
    silentMs: () => number,
  ) {
    this.#silentMs = silentMs;
    this.placement = placement;
    this.#make = make;
    this.#close = close;
    this.follow();
  }

  /** Makes the groups that are new since the placement was read. */
  follow(): readonly Group[] {
    const made: Group[] = [];
    for (const name of this.placement.names) {
      if (this.#byName.has(name)) continue;
      const group = this.#make(name);
      this.#byName.set(name, group);
      for (const listener of this.#onOpened) group.whenOpened(() => listener(group));
      made.push(group);
    }
    return made;
  }

  /** Sorted by name. */
  get all(): readonly Group[] {
    return [...this.#byName.values()];
  }

  /** The groups that have been opened. */
  get open(): readonly Group[] {
    return this.all.filter((group) => group.isOpen);
  }

  named(name: string): Group {
    const group = this.#byName.get(name);
    if (group) return group;
    throw new Error(`there is no group ${name}`);
  }

  byNumber(number: number): Group | undefined {
    return this.all.find((group) => group.number === number);
  }

  /** The owner's group; undefined if nobody has placed the owner. */
  async ofOwner(platform: string, owner: string): Promise<Group | undefined> {
    const name =
      this.placement.known(platform, owner) ?? (await this.placement.find(platform, owner));
    return name === undefined ? undefined : this.named(name);
  }

  /**
   * Works in the owner's group. If that group says that the owner has moved, the work is done again in
   * the group where the owner is then.
   *
   * @returns undefined if nobody has placed the owner
   * @throws {OwnerMovedError} if the owner's move takes longer than five seconds
   */
  async following<T>(
    platform: string,
    owner: string,
    work: (group: Group) => Promise<T>,
  ): Promise<T | undefined> {
    return this.repeating([{ platform, owner }], async () => {
      const group = await this.ofOwner(platform, owner);
      return group && work(group);
    });
  }

  /**
   * Does work again while a group says that an owner has moved, and asks the home where the owners are.
   *
   * @throws {OwnerMovedError} if a move takes longer than five seconds
   */
  async repeating<T>(
    owners: readonly { readonly platform: string; readonly owner: string }[],
    work: () => Promise<T>,
  ): Promise<T> {
    for (const until = performance.now() + PATIENCE_MS; ; await sleep(RETRY_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof OwnerMovedError) || performance.now() > until) throw error;
        for (const { platform, owner } of owners) await this.placement.findAgain(platform, owner);
      }
    }
  }

  /**
   * Reads in the owner's group. If nothing is there, the owner may have moved meanwhile; a node that has not
   * heard from the home lately asks it.
   *
   * @returns undefined if nobody has placed the owner
   */
  async finding<T>(
    platform: string,
    owner: string,
    read: (group: Group) => Promise<T>,
    isNothing: (found: T) => boolean,
  ): Promise<T | undefined> {
    const group = await this.ofOwner(platform, owner);
    if (!group) return undefined;
    const found = await read(group);
    if (!isNothing(found)) return found;
    const { placement } = this;
    const name =
      this.#silentMs() < HEARD_MS / 2
        ? placement.known(platform, owner)
        : await placement.findAgain(platform, owner);
    return name === undefined || name === group.name ? found : read(this.named(name));
  }

  /** The group that holds the order; undefined if no group has reserved its id. */
  async ofOrder(platform: string, orderId: string): Promise<Group | undefined> {
    const name = await this.placement.groupOfOrder(platform, orderId);
    if (name === null) return undefined;
    const group = this.named(name);
    if (!this.placement.mayHoldStrays(name)) return group;
    // A party's orders are in two groups while it moves; the place of its owner decides.
    const [order] = await group.storage.ledger.loadMany(platform, [orderId as OrderId]);
    return order ? this.ofOwner(platform, order.owner) : group;
  }

  /** Keeps the group of an order for a call that soon follows without its owner. */
  remember(platform: string, orderId: string, group: Group): void {
    if (this.#orders.size >= REMEMBERED) this.#orders.delete(this.#orders.keys().next().value!);
    this.#orders.set(`${platform}\n${orderId}`, group);
  }

  recall(platform: string, orderId: string): Group | undefined {
    return this.#orders.get(`${platform}\n${orderId}`);
  }

  /** Called when groups or owners may be elsewhere; forgets what was remembered of orders. */
  hasMoved(): void {
    this.#orders.clear();
    for (const listener of this.#onMoved) listener();
  }

  whenMoved(listener: () => void): void {
    this.#onMoved.push(listener);
  }

  /** Called for each group when it is open, also for those of later. */
  whenOpened(listener: (group: Group) => void): void {
    this.#onOpened.push(listener);
    for (const group of this.all) group.whenOpened(() => listener(group));
  }

  whenClosed(listener: () => void): void {
    this.#onClosed.push(listener);
  }

  close(): Promise<void> {
    for (const listener of this.#onClosed.splice(0)) listener();
    return this.#close();
  }
}
