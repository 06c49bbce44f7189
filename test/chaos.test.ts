// Four gateways on one database, under load: random ones killed, the database restarted and crashed; then everything is counted.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildRequest, readReply } from '../src/platforms/jintong/client.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { PARTY, SECRET } from './crash-load.ts';
import { query } from './postgres.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';
import * as ytx from './ytx.ts';

const NODES = 4;
/** CI sets 50 and 20. */
const KILLS = Number(process.env.ORDERGATE_CHAOS_KILLS ?? 5);
const RESTARTS = Number(process.env.ORDERGATE_RESTARTS ?? 2);
const ORDERS = 4000;
const CALLERS = 16;
const PATIENCE_MS = 8000;

type Told = 'done' | 'refused' | 'unknown';

test(`${KILLS} kill -9 of random gateways and ${RESTARTS} restarts of the database under load: every acknowledged change is there once, every deadline was carried out once`, {
  skip,
  timeout: 120_000 + (KILLS + RESTARTS) * 10_000,
}, async (t) => {
  const cluster: Cluster = await startCluster();
  after(() => cluster.remove());
  const directory = temporaryDirectory();
  const env = {
    ORDERGATE_DATABASE_URL: cluster.url,
    ORDERGATE_KEY: '07'.repeat(32),
    ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-all-nodes',
    ORDERGATE_LOG_LEVEL: 'fatal',
  };
  const nodes: ServerProcess[] = await Promise.all(
    Array.from({ length: NODES }, () => startServerProcess(directory, env)),
  );
  const flags = ['--platform', 'jintong', '--orders', String(ORDERS), '--secret', SECRET];
  const seeded = await runOrdergate(['seed', ...flags], env);
  assert.equal(seeded.code, 0, seeded.stderr);
  await sleep(2500); // Until all nodes know the party of the load.

  /** What each caller was told, by order and action. */
  const told = new Map<string, Told>();
  const submitted = new Set<string>();
  let stopped = false;
  let next = 0;

  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const node = nodes[randomInt(NODES)]!;
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(node.url + path, { method: 'POST', body, headers, signal });
      return response.status === 200 ? await response.text() : null;
    } catch {
      return null;
    }
  };
  const ask = async (id: string, action: 'hastened' | 'cancelled'): Promise<Told> => {
    const body =
      action === 'hastened'
        ? buildRequest(PARTY, SECRET, 'HastenOrder', { OrderID: id, UserName: PARTY })
        : buildRequest(PARTY, SECRET, 'OperateCancelOrder', {
            Consumer: PARTY,
            OrderID: id,
            Remark: '取消',
          });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const text = await post('/Api/OrderOpenApi.ashx', body, headers);
    if (text === null) return 'unknown';
    const { code } = readReply(text, SECRET);
    if (code === 'CallSuccess') return 'done';
    return code === 'Unknown' ? 'unknown' : 'refused';
  };
  const submit = async (customParm: string): Promise<void> => {
    const now = ytx.stamp(Date.now());
    const path = `/201612/sid/${ytx.ACCOUNT}/Unicom/Order.wx?Sign=${ytx.signOf(ytx.ACCOUNT, ytx.TOKENS[ytx.ACCOUNT], now)}`;
    const text = await post(path, JSON.stringify(ytx.submit(customParm, 'SANDBOX-SUCCESS')), {
      'content-type': 'application/json',
      authorization: ytx.authorizationOf(ytx.ACCOUNT, now),
    });
    const { requestId } = text === null ? {} : JSON.parse(text);
    if (requestId) submitted.add(requestId);
  };
  const caller = async (): Promise<void> => {
    while (!stopped && next < ORDERS) {
      const index = next++;
      const id = `9${String(index).padStart(11, '0')}`;
      for (const action of ['hastened', 'cancelled'] as const) {
        told.set(`${id} ${action}`, await ask(id, action));
      }
      if (index % 8 === 0) await submit(`chaos-${index}`);
      await sleep(5);
    }
  };
  const load = Promise.all(Array.from({ length: CALLERS }, caller));

  let kills = 0;
  for (let restarts = 0; kills < KILLS || restarts < RESTARTS; ) {
    await sleep(randomInt(100, 400));
    if (kills < KILLS) {
      const victim = randomInt(NODES);
      await nodes[victim]!.kill();
      kills++;
      nodes[victim] = await startServerProcess(directory, env);
    }
    if (restarts < RESTARTS && restarts * KILLS <= kills * RESTARTS) {
      await cluster.stop(restarts % 2 === 0 ? 'fast' : 'immediate');
      await cluster.start();
      restarts++;
    }
  }
  await sleep(500);
  stopped = true;
  await load;

  // Equal cancels again, to any node: they get their success, and change nothing that was done.
  const again = [...told].filter(([key, what]) => key.endsWith('cancelled') && what === 'done');
  for (const [key] of again.slice(-50)) {
    assert.equal(await ask(key.split(' ')[0]!, 'cancelled'), 'done');
  }
  await sleep(12_000); // The results of ytx come ten seconds after they were asked for.

  const rows = (await query(
    `SELECT order_id, action, count(*)::int FROM history
     WHERE action IN ('hastened', 'cancelled') GROUP BY 1, 2`,
    cluster.url,
  )) as [string, string, number][];
  const happened = new Map(rows.map(([id, action, count]) => [`${id} ${action}`, count]));
  const sum = { done: 0, refused: 0, unknown: 0, ofThoseHappened: 0 };
  for (const [key, what] of told) {
    const count = happened.get(key) ?? 0;
    sum[what]++;
    if (what === 'done') assert.equal(count, 1, key);
    else assert.ok(count <= 1, `${key}: ${count}`);
    if (what === 'unknown') sum.ofThoseHappened += count;
    happened.delete(key);
  }
  assert.deepEqual([...happened.keys()], [], 'what nobody has asked for');
  const results = (await query(
    `SELECT o.order_id, o.version, o.state FROM orders o WHERE platform = 'ytx'
       AND order_id IN (SELECT order_id FROM history WHERE action = 'created' AND request_id IS NOT NULL)`,
    cluster.url,
  )) as [string, number, string][];
  const found = new Map(results.map(([id, version, state]) => [id, [version, state]]));
  for (const id of submitted) assert.deepEqual(found.get(id), [2, '1'], `deadline of ${id}`);
  const verified = await runOrdergate(['verify'], env);
  assert.equal(verified.code, 0, verified.stderr + verified.stdout);
  await Promise.all(nodes.map((node) => node.kill()));
  assert.ok(sum.done > 100, JSON.stringify(sum));
  t.diagnostic(
    `${kills} kills, ${RESTARTS} restarts: ${JSON.stringify(sum)}, ${submitted.size} deadlines`,
  );
});
