// A party moves between groups of owners while it is served and its mover is killed at each step: acknowledged
// changes are kept, none twice, callbacks come once and in order, and every proof of before still holds.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { readHeadOfGroups } from '../src/storage/groups/head.ts';
import { moveParty, type PartyMovePoint } from '../src/storage/groups/party/mover.ts';
import { OWNED } from '../src/storage/groups/party/rows.ts';
import { isExplained, run } from './cli-process.ts';
import { skip } from './cluster.ts';
import { assertKept, ChangeLoad } from './group-changes.ts';
import { runPartyMover } from './group-mover-process.ts';
import { createdAt, type GroupsRig, startGroups } from './groups-rig.ts';
import { query } from './postgres.ts';
import { ok, type Receiver, startReceiver, status } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

/** Changes a second. */
const RATE = Number(process.env.ORDERGATE_GROUP_CHANGES ?? 60);
const POINTS: readonly PartyMovePoint[] = [
  ...(['begun', 'copied', 'caught-up', 'locked', 'kept'] as const),
  ...(['fenced', 'switched', 'handed-over', 'checked', 'left'] as const),
];
/** Orders of the party before it moves. */
const BEFORE = 40;

describe('a party moves to another group', { skip, timeout: 1_200_000 }, () => {
  let rig: GroupsRig;
  let receiver: Receiver;
  /** The party that moves, and one that stays in its group. */
  const [MOVES, STAYS] = ['pmover', 'pstayer'];
  /** Orders that the party made before its moves. */
  const orders: string[] = [];
  let head = '';

  const get = (path: string) => manage(rig.server, 'GET', path);
  const serverOf = (group: string): string => (group === '02' ? rig.b : rig.a).url;
  const inGroup = (group: string, text: string) =>
    query(text.replaceAll('SCHEMA', `ordergate_${group}`), serverOf(group));
  const groupOf = async (party: string): Promise<string> => {
    const text = `SELECT group_name FROM ordergate_home.party_groups WHERE party_id = '${party}'`;
    return String((await query(text, rig.a.url))[0]![0]);
  };

  before(async () => {
    if (skip) return;
    const groups = { '00': 'a', '01': 'a', '02': 'b' } as const;
    rig = await startGroups({ directory: temporaryDirectory(), groups });
  });
  after(async () => {
    if (skip) return;
    await rig.remove();
  });

  async function prepare(): Promise<void> {
    receiver = await startReceiver();
    await rig.makeParty(MOVES!, receiver.url);
    await rig.makeParty('another', receiver.url);
    await rig.makeParty('third', receiver.url);
    await rig.makeParty(STAYS!, receiver.url);
    assert.deepEqual([await groupOf(MOVES!), await groupOf(STAYS!)], ['00', '00']);
    const load = new ChangeLoad(rig, [MOVES!, STAYS!], RATE, 'before');
    while (load.orders.length < BEFORE) await sleep(50);
    await load.end();
    orders.push(...load.orders);
    await assertKept(rig, orders, receiver);
    head = await readHeadOfGroups(rig.groupsFile);
  }

  /** Nothing of the party is in the group, except that it was there, for which the fence stays. */
  async function assertGone(group: string, fences = '1'): Promise<void> {
    for (const table of OWNED) {
      const rows = await inGroup(
        group,
        `SELECT count(*) FROM SCHEMA.${table} WHERE owner = '${MOVES}'`,
      );
      assert.deepEqual(rows, [['0']], table);
    }
    const left = await inGroup(
      group,
      `SELECT (SELECT count(*) FROM SCHEMA.endpoints WHERE party = '${MOVES}'),
         (SELECT count(*) FROM SCHEMA.listeners WHERE party = '${MOVES}'),
         (SELECT count(*) FROM SCHEMA.deliveries WHERE order_id LIKE '${MOVES}%'),
         (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'party_moved%' AND tgrelid = 'SCHEMA.orders'::regclass)`,
    );
    assert.deepEqual(left, [['0', '0', '0', fences]]);
  }

  /** `ordergate verify` finds nothing, also against the head of before. */
  async function assertSound(): Promise<void> {
    const { code, stdout, stderr } = await run(['verify', '--head', head], env());
    assert.equal(code, 0, stdout + stderr);
  }

  /** All orders of the management API, each once. */
  async function listed(): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`/orders?limit=50${cursor}`);
      ids.push(...body.items.map((order: { orderId: string }) => order.orderId));
      if (!body.nextCursor) return ids.sort();
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
  }

  test('killed at each step, the next run goes on, and every acknowledged change is kept once', async (t) => {
    await prepare();
    const load = new ChangeLoad(rig, [MOVES!, STAYS!], RATE, 'during');
    try {
      for (const point of POINTS) {
        const { signal, report } = await runPartyMover(rig.groupsFile, MOVES!, '02', point);
        const what = `the mover was killed at ${point}: ${JSON.stringify(report)}`;
        assert.equal(signal, 'SIGKILL', what);
      }
      const { report } = await runPartyMover(rig.groupsFile, MOVES!, '02');
      assert.equal(report!.outcome, 'moved', JSON.stringify(report));
      await sleep(500);
    } finally {
      await load.end();
    }
    assert.equal(await groupOf(MOVES!), '02');
    for (const party of [MOVES!, STAYS!]) {
      const refused = load.of(party).filter((one) => one.refused > 0).length;
      t.diagnostic(
        `${party}: ${load.of(party).length} changes, the longest waited ${Math.round(load.longest(party))} ms, ${refused} were refused at first`,
      );
    }
    orders.push(...load.orders);
    await assertKept(rig, orders, receiver);
    assert.deepEqual(await listed(), orders.toSorted());
    await assertGone('00');
    await assertSound();
  });

  const env = (): Record<string, string> => ({
    ...{ ORDERGATE_KEY: '07'.repeat(32), ORDERGATE_GROUPS: rig.groupsFile },
    ORDERGATE_ENV: 'production',
  });
  const moveTo = async (group: string): Promise<string> => {
    const args = ['groups', 'move-party', `jintong/${MOVES}`, '--to', group];
    for (let i = 0; ; i++) {
      const { code, stdout, stderr } = await run(args, env());
      if (code === 0) return stdout;
      // On a busy machine the fence may be given up, and whoever moves a party tries again.
      assert.match(stderr, /stays where it was: changes would have waited too long/);
      assert.ok(i < 5, stderr);
    }
  };

  test('what waits for the party, and what it has been told, goes along', async (t) => {
    const own = await startReceiver(); // The receiver of the test before is closed.
    const { body } = await get(`/callbacks/endpoints?platform=jintong&party=${MOVES}`);
    const endpoint = `/callbacks/endpoints/${body.items[0].endpointId}`;
    assert.equal((await manage(rig.server, 'PATCH', endpoint, { url: own.url })).status, 200);
    const listener = { name: 'laptop', platform: 'jintong', party: MOVES };
    const open = async () =>
      (await manage(rig.server, 'POST', '/callbacks/listeners', listener)).body;
    const pull = async (session: string, limit: number, after: number | null = null) => {
      const path = '/callbacks/listeners/laptop/pull';
      return (await manage(rig.server, 'POST', path, { session, limit, after })).body;
    };
    const first = await open();
    own.answer = status(500);
    const made = {
      ...{ platform: 'jintong', orderId: 'pwaits', userName: MOVES },
      ...{ state: 'D', amount: '1.00', createdAt: createdAt() },
    };
    const make = () => manage(rig.server, 'POST', '/orders', made, { 'idempotency-key': 'one' });
    assert.equal((await make()).status, 201);
    await rig.hasten(MOVES!, 'pwaits');
    while (own.received.length === 0) await sleep(20);
    const before = await pull(first.session, 1);
    assert.equal(before.callbacks[0].version, 1);
    const acknowledged = { session: first.session, cursor: before.to };
    await manage(rig.server, 'POST', '/callbacks/listeners/laptop/acknowledge', acknowledged);
    // A creation that was cut off after it had reserved its id in the old group.
    await query(
      `INSERT INTO ordergate_home.order_places VALUES ('jintong', 'pcutoff', '02')`,
      rig.a.url,
    );

    own.answer = ok; // The next attempt comes after seconds, and a further one after minutes.
    const printed = await moveTo('01');
    t.diagnostic(printed.replaceAll('\n', ' | '));
    assert.match(printed, /has moved to group 01; changes waited \d+ ms/);
    await assertGone('02');

    const again = await make();
    assert.deepEqual([again.status, again.body.created], [201, 1], 'the kept reply came along');
    await rig.create(MOVES!, 'pcutoff');
    const lost = await manage(rig.server, 'POST', '/callbacks/listeners/laptop/pull', {
      session: first.session,
    });
    assert.equal(lost.status, 409);
    const second = await open();
    const rest: { orderId: string; version: number }[] = [];
    for (let after = null; rest.length < 2; await sleep(50)) {
      const batch = await pull(second.session, 50, after);
      rest.push(...batch.callbacks);
      after = batch.to;
    }
    assert.deepEqual(
      rest.map((one) => [one.orderId, one.version]),
      [
        ['pwaits', 2],
        ['pcutoff', 1],
      ],
    );
    await rig.cancel(MOVES!, 'pwaits');
    const told = () =>
      Map.groupBy(
        own.received.filter(({ json }) => json.data.orderId === 'pwaits'),
        ({ headers }) => headers['webhook-id'],
      );
    for (const until = Date.now() + 90_000; told().size < 3; await sleep(200))
      assert.ok(Date.now() < until, `${told().size} of 3 changes are told`);
    const versions = [...told().values()].map((all) => all.map(({ json }) => json.data.version));
    assert.deepEqual(
      versions.map(([version]) => version),
      [1, 2, 3],
      'each event keeps its id, and comes in order',
    );
    const { body: all } = await get(
      `/callbacks/deliveries?platform=jintong&party=${MOVES}&limit=1000`,
    );
    const its = orders.filter((orderId) => orderId.startsWith(MOVES!));
    assert.equal(all.items.length, (its.length + 1) * 3 + 1, 'ended deliveries came along');
    await assertSound();
  });

  test('a party comes back to its first group, and the proof of before holds', async () => {
    await moveTo('00');
    await assertGone('01');
    assert.equal(await groupOf(MOVES!), '00');
    assert.deepEqual(await listed(), [...orders, 'pwaits', 'pcutoff'].toSorted());
    await assertSound();
  });

  test('a fence that would take too long is given up, and the party stays', async () => {
    const before = await listed();
    let fences = 0;
    let blocking: Promise<unknown> | undefined;
    const report = await moveParty({
      file: readGroupsFile(rig.groupsFile),
      ...{ platform: 'jintong', partyId: MOVES!, owners: [MOVES!], to: '02' },
      async onPoint(point) {
        if (point !== 'locked') return;
        fences++;
        await blocking;
        blocking = query(
          'BEGIN; LOCK TABLE ordergate_02.limit_counts, ordergate_02.kept_replies IN EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT',
          rig.b.url,
        );
        await sleep(300);
      },
    });
    await blocking;
    assert.equal(report.outcome, 'back', JSON.stringify(report));
    assert.equal(fences, 3);
    await assertGone('02', '0');
    assert.deepEqual([await groupOf(MOVES!), await listed()], ['00', before]);
    assert.equal(await rig.hasten(MOVES!, 'pcutoff'), 'CallSuccess');
    await assertSound();
  });

  test('what cannot be moved is refused, and nothing is changed', async () => {
    const refused = async (pattern: RegExp, exit: number, ...args: string[]) =>
      isExplained(await run(['groups', 'move-party', ...args], env()), pattern, exit);
    await refused(/there is no party "nobody" of jintong/, 2, 'jintong/nobody', '--to', '01');
    await refused(/has to be PLATFORM\/PARTY/, 2, 'jintong', '--to', '01');
    await refused(/--to has to name a group/, 2, `jintong/${MOVES}`);
    await refused(/is in group 00 already/, 1, `jintong/${MOVES}`, '--to', '00');
    await refused(
      /there is no group 09; there are: 00, 01, 02/,
      2,
      `jintong/${MOVES}`,
      '--to',
      '09',
    );
    await refused(/no move of jintong\/pmover is under way/, 1, `jintong/${MOVES}`, '--back');
  });
});
