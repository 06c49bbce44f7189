// A database that restarts, crashes, hangs, is full, is a standby, or cannot be reached: what callers get, and that nothing is lost.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { changeOrder } from '../src/core/change-order.ts';
import { systemClock } from '../src/core/clock.ts';
import { type Ordergate, startOrdergate } from '../src/main.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import type { OpenStorage } from '../src/storage/storage.ts';
import { anOrder, change, create } from '../test/storage/fixtures.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { assertNothingLost, countUp } from './count-up.ts';
import { call, form, hasten } from './jintong.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { query } from './postgres.ts';
import { byParty, count, SHOP } from './shop.ts';

const RESTARTS = Number(process.env.ORDERGATE_RESTARTS ?? 4);
const sealer = new Sealer(Buffer.alloc(32, 7));
/** Longer than any patience of the storage: who waits beyond it hangs. */
const AT_MOST_MS = 12_000;

/** A ledger of its own on the cluster, and orders in it. */
async function openFresh(cluster: Cluster, orders: number): Promise<OpenStorage> {
  const name = `ledger_${process.hrtime.bigint()}`;
  await query(`CREATE DATABASE ${name}`, cluster.url);
  const url = cluster.url.replace(/postgres$/, name);
  const storage = await openPostgres(url, sealer);
  await create(
    storage.ledger,
    Array.from({ length: orders }, (_, i) => anOrder(SHOP, `o${i}`)),
  );
  return storage;
}

describe('a database that fails', { skip, timeout: 300_000 }, () => {
  let cluster: Cluster;
  before(async () => {
    if (!skip) cluster = await startCluster();
  });
  after(() => cluster?.remove());

  test(`${RESTARTS} restarts under load, every other one a crash: nothing acknowledged is lost, nothing happens twice`, async (t) => {
    const storage = await openFresh(cluster, 16);
    const load = countUp(storage.ledger, 16);
    for (let i = 0; i < RESTARTS; i++) {
      await sleep(400);
      await cluster.stop(i % 2 === 0 ? 'fast' : 'immediate');
      await cluster.start();
    }
    await sleep(400);
    await load.stop();
    const sum = await assertNothingLost(storage.ledger, load.tallies);
    assert.ok(sum.acknowledged > 100 * RESTARTS, JSON.stringify(sum));
    await storage.close();
    t.diagnostic(JSON.stringify(sum));
  });

  test('sessions that are ended under load, again and again: nobody notices', async (t) => {
    const storage = await openFresh(cluster, 8);
    const load = countUp(storage.ledger, 8);
    for (let i = 0; i < 30; i++) {
      await sleep(30);
      await query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ordergate-%'",
        cluster.url,
      );
    }
    await load.stop();
    const sum = await assertNothingLost(storage.ledger, load.tallies);
    assert.equal(sum.refused + sum.unknown, 0, JSON.stringify(sum));
    await storage.close();
    t.diagnostic(JSON.stringify(sum));
  });

  test('if the answer to a commit is lost, the node looks the commit up: it acknowledges a commit that was made, and makes one that was not', async () => {
    await (await openFresh(cluster, 3)).close();
    const [[database]] = (await query(
      "SELECT datname FROM pg_database WHERE datname LIKE 'ledger_%' ORDER BY oid DESC LIMIT 1",
      cluster.url,
    )) as [[string]];
    const proxy = await lossyProxy(Number(new URL(cluster.url).port));
    const url = `postgres://postgres@127.0.0.1:${proxy.port}/${database}`;
    const storage = await openPostgres(url, sealer);
    for (const [i, loss] of (['answer', 'question', 'answer'] as const).entries()) {
      const order = anOrder(SHOP, `o${i}`);
      proxy.loseNext(loss);
      const outcome = await changeOrder(storage.ledger, systemClock, byParty(order.orderId), count);
      assert.deepEqual(outcome, { ok: true, value: 1 });
      assert.equal(proxy.lost, i + 1);
      const record = await storage.ledger.readHistory(SHOP, order.orderId);
      assert.equal(record!.history.length, 2, 'once, whatever was lost');
    }
    await storage.close();
    proxy.close();
  });

  describe('what callers get', () => {
    let server: Ordergate;
    let url: string;
    const code = async () => (await call(server, form(hasten('15110100068')))).code;
    const ready = async () => (await fetch(`${server.url}/readyz`)).status;
    const until = async (condition: () => Promise<boolean>): Promise<void> => {
      for (const started = performance.now(); !(await condition()); await sleep(50)) {
        assert.ok(performance.now() - started < AT_MOST_MS, 'it never came');
      }
    };
    before(async () => {
      if (skip) return;
      await query('CREATE DATABASE gateway', cluster.url);
      url = cluster.url.replace(/postgres$/, 'gateway');
      const secrets = { masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' };
      const config = { ...readConfig({}, {}), port: 0, databaseUrl: url, ...secrets };
      server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
    });
    after(() => server?.close());
    const isDown = async (): Promise<void> => {
      const started = performance.now();
      assert.equal(await code(), 'Unknown');
      assert.equal(await ready(), 503);
      assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
      assert.ok(performance.now() - started < AT_MOST_MS);
    };
    const isUp = async (): Promise<void> => {
      await until(async () => (await ready()) === 200);
      const known = await code();
      assert.ok(known === 'CallSuccess' || known === 'CallFail', known);
    };

    test('unreachable: the platform’s own code, readiness off, and recovery without a restart', async () => {
      await isUp();
      await cluster.stop('fast');
      await isDown();
      const many = await Promise.all(Array.from({ length: 200 }, code));
      assert.deepEqual(new Set(many), new Set(['Unknown']));
      await cluster.start();
      await isUp();
    });

    test('full: what cannot be written is refused, and taken again when there is room', async () => {
      await query(
        `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
         CREATE TRIGGER full_disk BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION no_room();
         CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION no_room()`,
        url,
      );
      await server.storage.ledger.writeClockOffset(0).catch(() => {});
      const advanced = await fetch(`${server.url}/manage/v1/clock`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminToken}` },
        body: '{"advanceSeconds":600}',
      });
      assert.equal(advanced.status, 503);
      assert.equal((await call(server, form(hasten('15112480268')))).code, 'Unknown');
      assert.equal(await ready(), 503);
      await query('DROP TRIGGER full_disk ON history; DROP TRIGGER full_disk ON settings', url);
      await isUp();
    });

    test('hanging: a table that somebody has locked keeps nobody waiting without end', async () => {
      const pg = (await import('pg')).default;
      const holder = new pg.Client(url);
      await holder.connect();
      await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
      const started = performance.now();
      assert.equal(await code(), 'Unknown');
      assert.ok(performance.now() - started < AT_MOST_MS);
      await holder.query('ROLLBACK');
      await holder.end();
      await isUp();
    });

    test('on a standby reads succeed and changes are refused; after the failover changes are accepted again', async () => {
      const setReadOnly = async (to: string): Promise<void> => {
        await query(
          `ALTER DATABASE gateway SET default_transaction_read_only = ${to}`,
          cluster.url,
        );
        await query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ordergate-%'",
          cluster.url,
        );
      };
      const fresh = async () => (await call(server, form(hasten('15112480268')))).code;
      await setReadOnly('on');
      assert.equal(await fresh(), 'Unknown');
      assert.equal(await ready(), 503);
      assert.equal(await code(), 'CallFail', 'what a rule refuses needs no change');
      await setReadOnly('off');
      await isUp();
      assert.equal(await fresh(), 'CallSuccess');
    });
  });

  test('with 10,000 changes waiting one more is refused at once, and those are carried out', async () => {
    const storage = await openFresh(cluster, 0);
    await create(
      storage.ledger,
      Array.from({ length: 10_300 }, (_, i) => anOrder('many', String(i))),
    );
    const results = await Promise.allSettled(
      Array.from({ length: 10_300 }, (_, i) =>
        storage.ledger.commit(change(anOrder('many', String(i)), 'paid')),
      ),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 300);
    assert.equal((await storage.ledger.audit()).changes, 20_300);
    await storage.ledger.checkReady();
    await storage.close();
  });
});
