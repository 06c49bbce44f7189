// The ledger on SQLite: reads on the caller's thread, writes in groups on a thread of their own.
import type { Instant } from '../../core/clock.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type {
  Change,
  Committed,
  Created,
  CreateRequest,
  DeadlineClaim,
  DueDeadline,
  Ledger,
  LedgerAudit,
  ListPage,
  ListQuery,
  Loaded,
  NewOrder,
  OrderQuery,
  OrderRecord,
  Page,
  SealedText,
} from '../../core/ledger.ts';
import type { Json, LookUpKey, Order, OrderId, OwnerId } from '../../core/order.ts';
import type { KeyUse, Party } from '../../core/party.ts';
import { KEY_USES, keyUseFromSetting, keyUseToSetting } from '../key-use-row.ts';
import { linesJson, openText, type SealedRow, sealText } from '../order-row.ts';
import { partyFromJson, partyToJson } from '../party-row.ts';
import type { Sealer } from '../seal.ts';
import { CountedPages } from './counted-lists.ts';
import type { Damage } from './damage.ts';
import type { CommitJob, CreateRow, Place } from './job.ts';
import { type OrderRow, type PlacedRow, placed, readHistory, toOrder } from './queries.ts';
import { prepareReads } from './read-statements.ts';
import type { Reader } from './reader.ts';
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

  constructor(
    reader: Reader,
    writer: Writer,
    background: Background,
    { sealer, damage }: { readonly sealer: Sealer; readonly damage: Damage },
  ) {
    this.#damage = damage;
    this.#reader = reader;
    this.#statements = prepareReads(reader.db);
    this.#pages = new CountedPages(reader.db);
    this.#writer = writer;
    this.#background = background;
    this.#sealer = sealer;
  }

  load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
  ): Promise<Loaded> {
    return this.#reader.read(() => {
      const row = this.#statements.placed.get(orderId, platform) as unknown as
        | PlacedRow
        | undefined;
      const kept = once && this.#statements.kept.get(once.key, once.now);
      return {
        ...(row ? placed(platform, orderId, row) : { order: null }),
        replay: kept ? { reply: JSON.parse(String(kept.reply)) as Json } : null,
      };
    }, [orderId]);
  }

  commit(change: Change): Promise<Committed> {
    const { order, sealed = [] } = change;
    const rows = sealed.map((text) => sealText(order, text, this.#sealer));
    return this.#writer.run(toCommitJob(change, rows));
  }

  createOrders(request: CreateRequest): Promise<Created> {
    const { orders, existing, once, now } = request;
    return this.#writer.run({
      op: 'create',
      rows: orders.map(toCreateRow),
      existing,
      once: once ?? null,
      now,
    });
  }

  loadMany(platform: string, orderIds: readonly OrderId[]): Promise<readonly (Order | null)[]> {
    return this.#reader.read(
      () =>
        orderIds.map((id) => {
          const row = this.#statements.order.get(id, platform) as unknown as OrderRow | undefined;
          return row ? toOrder(row) : null;
        }),
      orderIds,
    );
  }

  findByKey(platform: string, owner: OwnerId, [name, value]: LookUpKey): Promise<Order | null> {
    return this.#reader.read(() => {
      const found = this.#statements.byKey.get(platform, owner, name, value);
      return found ? toOrder(found as unknown as OrderRow) : null;
    });
  }

  readPage(query: ListQuery): Promise<ListPage> {
    return this.#reader.read(() => this.#pages.read(query));
  }

  async readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null> {
    const row = await this.#reader.read(() =>
      this.#statements.sealedText.get(orderId, platform, name),
    );
    return row ? openText(platform, orderId, name, String(row.sealed), this.#sealer) : null;
  }

  listOrders(query: OrderQuery): Promise<Page<Order>> {
    return this.#background.call({ op: 'listOrders', argument: query });
  }

  async readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null> {
    return this.#reader.read(() => {
      const row = this.#statements.order.get(orderId, platform) as unknown as OrderRow | undefined;
      if (!row) return null;
      const sealed = this.#statements.masks.all(orderId, platform);
      return {
        order: toOrder(row),
        history: readHistory(this.#reader.db, platform, orderId),
        sealed: sealed.map(({ name, mask }) => ({
          name: String(name),
          mask: JSON.parse(String(mask)) as SealedText['mask'],
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
    return this.#writer.run({ op: 'claim', now, limit, leaseUntil: now + leaseMs });
  }

  dropDeadline(claim: DeadlineClaim): Promise<boolean> {
    return this.#writer.run({ op: 'drop', ...claim });
  }

  async nextDeadline(now: Instant): Promise<Instant | null> {
    const row = await this.#reader.read(() => this.#statements.nextDeadline.get(now));
    return row ? Number(row.due_at) : null;
  }

  async listParties(): Promise<readonly Party[]> {
    const rows = await this.#reader.read(() => this.#statements.parties.all());
    return rows.map((row) => partyFromJson(String(row.document), this.#sealer));
  }

  saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean> {
    const document = partyToJson(party, this.#sealer);
    const { platform, partyId } = party;
    return this.#writer.run({
      op: 'saveParty',
      platform,
      partyId,
      document,
      replaces: mode === 'create' ? null : party.version - 1,
    });
  }

  async keepKeyUses(uses: readonly KeyUse[]): Promise<void> {
    await this.#writer.run({ op: 'setLatest', settings: uses.map(keyUseToSetting) });
  }

  async readKeyUses(): Promise<readonly KeyUse[]> {
    const { from, to } = KEY_USES;
    const rows = await this.#reader.read(() => this.#statements.settingsBetween.all(from, to));
    return rows.map(({ name, value }) => keyUseFromSetting(String(name), String(value)));
  }

  claimEnvironment(environment: string): Promise<string> {
    return this.#writer.run({ op: 'setOnce', name: 'environment', value: environment });
  }

  async readClockOffset(): Promise<number> {
    return Number((await this.readSetting('clock-offset')) ?? 0);
  }

  async writeClockOffset(seconds: number): Promise<void> {
    await this.writeSetting('clock-offset', String(seconds));
  }

  async readSetting(name: string): Promise<string | null> {
    return this.#reader.read(
      () => (this.#statements.setting.get(name)?.value as string | undefined) ?? null,
    );
  }

  async writeSetting(name: string, value: string): Promise<void> {
    await this.#writer.run({ op: 'set', name, value });
  }

  async forgetReplies(now: Instant): Promise<number> {
    // In steps, so that no change waits long behind it.
    for (let total = 0; ; ) {
      const forgotten = await this.#writer.run<number>({ op: 'forget', now });
      total += forgotten;
      if (forgotten === 0) return total;
    }
  }

  audit(head?: string): Promise<LedgerAudit> {
    return this.#background.call({ op: 'audit', argument: head });
  }

  async checkReady(): Promise<void> {
    if (this.#damage.found !== undefined) {
      throw new LedgerUnavailableError(`the ledger's file is damaged (${this.#damage.found})`);
    }
    await this.#reader.read(() => this.#statements.anyParty.get());
    // After a failure only another write tells whether the disk takes them again.
    if (this.#writer.lastError !== undefined) await this.writeSetting('ready-probe', '1');
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}

function toCommitJob(change: Change, sealed: readonly SealedRow[]): CommitJob {
  const { order, place, history, event, once, deadlines, completes } = change;
  return {
    op: 'commit',
    platform: order.platform,
    orderId: order.orderId,
    expectedVersion: order.version - 1,
    place: (place as Place | undefined) ?? null,
    state: order.state,
    at: order.updatedAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    action: history.action,
    line: history.line,
    from: history.from,
    to: history.to,
    actor: history.actor,
    note: history.note,
    requestId: history.requestId,
    eventType: event.type,
    eventPayload: event.payload === null ? null : JSON.stringify(event.payload),
    once: once ? { ...once, reply: JSON.stringify(once.reply) } : null,
    deadlines: deadlines ?? null,
    sealed: sealed.length === 0 ? null : sealed,
    completes: completes ?? null,
  };
}

function toCreateRow(created: NewOrder): CreateRow {
  const { order, keys, actor, note, requestId, deadlines, uniqueKeys, lists } = created;
  return {
    platform: order.platform,
    orderId: order.orderId,
    owner: order.owner,
    state: order.state,
    createdAt: order.createdAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    keys,
    uniqueKeys: uniqueKeys ?? [],
    lists: lists ?? [],
    actor,
    note,
    requestId: requestId ?? null,
    deadlines: deadlines ?? [],
  };
}
