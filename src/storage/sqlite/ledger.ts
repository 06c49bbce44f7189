// The ledger on SQLite: reads and writes in groups, on one connection of the main thread.
import type { Instant } from '../../core/clock.ts';
import type { DeadlineClaim, DueDeadline } from '../../core/deadlines.ts';
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
  SealedText,
} from '../../core/ledger.ts';
import type { Json, LookUpKey, Order, OrderId, OwnerId } from '../../core/order.ts';
import type { KeyUse, Party } from '../../core/party.ts';
import { KEY_USES, keyUseFromSetting, keyUseToSetting } from '../key-use-row.ts';
import { openText, sealText } from '../order-row.ts';
import { partyFromJson, partyToJson } from '../party-row.ts';
import type { Sealer } from '../seal.ts';
import { toCommitRow, toCreationRow } from './change-rows.ts';
import { OrderChanges } from './changes.ts';
import { CountedLists, CountedPages } from './counted-lists.ts';
import type { Damage } from './damage.ts';
import { deadlinesBefore, deadlinesOf } from './deadline-queries.ts';
import { LargeCreations, MOST_AT_ONCE } from './large-creations.ts';
import { ListWindows } from './list-windows.ts';
import { placed, readHistory, toOrder } from './queries.ts';
import { prepareReads } from './read-statements.ts';
import type { Reader } from './reader.ts';
import { prepareStatements } from './statements.ts';
import type { Background } from './thread.ts';
import type { Writer } from './writer.ts';

export class SqliteLedger implements Ledger {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #background: Background;
  readonly #sealer: Sealer;
  readonly #damage: Damage;
  readonly #statements: ReturnType<typeof prepareReads>;
  readonly #pages: CountedPages;
  readonly #windows = new ListWindows();
  readonly #writes: ReturnType<typeof prepareStatements>;
  readonly #changes: OrderChanges;
  readonly #largeCreations: LargeCreations;

  constructor(
    reader: Reader,
    writer: Writer,
    background: Background,
    { sealer, damage }: { readonly sealer: Sealer; readonly damage: Damage },
  ) {
    this.#damage = damage;
    this.#reader = reader;
    this.#statements = prepareReads(reader.db);
    this.#pages = new CountedPages(reader.db, this.#windows);
    this.#writer = writer;
    this.#writes = prepareStatements(writer.db);
    this.#changes = new OrderChanges(this.#writes, new CountedLists(writer.db, this.#windows));
    this.#largeCreations = new LargeCreations(writer, this.#windows);
    this.#background = background;
    this.#sealer = sealer;
  }

  load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
  ): Promise<Loaded> {
    return this.#reader.read(() => {
      const row = this.#statements.placed.get(orderId, platform);
      const kept = once && this.#statements.kept.get(once.key, once.now);
      return {
        ...(row ? placed(platform, orderId, row) : { order: null }),
        replay: kept ? { reply: JSON.parse(kept.reply) as Json } : null,
      };
    }, [orderId]);
  }

  commit(change: Change): Promise<Committed> {
    const { order, sealed = [] } = change;
    const rows = sealed.map((text) => sealText(order, text, this.#sealer));
    const row = toCommitRow(change, rows);
    return this.#writer.run((tx) => this.#changes.commit(tx, row), [order.orderId]);
  }

  createOrders(request: CreateRequest): Promise<Created> {
    const { orders, ...rest } = request;
    if (orders.length > MOST_AT_ONCE) return this.#largeCreations.create(request);
    const creation = { ...rest, rows: orders.map(toCreationRow) };
    const ids = orders.map(({ order }) => order.orderId);
    return this.#writer.run((tx) => this.#changes.create(tx, creation), ids);
  }

  loadMany(platform: string, orderIds: readonly OrderId[]): Promise<readonly (Order | null)[]> {
    return this.#reader.read(
      () =>
        orderIds.map((id) => {
          const row = this.#statements.order.get(id, platform);
          return row ? toOrder(row) : null;
        }),
      orderIds,
    );
  }

  findByKey(platform: string, owner: OwnerId, [name, value]: LookUpKey): Promise<Order | null> {
    return this.#reader.read(() => {
      const found = this.#statements.byKey.get(platform, owner, name, value);
      return found ? toOrder(found) : null;
    });
  }

  /** Call it in the transaction that empties the ledger. */
  forgetWindows(): void {
    this.#windows.forgetAll();
  }

  readPage(query: ListQuery): Promise<ListPage> {
    return this.#reader.read(() => this.#pages.read(query));
  }

  async readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null> {
    const row = await this.#reader.read(() =>
      this.#statements.sealedText.get(orderId, platform, name),
    );
    return row ? openText(platform, orderId, name, row.sealed, this.#sealer) : null;
  }

  listOrders(query: OrderQuery): Promise<Page<Order>> {
    return this.#background.call('listOrders', query);
  }

  async readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null> {
    return this.#reader.read(() => {
      const row = this.#statements.order.get(orderId, platform);
      if (!row) return null;
      const sealed = this.#statements.masks.all(orderId, platform);
      return {
        order: toOrder(row),
        history: readHistory(this.#reader.db, platform, orderId),
        sealed: sealed.map(({ name, mask }) => ({
          name,
          mask: JSON.parse(mask) as SealedText['mask'],
        })),
      };
    }, [orderId]);
  }

  async isEmpty(): Promise<boolean> {
    return this.#reader.read(
      () =>
        this.#statements.anyOrder.get() === undefined &&
        this.#statements.anyParty.get() === undefined,
    );
  }

  claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<readonly DueDeadline[]> {
    return this.#writer.run(() =>
      this.#writes.claim
        .all(now + leaseMs, now, limit)
        // RETURNING gives the rows in an undefined sequence.
        .sort((a, b) => a.dueAt - b.dueAt || a.deadlineId - b.deadlineId),
    );
  }

  dropDeadline({ deadlineId, leaseUntil }: DeadlineClaim): Promise<boolean> {
    return this.#writer.run(
      () => this.#writes.endDeadline.run(deadlineId, leaseUntil).changes === 1,
    );
  }

  async nextDeadline(now: Instant): Promise<Instant | null> {
    const row = await this.#reader.read(() => this.#statements.nextDeadline.get(now));
    return row ? row.dueAt : null;
  }

  readDeadlines({ platform, orderId }: Pick<Order, 'platform' | 'orderId'>) {
    return this.#reader.read(() => deadlinesOf(this.#reader.db, platform, orderId), [orderId]);
  }

  listDeadlines(before: Instant, limit: number): Promise<readonly OrderDeadline[]> {
    return this.#reader.read(() => deadlinesBefore(this.#reader.db, before, limit));
  }

  async listParties(): Promise<readonly Party[]> {
    const rows = await this.#reader.read(() => this.#statements.parties.all());
    return rows.map((row) => partyFromJson(row.document, this.#sealer));
  }

  saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean> {
    const row = [party.platform, party.partyId, partyToJson(party, this.#sealer)] as const;
    const { createParty, replaceParty } = this.#writes;
    return this.#writer.run(() => {
      const saved =
        mode === 'create' ? createParty.run(...row) : replaceParty.run(...row, party.version - 1);
      return saved.changes === 1;
    });
  }

  async keepKeyUses(uses: readonly KeyUse[]): Promise<void> {
    const settings = uses.map(keyUseToSetting);
    await this.#writer.run(() => {
      for (const setting of settings) this.#writes.setLatest.run(...setting);
    });
  }

  async readKeyUses(): Promise<readonly KeyUse[]> {
    const { from, to } = KEY_USES;
    const rows = await this.#reader.read(() => this.#statements.settingsBetween.all(from, to));
    return rows.map(({ name, value }) => keyUseFromSetting(name, value));
  }

  claimEnvironment(environment: string): Promise<string> {
    const { setOnce, setting } = this.#writes;
    return this.#writer.run(() => {
      setOnce.run('environment', environment);
      return setting.get('environment')!.value;
    });
  }

  async readClockOffset(): Promise<number> {
    return Number((await this.readSetting('clock-offset')) ?? 0);
  }

  async writeClockOffset(seconds: number): Promise<void> {
    await this.writeSetting('clock-offset', String(seconds));
  }

  async readSetting(name: string): Promise<string | null> {
    return this.#reader.read(() => this.#statements.setting.get(name)?.value ?? null);
  }

  async writeSetting(name: string, value: string): Promise<void> {
    await this.#writer.run(() => this.#writes.set.run(name, value));
  }

  async forgetReplies(now: Instant): Promise<number> {
    // Runs in steps, so that no change waits long.
    for (let total = 0; ; ) {
      const forgotten = await this.#writer.run(() => Number(this.#writes.forget.run(now).changes));
      total += forgotten;
      if (forgotten === 0) return total;
    }
  }

  audit(head?: string): Promise<LedgerAudit> {
    return this.#background.call('audit', head);
  }

  async checkReady(): Promise<void> {
    if (this.#damage.found !== undefined) {
      throw new LedgerUnavailableError(`the ledger's file is damaged (${this.#damage.found})`);
    }
    await this.#reader.read(() => this.#statements.anyParty.get());
    // After a failure, only a successful write proves that the disk accepts changes again.
    if (this.#writer.lastError !== undefined) await this.writeSetting('ready-probe', '1');
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#largeCreations.close();
  }
}
