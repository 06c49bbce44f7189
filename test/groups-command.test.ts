// `ordergate groups` in real processes: a group moves between two servers while a node changes its orders.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { readReply } from '../src/platforms/jintong/client.ts';
import { isExplained, keepSecret, nothingWasBetrayed, start } from './cli-process.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { document, form, post } from './jintong.ts';
import { query } from './postgres.ts';
import { ALLOW_LOCAL, startReceiver } from './receiver.ts';
import { manage, temporaryDirectory } from './support.ts';

/** The first party comes into group 00, which shares its schema with the home, and the second into 01. */
const [STAYS, MOVES] = ['p000', 'p001'] as const;
const ORDERS = 6000;
/** Orders of one request. */
const BATCH = 500;
const CALLERS = 4;
const PAUSE_MS = 40;
/** What a party of Jintong reads when its server does not answer. */
const UNAVAILABLE = 'Unknown';
const PASSWORD = 'the-password-of-the-nodes';

describe('ordergate groups', { skip, timeout: 600_000 }, () => {
  const directory = temporaryDirectory();
  const groupsFile = join(directory, 'groups.json');
  const keys = new Map<string, string>();
  let a: Cluster;
  let b: Cluster;
  let server: Ordergate;

  /** The URL of a role that owns its tables and may neither replicate nor subscribe. */
  const nodesUrl = ({ url }: Cluster) => url.replace('postgres@', `nodes:${PASSWORD}@`);

  before(async () => {
    if (skip) return;
    keepSecret(PASSWORD);
    const settings = ['wal_level = logical', 'max_connections = 60'];
    [a, b] = await Promise.all([startCluster({ settings }), startCluster({ settings })]);
    for (const { url } of [a, b]) {
      await query('CREATE ROLE nodes LOGIN', url);
      await query('GRANT CREATE ON DATABASE postgres TO nodes', url);
    }
    const file = {
      home: { server: 'a', schema: 'ordergate_home' },
      servers: { a: nodesUrl(a), b: nodesUrl(b) },
      groups: {
        '00': { server: 'a', schema: 'ordergate_home' },
        '01': { server: 'a', schema: 'ordergate_01' },
      },
    };
    writeFileSync(groupsFile, JSON.stringify(file));
    const config = {
      ...readConfig({}, {}),
      ...{ port: 0, dataDirectory: directory, groupsFile, environment: 'production' as const },
      ...{ masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' },
      callbackAllow: ALLOW_LOCAL,
    };
    server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
    await makeParty(STAYS, ORDERS / 10);
    await makeParty(MOVES, ORDERS);
  });
  after(async () => {
    if (skip) return;
    await server?.close();
    await Promise.all([a?.remove(), b?.remove()]);
  });

  const groups = (...args: string[]) =>
    start(['groups', ...args], { ORDERGATE_GROUPS: groupsFile }, 300_000).ended;
  async function done(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await groups(...args);
    assert.deepEqual([code, stderr], [0, ''], stdout);
    return stdout;
  }
  const lines = async (): Promise<string[]> => {
    const found = (await done('list')).trimEnd().split('\n');
    for (const line of found.slice(0, 2)) assert.ok(line.length <= 80, line);
    return found.map((line) => line.replaceAll(/ {2,}/g, ' | '));
  };

  async function made(path: string, body: object) {
    const answer = await manage(server, 'POST', path, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }

  async function makeParty(partyId: string, orders: number): Promise<void> {
    const party = { platform: 'jintong', partyId, users: [partyId], grants: ['HastenOrder'] };
    keys.set(partyId, (await made('/parties', party)).secret);
    keepSecret(keys.get(partyId)!);
    const createdAt = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    for (let n = 0; n < orders; n += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, orders - n) }, (_, i) => ({
        ...{ platform: 'jintong', orderId: `${partyId}n${n + i}`, userName: partyId },
        ...{ state: 'D', amount: '1.00', createdAt },
      }));
      await made('/orders', batch);
    }
  }

  async function hasten(partner: string, orderId: string): Promise<string> {
    const key = keys.get(partner)!;
    const parts = {
      basic: { Partner: partner },
      param: { OrderID: orderId, UserName: partner },
      key,
    };
    return readReply(await post(server, form(document('jane88', 'HastenOrder', parts))), key).code;
  }

  test('list: where each group is, what it holds, and whether its server answers', async () => {
    assert.deepEqual(await lines(), [
      `00 | a | ordergate_home | serving | 1 owner | ${ORDERS / 10} orders | answers`,
      `01 | a | ordergate_01 | serving | 1 owner | ${ORDERS} orders | answers`,
    ]);
    const [, second] = JSON.parse(await done('list', '--json')).groups;
    assert.deepEqual(second, {
      ...{ name: '01', server: 'a', schema: 'ordergate_01', epoch: second.epoch },
      ...{ state: 'serving', owners: 1, orders: ORDERS, isEstimate: false },
      ...{ movesTo: null, problem: null },
    });
  });

  test('list: orders that cannot be counted in time are estimated', async () => {
    await query('ANALYZE ordergate_01.orders', a.url);
    const held = query(
      'BEGIN; LOCK TABLE ordergate_01.orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)',
      a.url,
    ).catch(() => {});
    try {
      assert.match((await lines())[1]!, /^01 \| .* \| ~6000 orders \| answers$/);
    } finally {
      await query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'",
        a.url,
      );
      await held;
    }
  });

  test('a move that cannot be is refused with its reason, and changes nothing', async () => {
    isExplained(
      await groups('move', '00', '--to', 'b'),
      /group 00 shares its schema with the home, and the home stays where it is/,
    );
    isExplained(await groups('move', '01', '--to', 'x'), /names no server x; it has a, b/, 2);
    isExplained(await groups('move', '07', '--to', 'b'), /no group 07; there are: 00, 01/, 2);
    isExplained(await groups('move', '01', '--back'), /no move of group 01 is under way/, 2);
    isExplained(await groups('drop-old', '07'), /no group 07; there are: 00, 01/, 2);
    isExplained(await groups('move', '01'), /--to has to name a server of the file/, 2);
    isExplained(await groups('move', '01', '--to', 'b'), /Nothing was changed/);
    isExplained(await groups('drop-old', '01'), /no old schema of group 01 is left/);
    isExplained(await start(['groups', 'list'], {}).ended, /ORDERGATE_GROUPS is not set/, 2);
    assert.match((await lines())[1]!, /^01 \| a \| ordergate_01 \| serving /);
  });

  test('the node follows a group that moves: acknowledged changes are kept, none twice', async (t) => {
    const receiver = await startReceiver();
    const endpoint = { platform: 'jintong', party: MOVES, url: receiver.url };
    await made('/callbacks/endpoints', endpoint);
    const acknowledged = new Set<string>();
    let [refused, longestMs, isOver, next] = [0, 0, false, 0];
    const call = async (orderId: string): Promise<string> => {
      const began = performance.now();
      const code = await hasten(MOVES, orderId);
      longestMs = Math.max(longestMs, performance.now() - began);
      if (code === 'CallSuccess') acknowledged.add(orderId);
      else assert.equal(code, UNAVAILABLE, orderId);
      return code;
    };
    const callers = Array.from({ length: CALLERS }, async () => {
      for (; !isOver && next < ORDERS - 10; await sleep(PAUSE_MS)) {
        if ((await call(`${MOVES}n${next++}`)) !== 'CallSuccess') refused++;
      }
    });
    const others = (async () => {
      let n = 0;
      for (; !isOver && n < ORDERS / 10; await sleep(10 * PAUSE_MS)) {
        assert.equal(await hasten(STAYS, `${STAYS}n${n++}`), 'CallSuccess');
      }
      return n;
    })();
    const output = await done(
      'move',
      '01',
      '--to',
      'b',
      '--admin-from',
      a.url,
      '--admin-to',
      b.url,
    );
    const whileMoved = acknowledged.size;
    await sleep(500);
    isOver = true;
    await Promise.all(callers);
    assert.ok(next < ORDERS - 10, 'there were changes until the end of the move');
    assert.ok((await others) > 0);
    for (let i = 1; i <= 10; i++) {
      assert.equal(await call(`${MOVES}n${ORDERS - i}`), 'CallSuccess', 'the group is served');
    }

    assert.match(output, /^group 01 has moved to server b; changes waited \d+ ms$/m);
    const versions = new Map(
      (
        await query(
          `SELECT order_id, string_agg(version::text, ',' ORDER BY seq) FROM ordergate_01.history GROUP BY 1`,
          b.url,
        )
      ).map(([orderId, all]) => [String(orderId), all]),
    );
    assert.equal(versions.size, ORDERS);
    for (const orderId of acknowledged) assert.equal(versions.get(orderId), '1,2', orderId);
    const changed = [...versions.values()].filter((all) => all !== '1');
    assert.ok(changed.length <= acknowledged.size + refused, 'no change that nobody asked for');
    assert.match((await lines())[1]!, /^01 \| b \| ordergate_01 \| serving \| 1 owner \| /);

    // A callback may be posted again, with the id that it had.
    const told = () =>
      Map.groupBy(receiver.received, ({ headers }) => String(headers['webhook-id']));
    for (const deadline = Date.now() + 90_000; told().size < changed.length; await sleep(200)) {
      assert.ok(Date.now() < deadline, `${told().size} callbacks of ${changed.length} have come`);
    }
    const orders = [...told().values()].map(([one]) => one!.json.data.orderId as string);
    assert.equal(new Set(orders).size, changed.length, 'each change is told under one id');
    assert.equal(orders.length, changed.length);
    t.diagnostic(
      `${whileMoved} changes were acknowledged during the command, ${refused} refused; the longest waited ${Math.round(longestMs)} ms; ${/^group 01.*$/m.exec(output)}`,
    );
  });

  test('drop-old removes the old schema; list says which server does not answer', async () => {
    const old = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ordergate_01%'";
    const [[schema]] = (await query(old, a.url)) as [[string]];
    assert.match(schema, /^ordergate_01_old_[0-9a-f]{8}$/);
    assert.equal(await done('drop-old', '01'), `dropped: a/${schema}\n`);
    assert.deepEqual(await query(old, a.url), []);
    await b.stop('fast');
    const [home, moved, ...reasons] = await lines();
    assert.match(home!, / \| answers$/);
    assert.match(moved!, /^01 \| b \| ordergate_01 \| serving \| 1 owner \| no answer$/);
    assert.equal(reasons.length, 1);
    assert.match(
      reasons[0]!,
      /^server b: no PostgreSQL listens at .* in the file of ORDERGATE_GROUPS$/,
    );
  });

  test('no command printed a secret', () => nothingWasBetrayed({ texts: 10, secrets: 3 }));
});
