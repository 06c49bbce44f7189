// A load of changes on a node with groups, whose callers repeat what was not acknowledged, and what has to be kept
// of it.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { atRate, type GroupsRig, UNAVAILABLE } from './groups-rig.ts';
import { query } from './postgres.ts';
import type { Receiver } from './receiver.ts';

/** An order is made, hastened and cancelled. */
export const CHANGES = 3;
/** The pause of a caller before it repeats a change. */
const AGAIN_MS = 50;

/** A running load, and what its callers have waited. */
export class ChangeLoad {
  readonly orders: string[] = [];
  readonly #rig: GroupsRig;
  readonly waits: { readonly party: string; readonly ms: number; readonly refused: number }[] = [];
  #isOver = false;
  readonly #running: Promise<void>;

  /**
   * @param parties in turn
   * @param rate changes a second
   * @param series a part of the orders' ids
   */
  constructor(rig: GroupsRig, parties: readonly string[], rate: number, series = 'n') {
    this.#rig = rig;
    const task = (i: number) => {
      const party = parties[i % parties.length]!;
      return this.#order(party, `${party}${series}${i}`);
    };
    const count = Number.MAX_SAFE_INTEGER;
    this.#running = atRate(rate / CHANGES, count, task, () => this.#isOver);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  of(party: string) {
    return this.waits.filter((one) => one.party === party);
  }

  longest(party: string): number {
    return Math.max(...this.of(party).map(({ ms }) => ms));
  }

  async #order(party: string, orderId: string): Promise<void> {
    await this.#until(party, async () => {
      await this.#rig.create(party, orderId);
      return 'CallSuccess';
    });
    await this.#until(party, () => this.#rig.hasten(party, orderId));
    await this.#until(party, () => this.#rig.cancel(party, orderId));
    this.orders.push(orderId);
  }

  /** A caller repeats a change that was answered with "unavailable". */
  async #until(party: string, act: () => Promise<string>): Promise<void> {
    const begun = performance.now();
    for (let refused = 0; ; refused++, await sleep(AGAIN_MS)) {
      const code = await act();
      if (code === UNAVAILABLE) continue;
      // A change whose answer was lost is made already; its history is read at the end.
      if (refused === 0) assert.equal(code, 'CallSuccess');
      this.waits.push({ party, ms: performance.now() - begun, refused });
      return;
    }
  }
}

/** Each order was made, hastened and cancelled once, and the receiver was told so in this order. */
export async function assertKept(
  rig: GroupsRig,
  orders: readonly string[],
  receiver: Receiver,
): Promise<void> {
  const kept = new Map<string, unknown>();
  const places = await query(
    'SELECT name, server, schema FROM ordergate_home.groups ORDER BY name',
    rig.a.url,
  );
  for (const [, server, schema] of places) {
    const rows = await query(
      `SELECT order_id, string_agg(version || ' ' || action, ',' ORDER BY seq) FROM ${schema}.history WHERE order_id LIKE '${orders[0]![0]}%' GROUP BY 1`,
      server === 'a' ? rig.a.url : rig.b.url,
    );
    for (const [orderId, all] of rows) kept.set(String(orderId), all);
  }
  for (const orderId of orders) {
    assert.equal(kept.get(orderId), '1 created,2 hastened,3 cancelled', orderId);
  }
  assert.equal(kept.size, orders.length, 'each order is in one group');
  const told = () => Map.groupBy(receiver.received, ({ headers }) => String(headers['webhook-id']));
  const expected = orders.length * CHANGES;
  for (const deadline = Date.now() + 90_000; told().size < expected; await sleep(200)) {
    assert.ok(Date.now() < deadline, `${told().size} callbacks of ${expected} have come`);
  }
  const firsts = [...told().values()].map(([first]) => first!);
  assert.equal(firsts.length, expected, 'each change is told under one id');
  for (const [orderId, its] of Map.groupBy(firsts, ({ json }) => json.data.orderId)) {
    const versions = its.map(({ json }) => json.data.version);
    assert.deepEqual(versions, [1, 2, 3], `${orderId} is told in order`);
  }
}
