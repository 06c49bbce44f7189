// The ledger over all groups: each order in the group of its owner, parties in the home schema.
import type { Instant } from '../../core/clock.ts';
import type { DeadlineClaim, DeadlineSource, DueDeadline } from '../../core/deadlines.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type {
  Change,
  Committed,
  Created,
  CreateRequest,
  Ledger,
  LedgerAudit,
  ListPage,
  ListQuery,
  Loaded,
  OrderDeadline,
  OrderQuery,
  OrderRecord,
  Page,
} from '../../core/ledger.ts';
import type { LookUpKey, Order, OrderId, OwnerId } from '../../core/order.ts';
import type { KeyUse, Party } from '../../core/party.ts';
import type { PostgresLedger } from '../postgres/ledger.ts';
import { askGroups, IN_BACKGROUND } from './ask.ts';
import { auditGroups } from './audit.ts';
import { createInGroups } from './creation.ts';
import { GroupedDeadlines } from './deadlines.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { groupOf, toInner } from './ids.ts';
import { type GroupPage, mergePages } from './merge.ts';
import { ownPage } from './own-pages.ts';

/** The ids under which a party owns orders, in the words of its platform. */
export type OwnersOf = (party: Party) => readonly string[];

export class GroupedLedger implements Ledger {
  readonly #groups: Groups;
  readonly #home: PostgresLedger;
  readonly #ownersOf: OwnersOf;
  readonly #deadlines: GroupedDeadlines;
  readonly #auditPlacement: () => Promise<readonly string[]>;

  /** @param auditPlacement see {@link auditGroups} */
  constructor(
    groups: Groups,
    home: PostgresLedger,
    ownersOf: OwnersOf,
    auditPlacement: () => Promise<readonly string[]>,
  ) {
    this.#groups = groups;
    this.#home = home;
    this.#ownersOf = ownersOf;
    this.#deadlines = new GroupedDeadlines(groups);
    this.#auditPlacement = auditPlacement;
  }

  async load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
    owners: readonly string[] = [],
  ): Promise<Loaded> {
    const own = await this.#ofOwners(platform, owners);
    const first = own.length === 0 ? this.#groups.recall(platform, orderId) : undefined;
    const near = first ? [first] : own;
    const found = await Promise.all(
      near.map((group) => group.storage.ledger.load(platform, orderId, once)),
    );
    const hit = found.find(({ order, replay }) => order !== null || replay !== null);
    if (hit) return hit;
    // The id may be another owner's: a protocol may have an answer of its own for that.
    const other = await this.#groups.ofOrder(platform, orderId);
    if (!other || near.includes(other)) return found[0] ?? { order: null, replay: null };
    return other.storage.ledger.load(platform, orderId, once);
  }

  async commit(change: Change): Promise<Committed> {
    const { platform, owner } = change.order;
    const { completes } = change;
    const committed = await this.#groups.following(platform, owner, async ({ number, storage }) => {
      if (!completes) return storage.ledger.commit(change);
      // The owner has moved since its deadline was claimed; it comes again in the other group.
      if (groupOf(completes.deadlineId) !== number) return 'lease-lost';
      const inner = { ...completes, deadlineId: toInner(completes.deadlineId) };
      return storage.ledger.commit({ ...change, completes: inner });
    });
    return committed ?? 'stale'; // Nobody has placed the owner, so that there is no such order.
  }

  createOrders(request: CreateRequest): Promise<Created> {
    return createInGroups(this.#groups, request);
  }

  async loadMany(
    platform: string,
    orderIds: readonly OrderId[],
    owners: readonly string[] = [],
  ): Promise<readonly (Order | null)[]> {
    const own = await this.#ofOwners(platform, owners);
    const byGroup = new Map<Group, OrderId[]>(own.map((group) => [group, [...orderIds]]));
    if (owners.length === 0) {
      const places = await Promise.all(orderIds.map((id) => this.#groups.ofOrder(platform, id)));
      for (const [i, group] of places.entries()) {
        if (group) byGroup.set(group, [...(byGroup.get(group) ?? []), orderIds[i]!]);
      }
    }
    const found = new Map<string, Order>();
    await Promise.all(
      [...byGroup].map(async ([group, ids]) => {
        for (const order of await group.storage.ledger.loadMany(platform, ids)) {
          if (order) found.set(order.orderId, order);
        }
      }),
    );
    return orderIds.map((id) => found.get(id) ?? null);
  }

  async findByKey(platform: string, owner: OwnerId, key: LookUpKey): Promise<Order | null> {
    const find = ({ storage }: Group) => storage.ledger.findByKey(platform, owner, key);
    return (await this.#groups.finding(platform, owner, find, (found) => found === null)) ?? null;
  }

  async readPage(query: ListQuery): Promise<ListPage> {
    const read = ({ storage }: Group) => storage.ledger.readPage(query);
    const isEmpty = ({ total }: ListPage): boolean => total === 0;
    const page = await this.#groups.finding(query.platform, query.owner, read, isEmpty);
    return page ?? { total: 0, orders: [] };
  }

  async readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null> {
    const group = await this.#groups.ofOrder(platform, orderId);
    return group ? group.storage.ledger.readSealed(platform, orderId, name) : null;
  }

  async listOrders(query: OrderQuery): Promise<Page<Order>> {
    const { platform, owner } = query;
    if (platform !== undefined && owner !== undefined) {
      const read = ({ storage }: Group) => storage.ledger.listOrders(query);
      const isEmpty = ({ items }: Page<Order>): boolean => items.length === 0;
      const page = await this.#groups.finding(platform, owner, read, isEmpty);
      return page ?? { items: [], nextCursor: null };
    }
    return mergePages<Group, Order>({
      groups: this.#groups.all,
      ...{ limit: query.limit, cursor: query.cursor },
      ask: askGroups,
      page: (group, cursor, limit) => this.#listIn(group, { ...query, cursor, limit }),
      at: ({ createdAt }) => createdAt,
    });
  }

  async readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null> {
    const group = await this.#groups.ofOrder(platform, orderId);
    return group ? group.storage.ledger.readHistory(platform, orderId) : null;
  }

  isEmpty(): Promise<boolean> {
    return this.#home.isEmpty();
  }

  deadlineParts(): readonly DeadlineSource[] {
    return this.#deadlines.parts;
  }

  claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<DueDeadline[]> {
    return this.#deadlines.claimDeadlines(now, limit, leaseMs);
  }

  dropDeadline(claim: DeadlineClaim): Promise<boolean> {
    return this.#deadlines.dropDeadline(claim);
  }

  nextDeadline(now: Instant): Promise<Instant | null> {
    return this.#deadlines.nextDeadline(now);
  }

  async readDeadlines(order: Pick<Order, 'platform' | 'owner' | 'orderId'>) {
    const group = await this.#groups.ofOwner(order.platform, order.owner);
    return group ? group.storage.ledger.readDeadlines(order) : [];
  }

  async listDeadlines(before: Instant, limit: number): Promise<readonly OrderDeadline[]> {
    const list = ({ storage }: Group) => storage.ledger.listDeadlines(before, limit);
    const { answers } = await askGroups(this.#groups.all, list);
    const all = [...answers.values()].flat().sort((a, b) => a.dueAt - b.dueAt);
    return all.slice(0, limit);
  }

  listParties(): Promise<readonly Party[]> {
    return this.#home.listParties();
  }

  /** The party's owners are placed first, all in one group where none of them has one yet. */
  async saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean> {
    const owners = [...new Set([...this.#ownersOf(party), party.partyId])];
    for (const owner of owners) await this.#groups.placement.place(party.platform, owner, owners);
    return this.#home.saveParty(party, mode);
  }

  keepKeyUses(uses: readonly KeyUse[]): Promise<void> {
    return this.#home.keepKeyUses(uses);
  }

  readKeyUses(): Promise<readonly KeyUse[]> {
    return this.#home.readKeyUses();
  }

  /** A schema of the other environment among the groups is refused as the home is. */
  async claimEnvironment(environment: string): Promise<string> {
    const own = await this.#home.claimEnvironment(environment);
    if (own !== environment) return own;
    const claim = ({ storage }: Group) => storage.ledger.claimEnvironment(environment);
    const { answers } = await askGroups(this.#groups.all, claim);
    return [...answers.values()].find((other) => other !== environment) ?? own;
  }

  readClockOffset(): Promise<number> {
    return this.#home.readClockOffset();
  }

  /** The home comes last: it tells the other nodes, which may then load from any group. */
  async writeClockOffset(seconds: number): Promise<void> {
    await askGroups(this.#groups.all, ({ storage }) => storage.ledger.writeClockOffset(seconds));
    await this.#home.writeClockOffset(seconds);
  }

  async forgetReplies(now: Instant): Promise<number> {
    return this.#sum(({ storage }) => storage.ledger.forgetReplies(now));
  }

  audit(head?: string): Promise<LedgerAudit> {
    return auditGroups(this.#groups, this.#home, head, this.#auditPlacement);
  }

  /** Ready while any group takes changes: each node serves the parties of all groups that do. */
  async checkReady(): Promise<void> {
    const check = ({ storage }: Group) => storage.ledger.checkReady();
    const { answers } = await askGroups(this.#groups.all, check);
    if (answers.size === 0) throw new LedgerUnavailableError('no group takes changes');
  }

  get roundTrips(): number {
    return this.#groups.open.reduce((sum, { storage }) => sum + storage.ledger.roundTrips, 0);
  }

  close(): Promise<void> {
    return this.#groups.close();
  }

  /** Without the orders of a party that is moving and is served from another group. */
  async #listIn(group: Group, query: OrderQuery): Promise<GroupPage<Order>> {
    const { placement } = this.#groups;
    const read = (cursor: string | undefined) => group.storage.listSplit({ ...query, cursor });
    if (!placement.mayHoldStrays(group.name)) return read(query.cursor);
    return ownPage(query.cursor, read, (o) => !placement.isStray(group.name, o.platform, o.owner));
  }

  async #ofOwners(platform: string, owners: readonly string[]): Promise<Group[]> {
    const found = await Promise.all(owners.map((owner) => this.#groups.ofOwner(platform, owner)));
    return [...new Set(found.filter((group) => group !== undefined))];
  }

  async #sum(count: (group: Group) => Promise<number>): Promise<number> {
    const { answers } = await askGroups(this.#groups.all, count, IN_BACKGROUND);
    return [...answers.values()].reduce((sum, one) => sum + one, 0);
  }
}
