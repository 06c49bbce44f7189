// A real synchronous standby: what is acknowledged is there after its promotion, however the wait for it ended.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { changeOrder } from '../src/core/change-order.ts';
import { systemClock } from '../src/core/clock.ts';
import { LedgerUnavailableError } from '../src/core/errors.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import { anOrder, create } from '../test/storage/fixtures.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { assertNothingLost, countUp } from './count-up.ts';
import { lossyProxy } from './lossy-proxy.ts';
import { query } from './postgres.ts';
import { byParty, count, SHOP } from './shop.ts';

const FAILOVERS = Number(process.env.ORDERGATE_FAILOVERS ?? 2);
const ORDERS = 12;
const sealer = new Sealer(Buffer.alloc(32, 7));
/** Longer than any patience of the storage: who waits beyond it hangs. */
const AT_MOST_MS = 40_000;

const WAITING =
  "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type = 'client backend'";

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const started = performance.now(); !(await condition()); await sleep(50)) {
    assert.ok(performance.now() - started < AT_MOST_MS, `it never came: ${what}`);
  }
}

const asked = async (text: string, cluster: Cluster): Promise<unknown> =>
  (await query(text, cluster.url))[0]?.[0];

/** From now on commits wait for a standby, which is there. */
async function waitForStandby(primary: Cluster): Promise<void> {
  await query("ALTER SYSTEM SET synchronous_standby_names = '*'", primary.url);
  await query('SELECT pg_reload_conf()', primary.url);
  await until('a synchronous standby', async () => {
    const found = await asked('SELECT sync_state FROM pg_stat_replication', primary);
    return found === 'sync' || found === 'quorum';
  });
}

async function waitForNobody(primary: Cluster): Promise<void> {
  await query('ALTER SYSTEM RESET synchronous_standby_names', primary.url);
  await query('SELECT pg_reload_conf()', primary.url);
}

const idOf = (i: number) => anOrder(SHOP, `o${i}`).orderId;

describe('a standby that commits wait for', { skip, timeout: 400_000 }, () => {
  let primary: Cluster;
  before(async () => {
    if (skip) return;
    primary = await startCluster();
    const { ledger, close } = await openPostgres(primary.url, sealer);
    await create(
      ledger,
      Array.from({ length: ORDERS }, (_, i) => anOrder(SHOP, `o${i}`)),
    );
    await close();
  });
  after(() => primary?.remove());

  const every = async (text: string, done: () => boolean): Promise<void> => {
    for (; !done(); await sleep(100)) await query(text, primary.url).catch(() => {});
  };
  /** What ends the waits of sessions, until all callers have their answer. */
  const ways: Readonly<Record<string, (done: () => boolean) => Promise<void>>> = {
    'the administrator ends the waiting sessions': (done) =>
      every(`SELECT pg_terminate_backend(pid) ${WAITING}`, done),
    'somebody cancels the waits, and the server calls it a success': (done) =>
      every(`SELECT pg_cancel_backend(pid) ${WAITING}`, done),
    'the primary is restarted': async () => {
      await primary.stop('fast');
      await primary.start();
    },
    'the answer is lost, and our own fence ends the session': async () => {},
  };

  for (const [way, end] of Object.entries(ways)) {
    test(`the standby is down and ${way}: nothing acknowledged is lost by its promotion`, async (t) => {
      const standby = await startCluster({ standbyOf: primary });
      const proxy = await lossyProxy(primary.port);
      try {
        await waitForStandby(primary);
        const url = primary.url.replace(`:${primary.port}`, `:${proxy.port}`);
        const storage = await openPostgres(url, sealer);
        const changeAll = (once: string) =>
          Array.from({ length: ORDERS }, (_, i) => {
            const request = {
              ...byParty(idOf(i)),
              once: { key: `${once}-${i}`, ttlMs: 3_600_000 },
            };
            return changeOrder(storage.ledger, systemClock, request, count).then(
              (outcome) => outcome.ok,
              (error) => {
                assert.ok(error instanceof LedgerUnavailableError, String(error));
                return false;
              },
            );
          });
        const before = await Promise.all(changeAll(`${way} before`));
        assert.ok(before.every(Boolean), 'with its standby it takes changes');
        await standby.stop('fast');

        if (/fence/.test(way)) proxy.loseNext('answer');
        const started = performance.now();
        let isDone = false;
        const calls = Promise.all(changeAll(way)).finally(() => {
          isDone = true;
        });
        await until(
          'a wait',
          async () => Number(await asked(`SELECT count(*) ${WAITING}`, primary)) > 0,
        );
        await end(() => isDone);
        const acknowledged = (await calls).filter(Boolean).length;
        assert.ok(performance.now() - started < AT_MOST_MS);
        // Their rows can be seen on the primary by now, kept replies among them.
        isDone = false;
        const repeats = Promise.all(changeAll(way)).finally(() => {
          isDone = true;
        });
        await end(() => isDone);
        const repeated = (await repeats).filter(Boolean).length;
        await primary.stop('immediate');
        await standby.start();
        await standby.promote();
        const successor = await openPostgres(standby.url, sealer);
        const seen = await Promise.all(
          before.map(async (_, i) => (await successor.ledger.load(SHOP, idOf(i))).order!),
        );
        await successor.close();
        t.diagnostic(`acknowledged ${acknowledged}, and when repeated ${repeated}`);
        assert.equal(acknowledged + repeated, 0, 'nobody has been told of success');
        const rounds = Object.keys(ways).indexOf(way) + 1;
        for (const { attributes } of seen) assert.ok(Number(attributes.count) >= 1, String(rounds));
        await primary.start();
        await waitForNobody(primary);
        await storage.close();
      } finally {
        proxy.close();
        await standby.remove();
      }
    });
  }
});

describe('failovers under load', { skip, timeout: 600_000 }, () => {
  test(`${FAILOVERS} failovers with both hosts in the URL: nothing acknowledged is lost`, async (t) => {
    let primary = await startCluster();
    let standby: Cluster | undefined;
    try {
      const spare = await startCluster({ standbyOf: primary });
      standby = spare;
      const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
      const url = `postgres://postgres@${hosts}/postgres?target_session_attrs=read-write`;
      const storage = await openPostgres(url, sealer);
      await create(
        storage.ledger,
        Array.from({ length: ORDERS }, (_, i) => anOrder(SHOP, `o${i}`)),
      );
      await waitForStandby(primary);
      // Whoever is promoted asks for a standby, too.
      await query("ALTER SYSTEM SET synchronous_standby_names = '*'", standby.url);
      const load = countUp(storage.ledger, ORDERS);
      for (let i = 0; i < FAILOVERS; i++) {
        await sleep(500);
        const { port } = primary;
        await primary.stop('immediate');
        await standby.promote();
        await primary.remove();
        primary = standby;
        standby = await startCluster({ standbyOf: primary, port });
        await waitForStandby(primary);
      }
      await sleep(500);
      await load.stop();
      const sum = await assertNothingLost(storage.ledger, load.tallies);
      assert.ok(sum.acknowledged > 10 * FAILOVERS, JSON.stringify(sum));
      await storage.close();
      t.diagnostic(JSON.stringify(sum));
    } finally {
      await standby?.remove();
      await primary.remove();
    }
  });
});
