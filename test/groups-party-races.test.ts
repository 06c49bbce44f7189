// A party moves while a second mover starts, while its mover loses the home, and while a node sleeps.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { MoveError } from '../src/storage/groups/move/sides.ts';
import { moveParty, type PartyMoveRequest } from '../src/storage/groups/party/mover.ts';
import { skip } from './cluster.ts';
import { runPartyMover } from './group-mover-process.ts';
import { createdAt, type GroupsRig, startGroups } from './groups-rig.ts';
import { query } from './postgres.ts';
import { startReceiver } from './receiver.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { type ManageAnswer, manage, temporaryDirectory } from './support.ts';

const PARTY = 'pmover';

describe('a party moves beside another mover and a node that sleeps', {
  skip,
  timeout: 600_000,
}, () => {
  let rig: GroupsRig;
  let request: Omit<PartyMoveRequest, 'to'>;
  const orders: string[] = [];

  before(async () => {
    if (skip) return;
    rig = await startGroups({ directory: temporaryDirectory(), groups: { '00': 'a', '01': 'b' } });
    const file = readGroupsFile(rig.groupsFile);
    request = { file, platform: 'jintong', partyId: PARTY, owners: [PARTY] };
    await rig.makeParty(PARTY, (await startReceiver()).url);
    for (let i = 0; i < 5; i++) orders.push(`pbefore${i}`);
    for (const orderId of orders) await rig.create(PARTY, orderId);
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  const queryIn = (group: '00' | '01', text: string) =>
    query(text.replaceAll('SCHEMA', `ordergate_${group}`), (group === '00' ? rig.a : rig.b).url);
  const ordersIn = async (group: '00' | '01'): Promise<unknown[]> =>
    (await queryIn(group, 'SELECT order_id FROM SCHEMA.orders ORDER BY 1')).flat();

  test('a mover that has waited for another one sees what that one did', async () => {
    let second: Promise<unknown> | undefined;
    const first = await moveParty({
      ...{ ...request, to: '01' },
      async onPoint(point) {
        if (point !== 'begun') return;
        second = moveParty({ ...request, to: '01' }).catch((error) => error);
        await sleep(1000); // The second one waits for the lock.
      },
    });
    assert.equal(first.outcome, 'moved');
    const problem = (await second) as MoveError;
    assert.ok(problem instanceof MoveError, String(problem));
    assert.match(problem.message, /is in group 01 already/);
    assert.deepEqual([await ordersIn('00'), await ordersIn('01')], [[], orders]);
  });

  test('each move takes as many numbers as the party has, there and back again', async () => {
    const moves = 4;
    for (const to of ['00', '01', '00', '01'])
      assert.equal((await moveParty({ ...request, to })).outcome, 'moved');
    const taken = `SELECT -(SELECT min(first_seq) FROM SCHEMA.arrivals),
      nextval('SCHEMA.deliveries_id_seq'), nextval('SCHEMA.endpoints_id_seq'), nextval('SCHEMA.callback_alerts_id_seq')`;
    for (const group of ['00', '01'] as const) {
      const numbers = (await queryIn(group, taken))[0]!.map(Number);
      for (const n of numbers)
        assert.ok(n < (moves / 2 + 1) * 2 ** 24 * 1.1, `${group}: ${numbers}`);
    }
  });

  test('a move that was cut off beside the fence shows and tells nothing twice', async () => {
    const get = async (path: string) => (await manage(rig.server, 'GET', path)).body.items.length;
    const listener = { name: 'cutoff', platform: 'jintong', party: PARTY };
    const open = async () => manage(rig.server, 'POST', '/callbacks/listeners', listener);
    let { session } = (await open()).body;
    const pull = async (): Promise<number> => {
      const path = '/callbacks/listeners/cutoff/pull';
      return (await manage(rig.server, 'POST', path, { session, limit: 1 })).status;
    };
    const lists = async () => [
      await get('/callbacks/listeners'),
      await get('/callbacks/deliveries?limit=100'),
      await get('/orders?limit=100'),
    ];
    // The receiver of the parties is gone, so that each callback waits.
    await rig.create(PARTY, 'pcutoff');
    orders.push('pcutoff');
    while ((await get('/callbacks/deliveries?limit=100')) < orders.length) await sleep(50);
    const before = await lists();
    const { signal } = await runPartyMover(rig.groupsFile, PARTY, '00', 'kept');
    assert.equal(signal, 'SIGKILL');
    await sleep(300);
    assert.deepEqual(await lists(), before);
    // The old group refuses what changes the party for some seconds more, and then lets it go on.
    let opened = await open();
    for (; opened.status === 503; opened = await open()) await sleep(100);
    ({ session } = opened.body);
    assert.deepEqual([opened.status, await pull()], [200, 200]);
    const copies = await queryIn('00', 'SELECT open_until FROM SCHEMA.endpoints');
    assert.ok(Number(copies[0]![0]) > 2 ** 50, 'the new group posts nothing yet');
    await runPartyMover(rig.groupsFile, PARTY, '00', 'fenced');
    assert.equal(await pull(), 503);
    assert.equal((await moveParty({ ...request, to: '00' })).outcome, 'moved');
    const now = await queryIn('00', 'SELECT open_until FROM SCHEMA.endpoints');
    assert.ok(now[0]![0] === null || Number(now[0]![0]) < Date.now() + 600_000);
    assert.deepEqual(await lists(), before);
    // Turned off, because a node that sleeps would keep a callback for a minute.
    const { items } = (await manage(rig.server, 'GET', '/callbacks/endpoints')).body;
    const path = `/callbacks/endpoints/${items[0].endpointId}`;
    assert.equal((await manage(rig.server, 'PATCH', path, { enabled: false })).status, 200);
    assert.equal((await moveParty({ ...request, to: '01' })).outcome, 'moved');
  });

  test('while a mover without its session at the home works on, no other one begins', async () => {
    const first = moveParty({
      ...{ ...request, to: '00' },
      async onPoint(point) {
        if (point !== 'copied') return;
        await query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ordergate-move-%'
             AND query LIKE '%party_groups%'`,
          rig.a.url,
        );
        await assert.rejects(moveParty({ ...request, to: '00' }), /another mover is at work/);
      },
    });
    await assert.rejects(first, /lost|terminat/i);
    assert.deepEqual(await ordersIn('01'), orders);
    assert.equal((await moveParty({ ...request, to: '00' })).outcome, 'moved');
    assert.deepEqual([await ordersIn('00'), await ordersIn('01')], [orders, []]);
  });

  describe('a node sleeps through a move', () => {
    let sleeper: ServerProcess;
    before(async () => {
      const env = {
        ...{ ORDERGATE_KEY: '07'.repeat(32), ORDERGATE_GROUPS: rig.groupsFile },
        ...{ ORDERGATE_ENV: 'production', ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests' },
      };
      sleeper = await startServerProcess(temporaryDirectory(), env, 300_000);
    });
    after(() => sleeper.kill());

    async function ask(method: string, path: string, body?: object): Promise<number> {
      return (await call(method, path, body)).status;
    }
    async function call(method: string, path: string, body?: object): Promise<ManageAnswer> {
      const answer = await fetch(`${sleeper.url}/manage/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${sleeper.adminToken}` },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    }
    const make = (orderId: string): Promise<number> =>
      ask('POST', '/orders', {
        ...{ platform: 'jintong', orderId, userName: PARTY, state: 'D', amount: '1.00' },
        createdAt: createdAt(),
      });

    test('and finds and makes orders where the party is when it wakes', async () => {
      const awake = ['pawake0', 'pawake1'];
      for (const orderId of awake) assert.equal(await make(orderId), 201);
      process.kill(sleeper.pid, 'SIGSTOP');
      assert.equal((await moveParty({ ...request, to: '01' })).outcome, 'moved');
      const woken = ['pwoken0', 'pwoken1', 'pwoken2'];
      const found = call('GET', `/orders?platform=jintong&party=${PARTY}&limit=100`);
      const made = woken.map(make);
      const listener = { name: 'woken', platform: 'jintong', party: PARTY };
      const opened = ask('POST', '/callbacks/listeners', listener);
      await sleep(300);
      process.kill(sleeper.pid, 'SIGCONT');
      assert.deepEqual(await Promise.all(made), [201, 201, 201]);
      assert.equal(await opened, 200);
      const ids = (await found).body.items.map(({ orderId }: { orderId: string }) => orderId);
      orders.push(...awake);
      assert.deepEqual(ids.filter((id: string) => !woken.includes(id)).sort(), orders.toSorted());
      orders.push(...woken);
      orders.sort();
      assert.deepEqual([await ordersIn('00'), await ordersIn('01')], [[], orders]);
      const listeners = await queryIn(
        '01',
        `SELECT name FROM SCHEMA.listeners WHERE name = 'woken'`,
      );
      assert.deepEqual(listeners, [['woken']]);
      for (const orderId of woken)
        assert.equal(await rig.hasten(PARTY, orderId), 'CallSuccess', orderId);
    });

    test('and the party can come back to the group that refused it', async () => {
      assert.equal((await moveParty({ ...request, to: '00' })).outcome, 'moved');
      assert.equal(await make('pback'), 201);
      assert.deepEqual(
        [await ordersIn('00'), await ordersIn('01')],
        [[...orders, 'pback'].sort(), []],
      );
      assert.equal((await manage(rig.server, 'GET', '/orders/jintong/pback')).status, 200);
    });
  });
});
