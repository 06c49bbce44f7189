// kill -9 while callbacks go out: every change arrives, an order's in their order, and few of them twice.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkCallbacks, orderKey } from './callback-check.ts';
import { endlessCalls, loadAndKill, PARTY, seed } from './crash-load.ts';
import { startReceiver } from './receiver.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';

/** How often the process is killed. CI sets 50. */
const ROUNDS = Number(process.env.ORDERGATE_CRASH_ROUNDS ?? 3);
const SEEDED = 20_000;
/** Every so many messages one is answered with 500, and comes again. */
const FAILS_EVERY = 500;
/**
 * What a kill can double: what is claimed of one endpoint at most, and what was sent and is not
 * written down. A few times that would be a fault.
 */
const DOUBLES_A_KILL = 200;
const ENV = { ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8' };

async function manage(server: ServerProcess, method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}/manage/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json() as Promise<{ readonly items: readonly unknown[] }>;
}

/** What has to arrive: the changes of the party's orders behind the endpoint's making, by order. */
function changesOnDisk(directory: string): Map<string, number[]> {
  const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  const rows = db
    .prepare(
      `SELECT order_id AS id, history.version FROM history JOIN orders ON orders.id = order_row
       WHERE owner = ? AND seq > (SELECT since_seq FROM endpoints) ORDER BY seq`,
    )
    .all(PARTY) as { id: string; version: number }[];
  db.close();
  const changes = Map.groupBy(rows, ({ id }) => orderKey('jintong', id));
  return new Map([...changes].map(([id, all]) => [id, all.map(({ version }) => version)]));
}

test(`kill -9 while callbacks go out, ${ROUNDS} times: each change is told, in order, and few are told twice`, {
  timeout: 120_000 + ROUNDS * 20_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-callbacks-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  let refused = 0;
  const receiver = await startReceiver((response) => {
    const fails = receiver.received.length % FAILS_EVERY === 0;
    if (fails) refused++;
    response.writeHead(fails ? 500 : 200).end();
  });
  const calls = endlessCalls([...(await seed(directory, SEEDED)).values()]);

  let server = await startServerProcess(directory, ENV);
  const endpoint = { platform: 'jintong', party: PARTY, url: receiver.url };
  await manage(server, 'POST', '/callbacks/endpoints', endpoint);
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) server = await startServerProcess(directory, ENV);
    const before = receiver.received.length;
    const { unanswered } = await loadAndKill(server, calls, () => receiver.until(before + 50));
    assert.ok(unanswered.length > 0, 'the kill came while calls were under way');
  }

  server = await startServerProcess(directory, ENV);
  // Those that were refused come again by the clock, which a sandbox need not wait for.
  for (;;) {
    await manage(server, 'POST', '/clock', { advanceSeconds: 300 });
    const { items } = await manage(server, 'GET', '/callbacks/deliveries?state=pending&limit=1');
    if (items.length === 0) break;
    await sleep(100);
  }
  await server.kill();
  const changes = changesOnDisk(directory);
  const doubled = checkCallbacks(receiver.received, changes) - refused;
  t.diagnostic(
    `${ROUNDS} kills: ${receiver.received.length} posts, ${refused} refused by the receiver, ${doubled} doubled`,
  );
  assert.ok(doubled <= ROUNDS * DOUBLES_A_KILL, `${doubled} doubled`);
  const verified = await runOrdergate(['verify', '--data', directory]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});
