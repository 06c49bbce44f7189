// Between nodes and database stands a pooler: session mode works, transaction mode is refused, and so is what drops SET.
import assert from 'node:assert/strict';
import { connect, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { anOrder, change, create } from '../test/storage/fixtures.ts';
import { type Cluster, freePort, skip, startCluster } from './cluster.ts';
import { skip as noPgbouncer, startPooler } from './pgbouncer.ts';
import { query } from './postgres.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));

async function works(url: string): Promise<void> {
  const nodes = await Promise.all([openPostgres(url, sealer), openPostgres(url, sealer)]);
  try {
    const orders = Array.from({ length: 20 }, () =>
      anOrder('shop', String(process.hrtime.bigint())),
    );
    await create(nodes[0]!.ledger, orders);
    const changed = orders.map((order, i) => nodes[i % 2]!.ledger.commit(change(order, 's2')));
    assert.deepEqual(new Set(await Promise.all(changed)), new Set(['committed']));
    for (const { ledger } of nodes) await ledger.checkReady();
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

const refused = (url: string): Promise<string> =>
  works(url).then(
    () => assert.fail('it was opened'),
    (error: Error) => error.message,
  );

const withPath = (url: string, schema: string) => `${url}?options=-c%20search_path%3D${schema}`;

describe('a pooler', { skip: skip || noPgbouncer, timeout: 120_000 }, () => {
  let cluster: Cluster;
  before(async () => {
    if (skip || noPgbouncer) return;
    cluster = await startCluster();
    // What a session has where SET is lost on the way.
    await query('ALTER DATABASE postgres SET synchronous_commit = off', cluster.url);
    await query('CREATE SCHEMA mine', cluster.url);
  });
  after(() => cluster?.remove());

  test('session mode: nodes serve, durably, and in the schema of the URL', async () => {
    const pooler = await startPooler(cluster, ['pool_mode = session', 'default_pool_size = 30']);
    await works(pooler.url);
    await works(withPath(pooler.url, 'mine'));
    const [[inMine]] = (await query('SELECT count(*) FROM mine.orders', cluster.url)) as [[string]];
    assert.equal(Number(inMine), 20);
    pooler.stop();
  });

  test('session mode that drops start-up options: the settings hold all the same', async () => {
    const pooler = await startPooler(cluster, [
      ...['pool_mode = session', 'default_pool_size = 30', 'ignore_startup_parameters = options'],
    ]);
    await works(withPath(pooler.url, 'mine'));
    pooler.stop();
  });

  for (const [mode, size] of [
    ['transaction', 30],
    ['transaction', 1],
    ['statement', 30],
  ] as const) {
    test(`${mode} mode with ${size} sessions: a start is refused and says why`, async () => {
      const settings = [`pool_mode = ${mode}`, `default_pool_size = ${size}`];
      const pooler = await startPooler(cluster, settings);
      assert.match(await refused(pooler.url), /a pooler between .*set pool_mode=session there/);
      pooler.stop();
    });
  }
});

describe('what drops SET on its way', { skip, timeout: 60_000 }, () => {
  let cluster: Cluster;
  before(async () => {
    if (skip) return;
    cluster = await startCluster();
    await query('ALTER DATABASE postgres SET synchronous_commit = off', cluster.url);
    await query('CREATE SCHEMA mine', cluster.url);
  });
  after(() => cluster?.remove());

  const cases: [lost: string, inPlace: string, problem: RegExp][] = [
    [
      "set_config('synchronous_commit'",
      "set_config('synchronous.commit'",
      /synchronous_commit is off although on was asked for, so that acknowledged changes could be lost/,
    ],
    [
      "set_config('search_path'",
      "set_config('search.path'",
      /search_path is .*public although mine was asked for/,
    ],
  ];
  for (const [lost, inPlace, problem] of cases) {
    test(`${lost}…) vanishes: the node refuses to serve and says why`, async () => {
      const proxy = await replacingProxy(cluster.port, lost, inPlace);
      const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
      assert.match(await refused(withPath(url, 'mine')), problem);
      proxy.server.close();
    });
  }
});

/** Replaces what the storage says by something equally long. */
async function replacingProxy(target: number, lost: string, inPlace: string) {
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1').replaceAll(lost, inPlace);
      upstream.write(Buffer.from(text, 'latin1'));
    });
    upstream.on('data', (bytes) => client.write(bytes));
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, port };
}
