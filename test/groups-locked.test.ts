// The tables of one group are locked for a time: callbacks and deadlines of the other group on the same server go
// on meanwhile, and those of the locked group come after the lock, in order and each once.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, skip } from './cluster.ts';
import { createdAt, type GroupsRig, startGroups, UNAVAILABLE } from './groups-rig.ts';
import { query } from './postgres.ts';
import { ok, type Receiver, startReceiver } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

/** In group 00, which is never locked, and in group 01. */
const [FREE, LOCKED] = ['free', 'locked'] as const;
const [FREE_SHOP, LOCKED_SHOP] = ['S00', 'S01'] as const;
/** Rounds of changes in the free group while the other one is locked. */
const ROUNDS = 4;
const AGAIN_MS = 50;
/** Minutes after the payment when the refund of a line begins by itself, and a little less. */
const OVERDUE = 100;
const SOON = 99.97;

/** What is locked, and how: as the fence of a move, and as an operator's session may. */
const LOCKS = {
  'all tables, as by the fence of a move': ['*', 'EXCLUSIVE'],
  'the tables of callbacks, while changes go on': ['deliveries, endpoints', 'EXCLUSIVE'],
  'all reads of changes and deliveries': ['history, deliveries', 'ACCESS EXCLUSIVE'],
  'the deadlines alone': ['deadlines', 'ACCESS EXCLUSIVE'],
} as const;

describe('one group of two is locked', { skip, timeout: 600_000 }, () => {
  const directory = temporaryDirectory();
  let rig: GroupsRig;
  let port: number;
  let receiver: Receiver;
  /** Posts that the receiver has not answered yet, by order. */
  const held = new Map<string, ServerResponse | null>();

  before(async () => {
    if (skip) return;
    rig = await startGroups({ directory, groups: { '00': 'a', '01': 'a' } });
    port = await freePort();
    const url = `http://127.0.0.1:${port}/hook`;
    for (const partyId of [FREE, LOCKED]) await rig.makeParty(partyId, url);
    for (const [i, shop] of [FREE_SHOP, LOCKED_SHOP].entries()) {
      await query(
        `INSERT INTO ordergate_home.party_groups VALUES ('suning', '${shop}', '0${i}')`,
        rig.a.url,
      );
      const app = { partyId: `${i}`.repeat(32), attributes: { supplierCodes: [shop] } };
      const grants = ['suning.selfmarket.leaguerstatus.add'];
      await rig.made('/parties', { platform: 'suning', ...app, grants });
      const endpoint = { platform: 'suning', party: shop, url };
      await rig.made('/callbacks/endpoints', endpoint);
    }
    const places = await query(
      'SELECT party_id, group_name FROM ordergate_home.party_groups ORDER BY 1',
      rig.a.url,
    );
    const groupOf = Object.fromEntries(places);
    assert.deepEqual([groupOf[FREE], groupOf[FREE_SHOP]], ['00', '00']);
    assert.deepEqual([groupOf[LOCKED], groupOf[LOCKED_SHOP]], ['01', '01']);
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  /** A session that locks tables of group 01 until `release`. */
  async function lock(tables: string, mode: string): Promise<{ release(): Promise<void> }> {
    const session = new pg.Client({ connectionString: rig.a.url });
    await session.connect();
    await session.query('SET search_path = ordergate_01');
    const all = await session.query(
      `SELECT string_agg(quote_ident(relname), ', ') AS names FROM pg_class
       WHERE relnamespace = 'ordergate_01'::regnamespace AND relkind IN ('r', 'p')
         AND NOT relispartition AND relname NOT IN ('moves', 'nodes')`,
    );
    const named = tables === '*' ? all.rows[0].names : tables;
    await session.query(`BEGIN; LOCK TABLE ${named} IN ${mode} MODE`);
    return {
      async release() {
        await session.query('COMMIT');
        await session.end();
      },
    };
  }

  const shopOrder = (orderId: string, supplierCode: string, paidMinutesAgo: number) =>
    rig.made('/orders', {
      ...{ platform: 'suning', section: 'virtualOrders', orderId, supplierCode, paidMinutesAgo },
      ...{ orderItemId: orderId, fulfilment: 'sms', quantity: 1, state: 'unshipped' },
    });
  const partyOrder = (orderId: string, userName: string) =>
    rig.made('/orders', {
      ...{ platform: 'jintong', orderId, userName, state: 'D', amount: '1.00' },
      createdAt: createdAt(),
    });
  /** As a caller does it, who repeats a change that was answered with "unavailable". */
  async function hasten(party: string, orderId: string): Promise<void> {
    while ((await rig.hasten(party, orderId)) === UNAVAILABLE) await sleep(AGAIN_MS);
  }
  const told = (orderId: string) =>
    receiver.received.filter(({ json }) => json.data.orderId === orderId);
  async function untilTold(orderId: string, times: number): Promise<void> {
    while (told(orderId).length < times) await receiver.until(receiver.received.length + 1);
  }

  for (const [name, [tables, mode]] of Object.entries(LOCKS)) {
    test(name, async () => {
      receiver = await startReceiver((response, received, socket) => {
        const { orderId } = received.json.data;
        if (held.get(orderId) === null) held.set(orderId, response);
        else ok(response, received, socket);
      }, port);
      const id = (rest: string) => `${Object.keys(LOCKS).indexOf(name)}${rest}`;
      const rounds = Array.from({ length: ROUNDS }, (_, i) => i);
      // In the group that will be locked: orders, one of them with a post that is not answered before
      // the lock, and one whose deadline comes at about the time of the lock.
      held.set(id('slow'), null);
      await partyOrder(id('slow'), LOCKED);
      for (const i of rounds) await partyOrder(id(`locked${i}`), LOCKED);
      for (const i of rounds) await partyOrder(id(`free${i}`), FREE);
      await Promise.all(rounds.map((i) => untilTold(id(`locked${i}`), 1)));
      await untilTold(id('slow'), 1);
      await shopOrder(id('due'), LOCKED_SHOP, SOON);

      const { release } = await lock(tables, mode);
      held.get(id('slow'))!.end('ok');
      held.delete(id('slow'));
      const waiting = [...rounds.map((i) => id(`locked${i}`)), id('slow')].map((orderId) =>
        hasten(LOCKED, orderId),
      );
      for (const i of rounds) {
        await hasten(FREE, id(`free${i}`));
        await untilTold(id(`free${i}`), 2);
        await shopOrder(id(`overdue${i}`), FREE_SHOP, OVERDUE);
        await untilTold(id(`overdue${i}`), 2);
      }
      const early = [...rounds.map((i) => id(`locked${i}`)), id('slow')].flatMap((orderId) =>
        told(orderId).slice(1),
      );
      if (tables !== 'deadlines') {
        assert.deepEqual(early, [], 'nothing is told of what the locked group cannot write down');
      }
      await release();

      await Promise.all(waiting);
      for (const i of rounds) await untilTold(id(`locked${i}`), 2);
      for (const orderId of [id('slow'), id('due')]) await untilTold(orderId, 2);
      for (const [orderId, its] of Map.groupBy(
        receiver.received,
        ({ json }) => json.data.orderId,
      )) {
        const versions = its.map(({ json }) => json.data.version);
        assert.deepEqual(versions, [1, 2], `${orderId} is told in order, each change once`);
      }
      const { body } = await manage(rig.server, 'GET', `/orders/suning/${id('due')}`);
      const actors = body.history.map(({ actor }: { actor: string }) => actor);
      assert.deepEqual(actors.slice(1), ['deadline:refund'], 'the deadline is carried out once');
    });
  }
});
