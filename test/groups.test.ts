// A ledger in four groups of owners on two PostgreSQL servers: served by any node, and while one server is down.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type Config, readConfig } from '../src/config.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { type Cluster, skip as noPrograms, startCluster } from './cluster.ts';
import * as jintong from './jintong.ts';
import { skip as noServer, server as postgres, query } from './postgres.ts';
import { ALLOW_LOCAL, startReceiver } from './receiver.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import * as suning from './suning.ts';
import { manage, temporaryDirectory } from './support.ts';
import * as ytx from './ytx.ts';

const skip = noServer || noPrograms;
const SUPPLIER = '10042869';

/** Where each owner of the sandbox is put: the groups 01 and 03 are on server b. */
const PLACES: readonly (readonly [platform: string, owner: string, group: string])[] = [
  ['jintong', 'jane88', '00'],
  ['jintong', '989457552', '01'],
  ['suning', SUPPLIER, '03'],
  ['suning', 'P10001', '02'],
  ['ytx', ytx.APP, '03'],
];

describe('four groups on two servers', { skip, timeout: 600_000 }, () => {
  const directory = temporaryDirectory();
  const database = `ordergate_groups_${process.pid}`;
  let b: Cluster;
  let home: string;
  let config: Config;
  let server: Ordergate;
  let other: Ordergate;

  before(async () => {
    if (skip) return;
    await query(`CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`);
    b = await startCluster();
    const a = new URL(postgres!);
    a.pathname = `/${database}`;
    home = `${a.href}?options=-c%20search_path%3Dordergate_home`;
    const group = (name: string, on: string) => [name, { server: on, schema: `ordergate_${name}` }];
    const file = {
      home: { server: 'a', schema: 'ordergate_home' },
      servers: { a: a.href, b: b.url },
      groups: Object.fromEntries([
        group('00', 'a'),
        group('01', 'b'),
        group('02', 'a'),
        group('03', 'b'),
      ]),
    };
    const groupsFile = join(directory, 'groups.json');
    writeFileSync(groupsFile, JSON.stringify(file));
    config = {
      ...readConfig({}, {}),
      ...{
        port: 0,
        dataDirectory: directory,
        groupsFile,
        masterKey: '07'.repeat(32),
        adminToken: 'the-admin-token-of-tests',
      },
      callbackAllow: ALLOW_LOCAL,
    };
    await placeOwners();
    const log = pino({ level: 'silent' });
    server = await startOrdergate({ config, log });
    other = await startOrdergate({ config, log });
  });
  after(async () => {
    if (skip) return;
    await server.close();
    await other.close();
    await b.remove();
    await query(`DROP DATABASE ${database} WITH (FORCE)`);
  });

  /** A production start makes the tables and no parties; then each owner is put into a group. */
  async function placeOwners(): Promise<void> {
    const { openGroups } = await import('../src/storage/groups/open.ts');
    const { Sealer } = await import('../src/storage/seal.ts');
    const storage = await openGroups(config.groupsFile!, new Sealer(Buffer.alloc(32, 7)), {
      ownersOf: ({ partyId }) => [partyId],
    });
    assert.deepEqual(storage.unserved!(), []);
    await storage.close();
    const rows = PLACES.map((row) => `(${row.map((text) => `'${text}'`).join()})`);
    await query(`INSERT INTO party_groups VALUES ${rows.join()}`, home);
  }

  let submitted = 0;
  /** One call of each owner: the code of its answer, in its platform's words. */
  const answers = async (on: Ordergate) => {
    const [near, far] = ['jane88', 989457552] as const;
    const read = (order: string, user: string, partner: jintong.Partner) =>
      jintong.call(on, jintong.form(jintong.detail(order, user, partner)), { partner });
    const submit = ytx.submit(`c${++submitted}`);
    const [jane, other, sold, market, recharge] = await Promise.all([
      read('15112480268', 'jane88', near),
      read('150709904280', 'jinrigoji7', far),
      suning.call(
        on,
        suning.leaguer('180', ...suning.sandboxLine(submitted), {
          cardList: suning.cards(submitted === 1 ? 1 : 3),
        }),
      ),
      suning.call(on, suning.history()),
      ytx.call(on, submit),
    ]);
    return {
      jane88: jane.code,
      989457552: other.code,
      [SUPPLIER]: sold.code,
      P10001: market.code,
      [ytx.APP]: recharge.statusCode,
    };
  };
  /** All pages of a list, and what its pages say of groups that did not answer. */
  async function whole(path: string, limit: number) {
    const items: { createdAt: string; orderId: string; platform: string }[] = [];
    const unanswered = new Set<string>();
    for (let cursor = ''; ; ) {
      const next = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await manage(server, 'GET', `${path}?limit=${limit}${next}`);
      assert.equal(status, 200, JSON.stringify(body));
      items.push(...body.items);
      for (const name of body.unanswered ?? []) unanswered.add(name);
      if (body.nextCursor === null) return { items, unanswered: [...unanswered] };
      cursor = body.nextCursor;
    }
  }
  const ready = async (on: Ordergate) => {
    const response = await fetch(`${on.url}/readyz`);
    return [response.status, await response.text()] as const;
  };

  test('a call of any party finds its group on any node', async () => {
    for (const node of [server, other]) {
      assert.deepEqual(await answers(node), {
        jane88: 'CallSuccess',
        989457552: 'CallSuccess',
        [SUPPLIER]: 'success',
        P10001: 'success',
        [ytx.APP]: '0',
      });
    }
    const counts = await query(
      `SELECT group_name, count(*) FROM order_places GROUP BY 1 ORDER BY 1`,
      home,
    );
    assert.equal(counts.length, 4, `orders of the sandbox are in all groups: ${counts}`);
  });

  test("an order of another group's party gets the answer of a foreign order", async () => {
    const asked = jintong.detail('150709904280', 'jane88', 'jane88');
    assert.equal((await jintong.call(server, jintong.form(asked))).code, 'Unauthorized');
    const unknown = jintong.detail('1', 'jane88', 'jane88');
    assert.equal((await jintong.call(server, jintong.form(unknown))).code, 'CallFail');
  });

  test('the list of orders is one, newest first, whatever the size of its pages', async () => {
    const { items, unanswered } = await whole('/orders', 7);
    assert.equal(items.length, SANDBOX_ORDERS + submitted);
    assert.equal(new Set(items.map((one) => `${one.platform}/${one.orderId}`)).size, items.length);
    const times = items.map(({ createdAt }) => createdAt);
    assert.deepEqual(times, times.toSorted().reverse());
    assert.deepEqual(unanswered, []);
    // A node writes down its calls in batches, so those of the other node come a little later.
    const calls = async () =>
      (await manage(server, 'GET', '/requests?limit=1000')).body.items.length;
    while ((await calls()) < 12) await sleep(50);
    assert.equal(await calls(), 12, 'calls of both nodes in all groups');
  });

  test('ids are unique over all groups', async () => {
    const order = (orderId: string, userName: string, partner: string) => ({
      ...{ platform: 'jintong', orderId, userName, partner, state: 'D', amount: '1.00' },
      createdAt: '2026-01-01 00:00:00',
    });
    const two = [order('N1', 'jane88', 'jane88'), order('N2', 'jinrigoji7', '989457552')];
    assert.equal((await manage(server, 'POST', '/orders', two)).status, 201);
    const again = await manage(other, 'POST', '/orders', [order('N1', 'jinrigoji7', '989457552')]);
    assert.equal(again.status, 409);
    assert.equal((await manage(other, 'GET', '/orders/jintong/N2')).body.orderId, 'N2');
  });

  test("a callback is made in its party's group and has an id of its own", async () => {
    const receiver = await startReceiver();
    for (const party of ['jane88', '989457552']) {
      const body = { platform: 'jintong', party, url: receiver.url };
      assert.equal((await manage(server, 'POST', '/callbacks/endpoints', body)).status, 201);
    }
    const hasten = async (order: string, user: string, partner: jintong.Partner) => {
      const body = jintong.form(jintong.hasten(order, user, partner));
      assert.equal((await jintong.call(other, body, { partner })).code, 'CallSuccess');
    };
    await hasten('N1', 'jane88', 'jane88');
    await hasten('N2', 'jinrigoji7', 989457552);
    await receiver.until(2);
    const orders = receiver.received.map(({ json }) => json.data.orderId).sort();
    assert.deepEqual(orders, ['N1', 'N2']);
    const { body } = await manage(server, 'GET', '/callbacks/deliveries?limit=1');
    assert.match(body.nextCursor, /^g/);
    const ids = (await manage(server, 'GET', '/callbacks/deliveries')).body.items.map(
      ({ deliveryId }: { deliveryId: number }) => deliveryId,
    );
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) {
      assert.equal((await manage(server, 'GET', `/callbacks/deliveries/${id}`)).status, 200);
    }
  });

  test('one server down: its parties are told so, all others are served, readiness says which', async () => {
    await b.stop('immediate');
    assert.deepEqual(await answers(server), {
      jane88: 'CallSuccess',
      989457552: 'Unknown',
      [SUPPLIER]: 'isp.sys.service.unavailable.somp',
      P10001: 'success',
      [ytx.APP]: '-100',
    });
    const [status, text] = await ready(server);
    assert.equal(status, 200);
    assert.match(text, /^ready\ngroup 01 on server b does not answer.*\ngroup 03 on server b /);
    const { items, unanswered } = await whole('/orders', 50);
    assert.deepEqual(unanswered.sort(), ['01', '03']);
    assert.ok(items.length > 0);
  });

  test('the server is back: so are its parties, without a restart', async () => {
    await b.start();
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      const [, text] = await ready(server);
      if (text === 'ready\n') break;
      await sleep(200);
    }
    const { unanswered } = await whole('/orders', 50);
    assert.deepEqual(unanswered, []);
    assert.equal((await answers(server))[989457552], 'CallSuccess');
  });
});
