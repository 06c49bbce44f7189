// The target of an import: the ledger, or, for a dry run, memory on top of the ledger.
import type { CatalogEntry } from '../core/catalog.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Outcome } from '../core/errors.ts';
import type { Ledger, NewOrder } from '../core/ledger.ts';
import { decideMove, type MoveRequest, moveOrder } from '../core/move-order.ts';
import type { LookUpKey, Order, OrderId, OwnerId } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import type { KeyProblem } from '../core/party-keys.ts';
import type { Token, TokenStore } from '../core/token.ts';
import type { Catalog } from '../directory/catalog.ts';
import type { Parties } from '../directory/parties.ts';
import type { Platform } from '../protocol/platform.ts';

export interface ImportTarget {
  readonly ledger: Ledger;
  readonly parties: Parties;
  readonly catalog: Catalog;
  readonly tokens: TokenStore;
  readonly platforms: readonly Platform[];
  readonly clock: Clock;
}

/**
 * The questions and actions of an import. Each answer includes what the import has added so far.
 */
export interface ImportStore {
  now(): Instant;
  parties(platform: string): readonly Party[];
  /** The problems with the keys of a new party. */
  keyProblems(party: Party): readonly KeyProblem[];
  /** Resolves to false, and changes nothing, if the party already exists. */
  createParty(party: Party): Promise<boolean>;
  /** Resolves to false, and changes nothing, if the entry already exists. */
  createEntry(entry: CatalogEntry): Promise<boolean>;
  saveTokens(tokens: readonly Token[]): Promise<void>;
  /** Skips orders that exist by id or by a unique key; `existing` names them. */
  createOrders(
    orders: readonly NewOrder[],
  ): Promise<{ readonly created: number; readonly existing: readonly string[] }>;
  load(platform: string, ids: readonly OrderId[]): Promise<readonly (Order | null)[]>;
  findByKey(platform: string, owner: OwnerId, key: LookUpKey): Promise<Order | null>;
  move(platform: Platform, move: MoveRequest): Promise<Outcome<number>>;
}

/** Maximum number of ids for one call of {@link Ledger.loadMany}. */
const LOADED_AT_ONCE = 100;

export function ledgerStore({
  ledger,
  parties,
  catalog,
  tokens,
  clock,
}: ImportTarget): ImportStore {
  return {
    now: () => clock.now(),
    parties: (platform) => parties.list(platform),
    keyProblems: (party) => parties.keyProblems(party, clock.now()),
    createParty: (party) => parties.create(party),
    createEntry: (entry) => catalog.save(entry, 'create'),
    async saveTokens(given) {
      await tokens.save(given);
    },
    async createOrders(orders) {
      const created = await ledger.createOrders({ orders, existing: 'skip', now: clock.now() });
      if (created.result !== 'created') throw new Error(`import: unexpected ${created.result}`);
      return created;
    },
    async load(platform, ids) {
      const found: (Order | null)[] = [];
      for (let i = 0; i < ids.length; i += LOADED_AT_ONCE) {
        found.push(...(await ledger.loadMany(platform, ids.slice(i, i + LOADED_AT_ONCE))));
      }
      return found;
    },
    findByKey: (platform, owner, key) => ledger.findByKey(platform, owner, key),
    move: (platform, move) => moveOrder(ledger, clock, platform.model, move, 'import'),
  };
}

/**
 * Changes nothing. Keeps the orders that would be created in memory, so that repeated rows are
 * recognised.
 */
export function dryStore(target: ImportTarget): ImportStore {
  const below = ledgerStore(target);
  const parties = new Map<string, Party>();
  const entries = new Set<string>();
  const orders = new Map<string, Order>();
  const holders = new Map<string, Order>();
  const name = (...parts: readonly string[]): string => JSON.stringify(parts);

  const store: ImportStore = {
    ...below,
    parties: (platform) => [
      ...below.parties(platform),
      ...[...parties.values()].filter((party) => party.platform === platform),
    ],
    async createParty(party) {
      const { platform, partyId } = party;
      if (store.parties(platform).some((one) => one.partyId === partyId)) return false;
      parties.set(name(platform, partyId), party);
      return true;
    },
    async createEntry({ platform, kind, key }) {
      const id = name(platform, kind, key);
      if (entries.has(id) || target.catalog.find(platform, kind, key)) return false;
      entries.add(id);
      return true;
    },
    async saveTokens() {},
    async createOrders(given) {
      const existing: string[] = [];
      for (const { order, uniqueKeys = [] } of given) {
        const { platform, orderId, owner } = order;
        let there: Order | null | undefined;
        for (const key of uniqueKeys) there ??= await store.findByKey(platform, owner, key);
        there ??= (await store.load(platform, [orderId]))[0];
        if (there) {
          existing.push(there.orderId);
          continue;
        }
        orders.set(name(platform, orderId), order);
        for (const [key, value] of uniqueKeys) {
          holders.set(name(platform, owner, key, value), order);
        }
      }
      return { created: given.length - existing.length, existing };
    },
    async load(platform, ids) {
      const found = await below.load(platform, ids);
      return ids.map((id, i) => orders.get(name(platform, id)) ?? found[i] ?? null);
    },
    async findByKey(platform, owner, key) {
      const held = holders.get(name(platform, owner, ...key));
      return held ?? (await below.findByKey(platform, owner, key));
    },
    async move(platform, move) {
      const [order] = await store.load(platform.name, [move.orderId]);
      const decided = decideMove(order!, target.clock.now(), platform.model, move);
      return decided.ok ? { ok: true, value: decided.reply } : decided;
    },
  };
  return store;
}
