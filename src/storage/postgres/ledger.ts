// The ledger on PostgreSQL: one round trip per query, one per group of changes, on any number of
// nodes.
import type { Instant } from '../../core/clock.ts';
import type { DeadlineClaim, DueDeadline } from '../../core/deadlines.ts';
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
import { readHead } from '../chain.ts';
import { KEY_USES, keyUseFromSetting, keyUseToSetting } from '../key-use-row.ts';
import { openText } from '../order-row.ts';
import { partyFromJson, partyToJson } from '../party-row.ts';
import type { Sealer } from '../seal.ts';
import { announce } from './announce.ts';
import {
  type CommitRow,
  type Creation,
  storable,
  toCommitRow,
  toCreationRow,
} from './change-rows.ts';
import { commitRules, createRules } from './changes.ts';
import { Connection, type Row } from './connection.ts';
import { unavailable } from './errors.ts';
import { ListPages } from './list-pages.ts';
import type { Pool } from './pool.ts';
import { audit, orderRows, toDeadlines, toOrder, toPage, toRecord } from './queries.ts';
import { GroupReader } from './reader.ts';
import { statements } from './statements.ts';
import { GroupWriter } from './writer.ts';

/** The query of a load; `now` is null if the database's time counts. */
interface LoadQuestion {
  readonly platform: string;
  readonly orderId: OrderId;
  readonly once: string | null;
  readonly now: Instant | null;
}

export interface LedgerOptions {
  readonly url: string;
  readonly node: string;
  /** Whether rules read the database's time; false if the caller passed a clock. */
  readonly databaseTime: boolean;
  /** Receives the database's time and the sandbox's offset with each load. */
  onTime(now: Instant, offsetSeconds: number, sentAt: number): void;
  /** Called when changes of this node are on disk. */
  /** Receives the seconds that the commit took. */
  onChange?(seconds: number): void;
}

export class PostgresLedger implements Ledger {
  readonly #pool: Pool;
  readonly #sealer: Sealer;
  readonly #options: LedgerOptions;
  readonly #loads: GroupReader<LoadQuestion, Loaded>;
  readonly #pages: ListPages;
  readonly #commits: GroupWriter<CommitRow, Committed>;
  readonly #creations: GroupWriter<Creation, Created>;

  constructor(pool: Pool, sealer: Sealer, options: LedgerOptions) {
    this.#pool = pool;
    this.#sealer = sealer;
    this.#options = options;
    this.#loads = new GroupReader((questions) => this.#loadAll(questions));
    this.#pages = new ListPages(pool);
    this.#commits = new GroupWriter(pool, commitRules, options.onChange);
    this.#creations = new GroupWriter(pool, createRules, options.onChange);
  }

  load(
    platform: string,
    orderId: OrderId,
    once?: { readonly key: string; readonly now: Instant },
  ): Promise<Loaded> {
    const now = this.#options.databaseTime ? null : (once?.now ?? null);
    return this.#loads.ask({ platform, orderId, once: once?.key ?? null, now });
  }

  commit(change: Change): Promise<Committed> {
    return this.#commits.run(toCommitRow(change, this.#sealer));
  }

  createOrders({ orders, existing, once, now }: CreateRequest): Promise<Created> {
    return this.#creations.run({
      existing,
      now,
      rows: orders.map((order) => toCreationRow(order, now)),
      onceKey: once?.key ?? null,
      fingerprint: once?.fingerprint ?? null,
      onceUntil: once?.expiresAt ?? null,
    });
  }

  async loadMany(
    platform: string,
    orderIds: readonly OrderId[],
  ): Promise<readonly (Order | null)[]> {
    const rows = await this.#pool.run(statements.loadMany, [platform, orderIds.map(storable)]);
    return rows.map((row) => (row[0] === null ? null : toOrder(row)));
  }

  async findByKey(platform: string, owner: OwnerId, [name, value]: LookUpKey) {
    const given = [platform, owner, name, storable(value)];
    const [row] = await this.#pool.run(statements.byKey, given);
    return row ? toOrder(row) : null;
  }

  readPage(query: ListQuery): Promise<ListPage> {
    return this.#pages.read(query);
  }

  async readSealed(platform: string, orderId: OrderId, name: string): Promise<string | null> {
    const [row] = await this.#pool.run(statements.sealedText, [storable(orderId), platform, name]);
    return row ? openText(platform, orderId, name, String(row[0]), this.#sealer) : null;
  }

  async listOrders(query: OrderQuery): Promise<Page<Order>> {
    return toPage(await orderRows(this.#pool, query), query);
  }

  async readHistory(platform: string, orderId: OrderId): Promise<OrderRecord | null> {
    const [row] = await this.#pool.run(statements.record, [storable(orderId), platform]);
    return row ? toRecord(row) : null;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#pool.run(statements.isEmpty))[0]![0] === true;
  }

  async claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<DueDeadline[]> {
    const rows = await this.#pool.runOnce(statements.claim, [now + leaseMs, now, limit]);
    return rows
      .map(
        ([deadlineId, leaseUntil, kind, platform, orderId, dueAt]) =>
          ({ deadlineId, leaseUntil, kind, platform, orderId, dueAt }) as DueDeadline,
      )
      .sort((a, b) => a.dueAt - b.dueAt || a.deadlineId - b.deadlineId);
  }

  async dropDeadline({ deadlineId, leaseUntil }: DeadlineClaim): Promise<boolean> {
    return (await this.#pool.runOnce(statements.drop, [deadlineId, leaseUntil])).length === 1;
  }

  async nextDeadline(now: Instant): Promise<Instant | null> {
    const [row] = await this.#pool.run(statements.nextDeadline, [now]);
    return row ? Number(row[0]) : null;
  }

  async readDeadlines({ platform, owner, orderId }: Pick<Order, 'platform' | 'owner' | 'orderId'>) {
    return toDeadlines(await this.#pool.run(statements.deadlinesOf, [platform, owner, orderId]));
  }

  async listDeadlines(before: Instant, limit: number): Promise<readonly OrderDeadline[]> {
    return toDeadlines(await this.#pool.run(statements.deadlinesBefore, [before, limit]));
  }

  async listParties(): Promise<readonly Party[]> {
    const rows = await this.#pool.run(statements.parties);
    return rows.map(([document]) => partyFromJson(String(document), this.#sealer));
  }

  async saveParty(party: Party, mode: 'create' | 'replace'): Promise<boolean> {
    const values = [party.platform, party.partyId, partyToJson(party, this.#sealer)];
    const [saved] =
      mode === 'create'
        ? await this.#pool.runOnce(statements.createParty, values)
        : await this.#pool.change(statements.replaceParty, [...values, party.version - 1]);
    if (Number(saved![1]) > 0) announce(this.#pool, 'parties');
    return Number(saved![0]) === 1;
  }

  async keepKeyUses(uses: readonly KeyUse[]): Promise<void> {
    // All nodes sort the rows equally, so that no deadlock occurs.
    const settings = uses.map(keyUseToSetting).sort(([a], [b]) => (a < b ? -1 : 1));
    const names = settings.map(([name]) => name);
    await this.#pool.run(statements.setLatest, [names, settings.map(([, value]) => value)]);
  }

  async readKeyUses(): Promise<readonly KeyUse[]> {
    const rows = await this.#pool.run(statements.settingsBetween, [KEY_USES.from]);
    return rows.map(([name, value]) => keyUseFromSetting(String(name), String(value)));
  }

  claimEnvironment(environment: string): Promise<string> {
    return this.setOnce('environment', environment);
  }

  async readClockOffset(): Promise<number> {
    return Number((await this.#pool.run(statements.setting, ['clock-offset']))[0]?.[0] ?? 0);
  }

  async writeClockOffset(seconds: number): Promise<void> {
    await this.#pool.change(statements.set, ['clock-offset', String(seconds)]);
    announce(this.#pool, 'clock');
  }

  /** Resolves to the setting's value; the first caller decides it. */
  async setOnce(name: string, value: string): Promise<string> {
    for (;;) {
      // Null if another node has just set it, which this statement could not see.
      const [row] = await this.#pool.change(statements.setOnce, [name, value]);
      if (row![0] !== null) return String(row![0]);
    }
  }

  async forgetReplies(now: Instant): Promise<number> {
    // Runs in steps, so that no change waits long.
    for (let total = 0; ; ) {
      const forgotten = await this.#pool.run(statements.forget, [now]);
      total += forgotten.length;
      if (forgotten.length === 0) return total;
    }
  }

  /** Uses its own connection, because it reads everything and may take long. */
  async audit(head?: string): Promise<LedgerAudit> {
    const wanted = head === undefined ? null : readHead(head);
    const { url, node } = this.#options;
    let connection: Connection | undefined;
    try {
      connection = await Connection.open({ url, name: `${node}.audit`, kind: 'long' });
      return await audit(connection, { sealer: this.#sealer, ...(wanted && { head: wanted }) });
    } catch (error) {
      throw unavailable(error);
    } finally {
      await connection?.close();
    }
  }

  async checkReady(): Promise<void> {
    await this.#pool.checkSession();
    // After a failure, only a successful write proves that the database accepts changes again.
    if (this.#commits.lastError !== undefined || this.#creations.lastError !== undefined) {
      await this.#pool.probe();
    }
  }

  /** The number of statements that this node has sent. */
  get roundTrips(): number {
    return this.#pool.roundTrips;
  }

  async close(): Promise<void> {
    await Promise.all([this.#commits.close(), this.#creations.close()]);
    await this.#pool.close();
  }

  async #loadAll(questions: readonly LoadQuestion[]): Promise<Loaded[]> {
    const sentAt = performance.now();
    const values = [
      questions.map(({ platform }) => platform),
      questions.map(({ orderId }) => storable(orderId)),
      questions.map(({ once }) => once),
      questions.map(({ now }) => now),
    ];
    // A stored reply acknowledges a change again, which therefore must be on the standby, too.
    const isOwed = (rows: readonly Row[]): boolean =>
      rows.some((row) => row[8] !== null && row[11] === true);
    const rows = await this.#pool.run(statements.load, values, isOwed);
    const loaded: Loaded[] = [];
    for (const row of rows) loaded[Number(row[0]) - 1] = this.#toLoaded(row, questions);
    const [now, offset] = rows[0]!.slice(9, 11).map(Number) as [number, number];
    this.#options.onTime(now, offset, sentAt);
    return loaded;
  }

  #toLoaded(row: Row, questions: readonly LoadQuestion[]): Loaded {
    const { platform, orderId } = questions[Number(row[0]) - 1]!;
    const [, owner, state, version, createdAt, updatedAt, attributes, lines, reply] = row;
    const whole = [orderId, platform, owner, state, version, createdAt, updatedAt, attributes];
    const time = Number(row[9]) + 1000 * Number(row[10] ?? 0);
    return {
      order: owner === null ? null : toOrder([...whole, lines]),
      replay: reply === null ? null : { reply: JSON.parse(String(reply)) },
      ...(this.#options.databaseTime && { now: time }),
    };
  }
}
