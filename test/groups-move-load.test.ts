// Three groups move one after the other under load with callbacks, and each move is killed once at a random
// step; a fence holds up no other group: acknowledged changes are kept, none twice, and callbacks come in order.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MovePoint, MoveReport } from '../src/storage/groups/move/mover.ts';
import { skip } from './cluster.ts';
import { runMover } from './group-mover-process.ts';
import { atRate, type GroupsRig, quantile, startGroups, UNAVAILABLE } from './groups-rig.ts';
import { query } from './postgres.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { temporaryDirectory } from './support.ts';

/** Changes a second. */
const RATE = Number(process.env.ORDERGATE_GROUP_CHANGES ?? 60);
/** An order is made, hastened and cancelled. */
const CHANGES = 3;
/** The group, and the server that it moves to. */
const MOVES = [
  ['01', 'b'],
  ['02', 'b'],
  ['03', 'a'],
] as const;
/** Seconds for which a group's tables are locked, nearly as long as a fence may take. */
const FENCED_S = 3;
const POINTS: readonly MovePoint[] = [
  ...(['begun', 'prepared', 'copying', 'caught-up', 'locked'] as const),
  ...(['fenced', 'switched', 'renamed', 'copy-ended', 'checked'] as const),
];
/** The pause of a caller before it repeats a change. */
const AGAIN_MS = 50;

describe('three groups move under load', { skip, timeout: 1_200_000 }, () => {
  const directory = temporaryDirectory();
  let rig: GroupsRig;

  before(async () => {
    if (skip) return;
    const settings = ['wal_level = logical', 'max_connections = 60'];
    const groups = { '00': 'a', '01': 'a', '02': 'a', '03': 'b' } as const;
    rig = await startGroups({ directory, groups, settings });
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  /** @returns the report; null where the mover was to be killed at `killAt` */
  async function move(group: string, to: string, killAt = ''): Promise<MoveReport | null> {
    const { signal, report } = await runMover(rig.groupsFile, group, to, killAt);
    assert.equal(signal, killAt === '' ? null : 'SIGKILL', `killed at ${killAt}`);
    return report;
  }

  /** A running load, and what its callers have waited. */
  class Load {
    readonly orders: string[] = [];
    readonly waits: { readonly party: string; readonly ms: number; readonly refused: number }[] =
      [];
    #isOver = false;
    readonly #running: Promise<void>;

    /** @param parties of the groups in turn */
    constructor(parties: readonly string[]) {
      const task = (i: number) => {
        const party = parties[i % parties.length]!;
        return this.#order(party, `${party}n${i}`);
      };
      const count = Number.MAX_SAFE_INTEGER;
      this.#running = atRate(RATE / CHANGES, count, task, () => this.#isOver);
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
        await rig.create(party, orderId);
        return 'CallSuccess';
      });
      await this.#until(party, () => rig.hasten(party, orderId));
      await this.#until(party, () => rig.cancel(party, orderId));
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
  async function assertKept(orders: readonly string[], receiver: Receiver): Promise<void> {
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
    const told = () =>
      Map.groupBy(receiver.received, ({ headers }) => String(headers['webhook-id']));
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

  const figures = (parties: readonly string[], load: Load): string[] =>
    parties.map((party) => {
      const its = load.of(party);
      const ms = its.map((one) => one.ms);
      const again = its.filter(({ refused }) => refused > 0).length;
      return `${party}: ${its.length} changes, p50 ${quantile(ms, 0.5)} ms, p99 ${quantile(ms, 0.99)} ms, longest ${load.longest(party).toFixed(0)} ms; ${again} were refused at first`;
    });

  /** One party for each group, the emptiest first: in the sequence of the groups' names. */
  async function makeParties(name: string): Promise<{ parties: string[]; receiver: Receiver }> {
    const receiver = await startReceiver();
    const parties = ['00', '01', '02', '03'].map((group) => `${name}${group}`);
    for (const partyId of parties) await rig.makeParty(partyId, receiver.url);
    return { parties, receiver };
  }

  test('changes of a group that is fenced wait, and the other groups are served', async (t) => {
    const { parties, receiver } = await makeParties('f');
    const load = new Load(parties);
    try {
      await sleep(1000);
      // A change locks this table first.
      await query(
        `BEGIN; LOCK TABLE ordergate_01.orders IN EXCLUSIVE MODE; SELECT pg_sleep(${FENCED_S}); COMMIT`,
        rig.a.url,
      );
      await sleep(1000);
    } finally {
      await load.end();
    }
    for (const line of figures(parties, load)) t.diagnostic(line);
    assert.ok(load.longest('f01') > FENCED_S * 900, 'the fenced group waits');
    for (const party of ['f00', 'f02', 'f03']) {
      assert.ok(load.longest(party) < FENCED_S * 900, `${party} of another group does not`);
    }
    await assertKept(load.orders, receiver);
  });

  async function moveKilledOnce(t: TestContext, group: string, to: string): Promise<void> {
    const point = POINTS[randomInt(POINTS.length)]!;
    const begun = performance.now();
    await move(group, to, point);
    const report = await move(group, to);
    assert.equal(report!.outcome, 'moved', JSON.stringify(report));
    t.diagnostic(
      `group ${group} to ${to}: killed at "${point}", moved in ${Math.round(performance.now() - begun)} ms, ${JSON.stringify(report)}`,
    );
  }

  test('each move is killed once, and every acknowledged change is kept once', async (t) => {
    const { parties, receiver } = await makeParties('m');
    const load = new Load(parties);
    try {
      await sleep(2000);
      for (const [group, to] of MOVES) await moveKilledOnce(t, group, to);
      await sleep(2000);
    } finally {
      await load.end();
    }

    for (const line of figures(parties, load)) t.diagnostic(line);
    t.diagnostic(`${load.waits.length} changes, ${RATE} a second`);
    await assertKept(load.orders, receiver);
    const refused = load.of('m00').filter((one) => one.refused > 0);
    assert.equal(refused.length, 0, 'the group that stays refuses nothing');
  });
});
