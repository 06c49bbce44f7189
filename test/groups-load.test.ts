// Many groups on two servers under load with callbacks, while one server is killed and comes back: what was
// acknowledged is kept, nothing is told twice or out of order, and the parties of the other server notice nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, skip } from './cluster.ts';
import {
  atRate,
  createdAt,
  type GroupsRig,
  quantile,
  startGroups,
  UNAVAILABLE,
} from './groups-rig.ts';
import { query } from './postgres.ts';
import { startReceiver } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

const GROUPS = Number(process.env.ORDERGATE_TEST_GROUPS ?? 16);
/** Of each group. Each order is hastened once, which is one change and one callback. */
const ORDERS = Math.ceil(960 / GROUPS);
/** Calls a second, of all parties. */
const RATE = 50;
/** After this part of the calls the server is killed, and after that one it is started again. */
const KILLED_AT = 0.15;
const BACK_AT = 0.8;
/** A server that has been down for ten seconds is not waited for; see `Lender`. */
const LONG_DOWN_MS = 10_500;
const MB = 1024 * 1024;

interface Work {
  readonly partner: string;
  readonly orderId: string;
}
type Phase = 'before the kill' | 'while b is down' | 'after the start of b';

describe(`${GROUPS} groups on two servers`, { skip, timeout: 1_200_000 }, () => {
  const directory = temporaryDirectory();
  const isOnB = (partner: string) => Number(partner.slice(1)) % 2 === 1;
  let rig: GroupsRig;

  before(async () => {
    if (skip) return;
    const names = Array.from({ length: GROUPS }, (_, i) => String(i).padStart(2, '0'));
    const groups = Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? 'a' : 'b']));
    rig = await startGroups({ directory, groups: groups as Record<string, 'a' | 'b'> });
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  /** The sessions of the node at a server, and the memory that their processes share with nobody. */
  async function sessions({ url }: Cluster): Promise<{ count: number; bytes: number }> {
    const rows = await query(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ordergate%'`,
      url,
    );
    let bytes = 0;
    for (const [pid] of rows) {
      const sizes = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      bytes += Number(/Private_Dirty: +(\d+)/.exec(sizes)?.[1] ?? 0) * 1024;
    }
    return { count: rows.length, bytes };
  }

  test('a node starts on groups that exist', async (t) => {
    const made = Math.round(rig.startMs);
    const again = Math.round(await rig.restart());
    assert.ok(again < rig.startMs, 'groups that exist are opened sooner than new ones are made');
    t.diagnostic(`first start ${made} ms, which made the groups; second start ${again} ms`);
  });

  /** The emptiest group first: one party for each group, in the order of their names. */
  async function makeParties(url: string): Promise<Work[]> {
    const works: Work[] = [];
    for (let i = 0; i < GROUPS; i++) {
      const partyId = `p${String(i).padStart(3, '0')}`;
      await rig.makeParty(partyId, url);
      const orders = Array.from({ length: ORDERS }, (_, n) => ({
        ...{ platform: 'jintong', orderId: `${partyId}n${n}`, userName: partyId },
        ...{ state: 'D', amount: '1.00', createdAt: createdAt() },
      }));
      await rig.made('/orders', orders);
      works.push(...orders.map(({ orderId }) => ({ partner: partyId, orderId })));
    }
    return works;
  }

  test('one server is killed under load and comes back', { timeout: 600_000 }, async (t) => {
    const receiver = await startReceiver();
    const works = await makeParties(receiver.url);
    await receiver.until(works.length);
    const mixed = works.toSorted(() => Math.random() - 0.5);
    const [kill, restart] = [KILLED_AT, BACK_AT].map((part) => Math.floor(mixed.length * part));
    const codes = new Map<string, string>();
    const waits = new Map<string, number[]>();
    const note = (name: string, ms: number) => waits.set(name, [...(waits.get(name) ?? []), ms]);
    let phase: Phase = 'before the kill';
    let killedAt = 0;
    let control: Promise<void> = Promise.resolve();
    const call = async ({ partner, orderId }: Work): Promise<void> => {
      const [begun, its] = [performance.now(), phase];
      codes.set(orderId, await rig.hasten(partner, orderId));
      const isLong = its === 'while b is down' && begun - killedAt > LONG_DOWN_MS;
      const long = isLong && isOnB(partner) ? ', for 10 s' : '';
      note(`server ${isOnB(partner) ? 'b' : 'a'}, ${its}${long}`, performance.now() - begun);
    };
    await atRate(RATE, mixed.length, async (i) => {
      if (i === kill) {
        phase = 'while b is down';
        killedAt = performance.now();
        control = rig.b.stop('immediate');
      }
      if (i === restart) {
        control = control.then(() => rig.b.start());
        phase = 'after the start of b';
      }
      await call(mixed[i]!);
    });
    await control;

    const onA = works.filter(({ partner }) => !isOnB(partner));
    for (const { orderId } of onA) assert.equal(codes.get(orderId), 'CallSuccess', orderId);
    for (;;) {
      const ready = await (await fetch(`${rig.server.url}/readyz`)).text();
      if (ready === 'ready\n') break;
      await sleep(200);
    }
    // A call that was answered with "unavailable" is repeated, as its caller would.
    const refused = works.filter(({ orderId }) => codes.get(orderId) !== 'CallSuccess');
    await atRate(2 * RATE, refused.length, async (i) => {
      const { partner, orderId } = refused[i]!;
      assert.equal(codes.get(orderId), UNAVAILABLE);
      await rig.hasten(partner, orderId);
    });
    // Two callbacks of each order, when it was made and when it was hastened.
    await receiver.until(works.length * 2);
    const told = Map.groupBy(receiver.received, ({ json }) => json.data.orderId as string);
    let twice = 0;
    for (const { orderId } of works) {
      const ids = new Set<string>();
      const versions: number[] = [];
      for (const { headers, json } of told.get(orderId)!) {
        const id = String(headers['webhook-id']);
        if (ids.has(id))
          twice++; // Posted again after the kill, with the same id, as is promised.
        else versions.push(json.data.version);
        ids.add(id);
      }
      assert.deepEqual(versions, [1, 2], `${orderId} is told in order, each change once`);
      const { body } = await manage(rig.server, 'GET', `/orders/jintong/${orderId}`);
      assert.equal(body.version, 2, `${orderId} was hastened once`);
    }
    for (const [name, all] of [...waits].toSorted(([x], [y]) => (x < y ? -1 : 1))) {
      t.diagnostic(
        `${name}: ${all.length} calls, p50 ${quantile(all, 0.5)} ms, p99 ${quantile(all, 0.99)} ms`,
      );
    }
    t.diagnostic(
      `server b: ${refused.length} calls were refused; ${twice} callbacks came twice with their id`,
    );
    const gone = waits.get('server b, while b is down, for 10 s');
    if (gone)
      assert.ok(Number(quantile(gone, 0.5)) < 1500, 'a server that is long down is not waited for');
    for (const [name, cluster] of [['a', rig.a] as const, ['b', rig.b] as const]) {
      const { count, bytes } = await sessions(cluster);
      assert.ok(count <= 8, `${count} sessions at server ${name}, whatever the number of groups`);
      t.diagnostic(`server ${name}: ${count} sessions, ${Math.round(bytes / MB)} MB of their own`);
    }
    t.diagnostic(`the node and its receiver: ${Math.round(process.memoryUsage().rss / MB)} MB`);
  });
});
