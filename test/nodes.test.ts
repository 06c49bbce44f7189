// Several gateway processes on one database: what holds on one node holds across all of them.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY } from '../src/core/clock.ts';
import { readReply } from '../src/platforms/jintong/client.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { cancel, form, GATEWAY, hasten, KEYS } from './jintong.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const NODES = 4;
const EQUAL_CALLS = 1000;
/** What one node has changed the others know within this time: a notice, or the next beat. */
const SEEN_WITHIN_MS = 2000;
const KEY = '07'.repeat(32);
const TOKEN = 'the-admin-token-of-all-nodes';

describe('four nodes on one database', { skip, timeout: 120_000 }, () => {
  const directory = temporaryDirectory();
  let env: Record<string, string>;
  let nodes: ServerProcess[];

  before(async () => {
    if (skip) return;
    env = {
      ORDERGATE_DATABASE_URL: await databaseOf(directory),
      ORDERGATE_KEY: KEY,
      ORDERGATE_ADMIN_TOKEN: TOKEN,
    };
    // All at once, on an empty database: one migrates, and the sandbox is filled once.
    nodes = await Promise.all(
      Array.from({ length: NODES }, () => startServerProcess(directory, env)),
    );
  });

  const call = async (node: ServerProcess, document: string) => {
    const body = form(document);
    const response = await fetch(node.url + GATEWAY, { method: 'POST', body });
    return readReply(await response.text(), KEYS.jane88);
  };
  const manage = async (node: ServerProcess, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${node.url}/manage/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
    return { status: response.status, body: (await response.json()) as any };
  };
  const history = async (orderId: string): Promise<{ action: string }[]> =>
    (await manage(nodes[0]!, 'GET', `/orders/jintong/${orderId}`)).body.history;
  const spread = (document: string) =>
    Promise.all(Array.from({ length: EQUAL_CALLS }, (_, i) => call(nodes[i % NODES]!, document)));
  /** Waits for what is bound to come, and says how long that took. */
  const within = async (condition: () => Promise<boolean>): Promise<number> => {
    const started = performance.now();
    while (!(await condition())) {
      assert.ok(performance.now() - started < SEEN_WITHIN_MS, 'it came too late');
      await sleep(10);
    }
    return Math.round(performance.now() - started);
  };

  test('an empty database is filled once, whoever was first', async () => {
    const { body } = await manage(nodes[0]!, 'GET', '/orders?platform=jintong&limit=1000');
    const ids = body.items.map((order: { orderId: string }) => order.orderId);
    assert.ok(ids.length > 20);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      (await history(ids[0])).map(({ action }) => action),
      ['created'],
    );
  });

  test('of 1,000 equal hastens over four nodes one succeeds, and 999 get the answer that the order was just hastened', async () => {
    const replies = await spread(hasten('15112480268'));
    const texts = new Map<string, number>();
    for (const { description } of replies) {
      texts.set(description, (texts.get(description) ?? 0) + 1);
    }
    assert.deepEqual(
      [...texts].sort((a, b) => a[1] - b[1]),
      [
        ['催单成功', 1],
        ['10分钟内才刚催单，不能再催单!', EQUAL_CALLS - 1],
      ],
    );
    assert.equal((await history('15112480268')).length, 2);
  });

  test('1,000 equal cancels over four nodes: all succeed, and one has happened', async () => {
    const replies = await spread(cancel('15112480268'));
    assert.deepEqual(
      new Set(replies.map(({ code, description }) => `${code} ${description}`)),
      new Set(['CallSuccess 操作成功']),
    );
    const cancels = (await history('15112480268')).filter(({ action }) => action === 'cancelled');
    assert.equal(cancels.length, 1);
  });

  test('a clock that was moved on one node is that of all at the next call', async () => {
    const orderId = '15110100068';
    const { description } = await call(nodes[0]!, hasten(orderId));
    assert.equal(description, '催单成功');
    await manage(nodes[1]!, 'POST', '/clock', { advanceSeconds: 600 });
    assert.equal((await call(nodes[2]!, hasten(orderId))).description, '催单成功');
    const read = async (node: ServerProcess) => (await manage(node, 'GET', '/clock')).body;
    const took = await within(async () => (await read(nodes[3]!)).offsetSeconds === 600);
    assert.ok(took < SEEN_WITHIN_MS);
  });

  test('a party that one node switches off gets in nowhere, within two seconds', async (t) => {
    await manage(nodes[0]!, 'PATCH', '/parties/jintong/jane88', { enabled: false });
    const refused = async (node: ServerProcess) => {
      const response = await fetch(node.url + GATEWAY, { method: 'POST', body: form(hasten('1')) });
      return !(await response.text()).includes('CallFail');
    };
    const took = await within(async () => (await Promise.all(nodes.map(refused))).every(Boolean));
    await manage(nodes[3]!, 'PATCH', '/parties/jintong/jane88', { enabled: true });
    await within(async () => !(await Promise.all(nodes.map(refused))).some(Boolean));
    t.diagnostic(`switched off on all nodes after ${took} ms`);
  });

  test('the request log of all nodes is one', async () => {
    await sleep(500); // A batch may wait for a quarter of a second.
    const { body } = await manage(
      nodes[0]!,
      'GET',
      '/requests?limit=1000&method=OperateCancelOrder',
    );
    assert.equal(body.items.length, EQUAL_CALLS);
  });

  test('the ledger is sound after all this', async () => {
    const verified = await runOrdergate(['verify'], env);
    assert.equal(verified.code, 0, verified.stderr);
  });

  test('a node refuses to start without key or token, with another key, in another environment', async () => {
    const { ORDERGATE_KEY: _, ...noKey } = env;
    const { ORDERGATE_ADMIN_TOKEN: __, ...noToken } = env;
    // Exit code 2: a setting is missing or does not read; 1: the start is refused.
    const cases: [Record<string, string>, RegExp, code?: number][] = [
      [noKey, /ORDERGATE_KEY has to be set where ORDERGATE_DATABASE_URL or ORDERGATE_GROUPS is/, 2],
      [
        noToken,
        /ORDERGATE_ADMIN_TOKEN has to be set where ORDERGATE_DATABASE_URL or ORDERGATE_GROUPS is/,
        2,
      ],
      [{ ...env, ORDERGATE_KEY: '08'.repeat(32) }, /ORDERGATE_KEY .* is not the key/],
      [{ ...env, ORDERGATE_ENV: 'production' }, /the database is a sandbox ledger/],
      [{ ...env, ORDERGATE_DATABASE_URL: 'mysql://x' }, /ORDERGATE_DATABASE_URL has to be/, 2],
      [
        { ...env, ORDERGATE_DATABASE_URL: 'postgres://127.0.0.1:1/x' },
        /the database cannot be used/,
      ],
    ];
    for (const [given, problem, expected = 1] of cases) {
      const { code, stderr } = await runOrdergate(['serve', '--port', '0'], given);
      assert.match(stderr, problem);
      assert.match(stderr, /^ordergate: [^\n]+\n$/, 'one line, without a stack');
      assert.equal(code, expected, stderr);
    }
  });
});

describe('limits over four nodes', { skip, timeout: 60_000 }, () => {
  const sealer = new Sealer(Buffer.alloc(32, 7));
  const open = async (url: string) =>
    Promise.all(Array.from({ length: NODES }, () => openPostgres(url, sealer)));

  for (const max of [10, 100, 500]) {
    test(`a window of ${max} admits exactly ${max} of 1,000 calls`, async () => {
      const nodes = await open(await databaseOf(temporaryDirectory()));
      const windows = [{ name: 'day', startsAt: 0, length: DAY, max }];
      const admitted = await Promise.all(
        Array.from({ length: EQUAL_CALLS }, (_, i) =>
          nodes[i % NODES]!.limits.enter('app', null, windows, 1),
        ),
      );
      assert.equal(admitted.filter(({ refusedBy }) => refusedBy === null).length, max);
      await Promise.all(nodes.map((node) => node.close()));
    });
  }

  test('20 at once are 20 on all nodes together, and a node that is gone holds none', async () => {
    const url = await databaseOf(temporaryDirectory());
    const nodes = await open(url);
    const enter = (i: number) => nodes[i % NODES]!.limits.enter('app', 20, [], 1);
    const calls = await Promise.all(Array.from({ length: EQUAL_CALLS }, (_, i) => enter(i)));
    const admitted = calls.filter(({ refusedBy }) => refusedBy === null);
    assert.equal(admitted.length, 20);
    const ofTheFirst = () => nodes[0]!.limits.enter('other', 20, [], 1);
    await Promise.all(Array.from({ length: 20 }, ofTheFirst));
    const ofAnother = async () => (await nodes[1]!.limits.enter('other', 20, [], 1)).refusedBy;
    assert.equal(await ofAnother(), 'at-once');
    await nodes[0]!.close(); // Its calls have never left, and it says no more that it is alive.
    await query(
      `UPDATE nodes SET seen_at = seen_at - interval '11 seconds'
       WHERE node = (SELECT node FROM calls_under_way WHERE key = 'other' AND count = 20)`,
      url,
    );
    assert.equal(await ofAnother(), null);
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('50 pauses of one key at once on four nodes: one is started', async () => {
    const nodes = await open(await databaseOf(temporaryDirectory()));
    const started = await Promise.all(
      Array.from({ length: 50 }, (_, i) => nodes[i % NODES]!.limits.pause(['order'], 60_000, 5)),
    );
    assert.equal(started.flat().filter(Boolean).length, 1);
    await Promise.all(nodes.map((node) => node.close()));
  });
});
