// The ledger on SQLite: reads on the caller's thread, writes in groups on a thread of their own.
import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../core/clock.ts';
import type {
  Change,
  Committed,
  Created,
  CreateRequest,
  DeadlineClaim,
  DueDeadline,
  Ledger,
  LedgerAudit,
  Loaded,
  NewOrder,
  OrderQuery,
  Page,
} from '../../core/ledger.ts';
import type { Json, Order, OrderId } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { partyFromJson, partyToJson } from '../party-row.ts';
import type { Sealer } from '../seal.ts';
import type { CommitJob, CreateRow } from './job.ts';
import { ORDER_COLUMNS, type OrderRow, readHistory, toOrder } from './queries.ts';
import { Reader } from './reader.ts';
import type { Thread } from './thread.ts';
import { Writer } from './writer.ts';

/** Pages of the ledger that reads may keep in memory; it is taken as it is used. */
const READ_CACHE_KIB = 65_536;

export class SqliteLedger implements Ledger {
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #background: Thread;
  readonly #sealer: Sealer;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(path: string, background: Thread, sealer: Sealer) {
    this.#reader = new Reader(path, READ_CACHE_KIB);
    this.#statements = prepare(this.#reader.db);
    this.#writer = new Writer(path);
    this.#background = background;
    this.#sealer = sealer;
  }

  async load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
  ): Promise<Loaded> {
    return this.#reader.read(() => {
      const row = this.#statements.order.get(orderId, platform) as unknown as OrderRow | undefined;
      const kept = once && this.#statements.kept.get(once.key, once.now);
      return {
        order: row ? toOrder(row) : null,
        replay: kept ? { reply: JSON.parse(String(kept.reply)) as Json } : null,
      };
    });
  }

  commit(change: Change): Promise<Committed> {
    return this.#writer.run(toCommitJob(change));
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

  listOrders(query: OrderQuery): Promise<Page<Order>> {
    return this.#background.call({ op: 'listOrders', argument: query });
  }

  async readHistory(platform: string, orderId: OrderId) {
    return this.#reader.read(() => {
      const row = this.#statements.order.get(orderId, platform) as unknown as OrderRow | undefined;
      return row
        ? { order: toOrder(row), history: readHistory(this.#reader.db, platform, orderId) }
        : null;
    });
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
      create: mode === 'create',
    });
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

  audit(): Promise<LedgerAudit> {
    return this.#background.call({ op: 'audit' });
  }

  async checkReady(): Promise<void> {
    await this.#reader.read(() => this.#statements.anyParty.get());
    // After a failure only another write tells whether the disk takes them again.
    if (this.#writer.lastError !== undefined) await this.writeSetting('ready-probe', '1');
  }

  /** What the writer's connection says of itself: `wal`, and 2 for FULL. */
  durability(): Promise<{ journal_mode: string; synchronous: number }> {
    return this.#writer.durability();
  }

  async close(): Promise<void> {
    this.#reader.close();
    await this.#writer.close(); // Last: the last connection folds the write-ahead log into the file.
  }
}

function prepare(db: DatabaseSync) {
  const order = db.prepare(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = ? AND platform = ?`,
  );
  order.setReturnArrays(true);
  return {
    order,
    kept: db.prepare('SELECT reply FROM kept_replies WHERE key = ? AND expires_at > ?'),
    anyOrder: db.prepare('SELECT 1 FROM orders LIMIT 1'),
    anyParty: db.prepare('SELECT 1 FROM parties LIMIT 1'),
    nextDeadline: db.prepare(
      'SELECT due_at FROM deadlines WHERE lease_until <= ? ORDER BY due_at LIMIT 1',
    ),
    parties: db.prepare('SELECT document FROM parties'),
    setting: db.prepare('SELECT value FROM settings WHERE name = ?'),
  };
}

const linesJson = (order: Order): string | null =>
  order.lines.length === 0 ? null : JSON.stringify(order.lines);

function toCommitJob({ order, history, event, once, deadlines, completes }: Change): CommitJob {
  return {
    op: 'commit',
    platform: order.platform,
    orderId: order.orderId,
    expectedVersion: order.version - 1,
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
    completes: completes ?? null,
  };
}

function toCreateRow({ order, keys, actor, note, deadlines }: NewOrder): CreateRow {
  return {
    platform: order.platform,
    orderId: order.orderId,
    owner: order.owner,
    state: order.state,
    createdAt: order.createdAt,
    attributes: JSON.stringify(order.attributes),
    lines: linesJson(order),
    keys,
    actor,
    note,
    deadlines: deadlines ?? [],
  };
}
