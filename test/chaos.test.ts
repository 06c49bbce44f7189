// Four gateways on one database, under load: random ones killed, the database restarted and crashed; then changes, deadlines and callbacks are counted.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildRequest, readReply } from '../src/platforms/jintong/client.ts';
import { checkCallbacks, orderKey } from './callback-check.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { PARTY, SECRET } from './crash-load.ts';
import { query } from './postgres.ts';
import { startReceiver } from './receiver.ts';
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
/** One in so many callbacks is answered with 500 at its first attempt. */
const FAILS_EVERY = 300;
/** The result of ytx is due after ten seconds. */
const DUE_MS = 10_000;
/** What a node had claimed is free again half a minute (deadlines) or a minute (callbacks) after it died, and the next of its order behind it; three times that is stuck. */
const DONE_AFTER_MS = 180_000;
/** Longer than the test takes: a node that ended by itself would be a kill that nobody counted. */
const LIFETIME_MS = 600_000;

type Told = 'done' | 'refused' | 'unknown';

test(`${KILLS} kill -9 of random gateways and ${RESTARTS} restarts of the database under load: every acknowledged change is there once, every deadline was carried out once, every callback was delivered in order`, {
  skip,
  timeout: 120_000 + DONE_AFTER_MS + (KILLS + RESTARTS) * 10_000,
}, async (t) => {
  const cluster: Cluster = await startCluster();
  after(() => cluster.remove());
  const directory = temporaryDirectory();
  const env = {
    ORDERGATE_DATABASE_URL: cluster.url,
    ORDERGATE_KEY: '07'.repeat(32),
    ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-all-nodes',
    ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8',
    ORDERGATE_LOG_LEVEL: 'fatal',
  };
  const startNode = () => startServerProcess(directory, env, LIFETIME_MS);
  const nodes: ServerProcess[] = await Promise.all(Array.from({ length: NODES }, startNode));
  const flags = ['--platform', 'jintong', '--orders', String(ORDERS), '--secret', SECRET];
  const seeded = await runOrdergate(['seed', ...flags], env);
  assert.equal(seeded.code, 0, seeded.stderr);
  await sleep(2500); // Until all nodes know the party of the load.
  const refused = new Set<unknown>();
  const receiver = await startReceiver((response, { headers: { 'webhook-id': id } }) => {
    const fails = receiver.received.length % FAILS_EVERY === 0 && !refused.has(id);
    if (fails) refused.add(id);
    response.writeHead(fails ? 500 : 200).end();
  });
  for (const [platform, party] of [
    ['jintong', PARTY],
    ['ytx', ytx.APP],
  ]) {
    const made = await fetch(`${nodes[0]!.url}/manage/v1/callbacks/endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.ORDERGATE_ADMIN_TOKEN}` },
      body: JSON.stringify({ platform, party, url: receiver.url }),
    });
    assert.equal(made.status, 201, await made.text());
  }

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
      nodes[victim] = await startNode();
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
  const endedAt = Date.now();

  // Equal cancels again, to any node: they get their success, and change nothing that was done.
  const again = [...told].filter(([key, what]) => key.endsWith('cancelled') && what === 'done');
  for (const [key] of again.slice(-50)) {
    assert.equal(await ask(key.split(' ')[0]!, 'cancelled'), 'done');
  }
  const waited = await untilDone(cluster.url, endedAt);

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
  const ended = (await query(
    `SELECT o.order_id, o.version, o.state FROM orders o WHERE platform = 'ytx'
       AND order_id IN (SELECT order_id FROM history WHERE action = 'created' AND request_id IS NOT NULL)`,
    cluster.url,
  )) as [string, number, string][];
  const found = new Map(ended.map(([id, version, state]) => [id, [version, state]]));
  for (const id of submitted) assert.deepEqual(found.get(id), [2, '1'], `deadline of ${id}`);
  const verified = await runOrdergate(['verify'], env);
  assert.equal(verified.code, 0, verified.stderr + verified.stdout);
  await Promise.all(nodes.map((node) => node.kill()));
  assert.ok(sum.done > 100, JSON.stringify(sum));

  const posts = receiver.received;
  const doubled = checkCallbacks(posts, await changesOf(cluster.url)) - refused.size;
  const heard = new Set(posts.map(({ json: { data } }) => `${data.orderId} ${data.action}`));
  for (const [key, what] of told)
    if (what === 'done') assert.ok(heard.has(key), `callback: ${key}`);
  const results = posts.filter(
    ({ json: { data } }) => data.platform === 'ytx' && data.version === 2,
  );
  const resulted = new Set(results.map(({ json }) => json.data.orderId));
  for (const id of submitted) assert.ok(resulted.has(id), `callback: ${id}`);
  t.diagnostic(
    `${kills} kills, ${RESTARTS} restarts: ${JSON.stringify(sum)}, ${submitted.size} deadlines`,
  );
  t.diagnostic(
    `callbacks: ${posts.length} posts, ${refused.size} refused by the receiver, ${doubled} doubled; the last ${waited} ms behind the end of the load`,
  );
});

/** Resolves when deadlines, events and deliveries are all done with, to the time that took since. */
async function untilDone(url: string, since: number): Promise<number> {
  for (;;) {
    const [[due, unseen, pending, dead]] = (await query(
      `SELECT (SELECT count(*) FROM deadlines WHERE due_at < ${Date.now() + 2 * DUE_MS})::int,
         (SELECT count(*) FROM history WHERE seq > (SELECT cursor FROM fan_out))::int,
         count(*) FILTER (WHERE state = 0)::int, count(*) FILTER (WHERE state = 2)::int FROM deliveries`,
      url,
    )) as [[number, number, number, number]];
    assert.equal(dead, 0, 'given up');
    if (due + unseen + pending === 0) return Date.now() - since;
    const left = `${due} deadlines, ${unseen} events not fanned out, ${pending} deliveries pending`;
    assert.ok(Date.now() - since < DONE_AFTER_MS, left);
    await sleep(500);
  }
}

/** What had to be told, by order: its changes since there were endpoints. */
async function changesOf(url: string): Promise<Map<string, number[]>> {
  const rows = (await query(
    `SELECT h.platform, order_id, version FROM history h JOIN endpoints e ON e.platform = h.platform AND e.party = h.owner
     WHERE seq > since_seq ORDER BY version`,
    url,
  )) as [string, string, number][];
  const changes = Map.groupBy(rows, ([platform, id]) => orderKey(platform, id));
  return new Map([...changes].map(([key, all]) => [key, all.map(([, , version]) => version)]));
}
