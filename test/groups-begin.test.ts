// `ordergate groups begin` and `groups add` in real processes: a ledger on one PostgreSQL becomes group 00, and
// a group on another server takes new owners.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  run,
  type Serving,
  serve,
  start,
  stop,
} from './cli-process.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { query } from './postgres.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import { temporaryDirectory } from './support.ts';

const PASSWORD = 'the-password-of-the-nodes';
const SECRETS = {
  ORDERGATE_KEY: '07'.repeat(32),
  ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
};

describe('from one PostgreSQL to groups', { skip, timeout: 600_000 }, () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'groups.json');
  let a: Cluster;
  let b: Cluster;
  let one: Record<string, string>;
  let grouped: Record<string, string>;
  let node: Serving | undefined;

  const nodesUrl = ({ url }: Cluster) => url.replace('postgres@', `nodes:${PASSWORD}@`);
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${node!.url}/manage/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRETS.ORDERGATE_ADMIN_TOKEN}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
    return { status: response.status, body: (await response.json()) as any };
  };
  const placement = () =>
    query('SELECT group_name, count(*)::int FROM party_groups GROUP BY 1 ORDER BY 1', a.url);
  const begin = () => run(['groups', 'begin', file], one);

  before(async () => {
    if (skip) return;
    keepSecret(PASSWORD, ...Object.values(SECRETS));
    [a, b] = await Promise.all([startCluster(), startCluster()]);
    for (const { url } of [a, b]) {
      await query('CREATE ROLE nodes LOGIN', url);
      await query('GRANT CREATE ON DATABASE postgres TO nodes', url);
      await query('GRANT USAGE, CREATE ON SCHEMA public TO nodes', url);
    }
    one = { ...SECRETS, ORDERGATE_DATABASE_URL: nodesUrl(a) };
    grouped = { ...SECRETS, ORDERGATE_GROUPS: file };
    node = await serve([], one);
  });
  after(async () => {
    if (skip) return;
    if (node) await stop(node);
    await Promise.all([a?.remove(), b?.remove()]);
  });

  test('begin is refused while a node serves the ledger, and changes nothing', async () => {
    isExplained(await begin(), /one node serves this ledger without groups\. Nothing was changed/);
    isExplained(
      await run(['groups', 'begin', file], SECRETS),
      /ORDERGATE_DATABASE_URL is not set/,
      2,
    );
    isExplained(
      await run(['groups', 'begin', file], { ...SECRETS, ORDERGATE_DATABASE_URL: b.url }),
      /the database holds no ledger/,
    );
    assert.equal(statSync(file, { throwIfNoEntry: false }), undefined);
    assert.deepEqual(await placement(), []);
  });

  test('a kill in its midst changes nothing; then each owner and each order is in group 00', async () => {
    await stop(node!);
    node = undefined;
    const held = query(
      'BEGIN; LOCK TABLE order_places IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)',
      a.url,
    ).catch(() => {});
    const command = start(['groups', 'begin', file], one);
    const waits =
      "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%order_places%' AND wait_event = 'relation'";
    for (const deadline = Date.now() + 30_000; (await query(waits, a.url))[0]![0] === 0; ) {
      assert.ok(Date.now() < deadline, 'the command has come to the orders');
      await sleep(100);
    }
    await stop(command, 'SIGKILL');
    const sleeper =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'";
    await query(sleeper, a.url);
    await held;
    assert.deepEqual(await placement(), []);

    const { code, stdout, stderr } = await begin();
    assert.deepEqual([code, stderr], [0, '']);
    const held00 = await placement();
    const owners = Number(held00[0]![1]);
    assert.deepEqual(held00, [['00', owners]]);
    assert.match(
      stdout,
      new RegExp(
        `^group 00 is the ledger in schema public, .*: ${owners} owners, ${SANDBOX_ORDERS} orders\\.`,
      ),
    );
    const missing = await query(
      `SELECT platform, party_id FROM parties EXCEPT SELECT platform, party_id FROM party_groups
       UNION ALL (SELECT platform, owner FROM orders EXCEPT SELECT platform, party_id FROM party_groups)`,
      a.url,
    );
    assert.deepEqual(missing, []);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const written = readFileSync(file, 'utf8');
    assert.deepEqual(JSON.parse(written), {
      home: { server: 'a', schema: 'public' },
      servers: { a: nodesUrl(a) },
      groups: { '00': { server: 'a', schema: 'public' } },
    });

    const again = await begin();
    assert.deepEqual([again.code, again.stdout], [0, stdout], 'it can be repeated');
    assert.equal(readFileSync(file, 'utf8'), written);
  });

  test('a node that does not know of the groups is refused', async () => {
    isExplained(
      await run(['serve', '--port', '0'], one),
      /this schema is the home of groups of owners \(00\)\. .*Name the file of the groups in ORDERGATE_GROUPS/,
    );
  });

  test('add makes a group beside the nodes, which place new owners there', async () => {
    const { home, servers, groups } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ home, servers: { ...servers, b: nodesUrl(b) }, groups }));
    node = await serve([], grouped);
    assert.equal((await ask('GET', '/orders?limit=1000')).body.items.length, SANDBOX_ORDERS);

    const add = (...args: string[]) => run(['groups', 'add', ...args], grouped);
    isExplained(await add('01'), /--to has to name a server of the file/, 2);
    isExplained(await add('01', '--to', 'c'), /names no server c; it has a, b/, 2);
    isExplained(await add('1', '--to', 'b'), /groups\.1 has to be named by two or three digits/);
    isExplained(await add('000', '--to', 'b'), /holds one number in two spellings/);
    isExplained(await add('00', '--to', 'b'), /has group 00 in schema public on server a/);
    const { code, stdout, stderr } = await add('01', '--to', 'b');
    assert.deepEqual([code, stderr], [0, '']);
    const line = '"01": { "server": "b", "schema": "ordergate_01" }';
    assert.ok(stdout.endsWith(`Write it into "groups" of the file of every node:\n    ${line}\n`));
    assert.deepEqual((await add('01', '--to', 'b')).stdout, stdout, 'it can be repeated');
    isExplained(
      await add('02', '--to', 'b', '--schema', 'ordergate_01'),
      /schema ordergate_01 on server b is that of group 01/,
    );

    // The node hears of the group and opens it.
    for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
      const [row] = await query('SELECT count(*)::int FROM ordergate_01.nodes', b.url);
      if (row![0] === 1) break;
      assert.ok(Date.now() < deadline, 'the node has opened the new group');
    }
    const party = { platform: 'jintong', partyId: 'fresh', users: ['fresh'], grants: [] };
    assert.equal((await ask('POST', '/parties', party)).status, 201);
    const order = {
      ...{ platform: 'jintong', orderId: 'F1', userName: 'fresh', partner: 'fresh' },
      ...{ state: 'D', amount: '1.00', createdAt: '2026-01-01 00:00:00' },
    };
    assert.equal((await ask('POST', '/orders', [order])).status, 201);
    assert.deepEqual(await query('SELECT order_id FROM ordergate_01.orders', b.url), [['F1']]);
    assert.equal((await ask('GET', '/orders/jintong/F1')).body.orderId, 'F1');
  });

  test('add --write writes the line; a schema that was used is refused', async () => {
    const { code, stderr } = await run(['groups', 'add', '01', '--to', 'b', '--write'], grouped);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(
      readFileSync(file, 'utf8'),
      /^ {4}"01": \{ "server": "b", "schema": "ordergate_01" \}$/m,
    );
    await query(`DELETE FROM groups WHERE name = '01'`, a.url);
    isExplained(
      await run(['groups', 'add', '02', '--to', 'b', '--schema', 'ordergate_01'], grouped),
      /groups\.02 is in the schema of groups\.01/,
    );
    isExplained(
      await run(['groups', 'add', '01', '--to', 'b'], grouped),
      /server b: the schema ordergate_01 holds a ledger already/,
    );
  });

  test('no command printed a secret', () => nothingWasBetrayed({ texts: 10, secrets: 3 }));
});
