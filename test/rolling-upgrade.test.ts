// A rolling upgrade: two nodes of an earlier version on one PostgreSQL are replaced one by one, under load.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkOut, hasVersion, lastTag } from '../scripts/earlier-version.ts';
import { buildRequest, readReply } from '../src/platforms/jintong/client.ts';
import { readMigrations } from '../src/storage/postgres/database.ts';
import { PARTY, SECRET } from './crash-load.ts';
import { databaseOf, skip as noDatabase, query } from './postgres.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const ORDERS = 6000;
const CALLERS = 8;
/** Each pair of versions serves at least so many calls together. */
const CALLS_EACH = 300;
/** Longer than the test takes. */
const LIFETIME_MS = 170_000;

/** The version before: the last tag, or, while there is none, the newest fixture of another schema. */
function versionBefore(): string {
  const tag = lastTag();
  if (tag !== null) return tag;
  const folder = fileURLToPath(new URL('upgrades/postgres/', import.meta.url));
  const newest = readMigrations().at(-1)!.version;
  const schemaOf = (name: string): number => Number(/\d+$/.exec(name)?.[0]);
  const [before] = globSync('schema-*', { cwd: folder })
    .filter((name) => schemaOf(name) < newest)
    .sort((a, b) => schemaOf(b) - schemaOf(a));
  return JSON.parse(readFileSync(join(folder, before!, 'made.json'), 'utf8')).commit;
}

const before = versionBefore();
const skip =
  noDatabase ||
  (!hasVersion(before) && `this checkout has no history of ${before}: clone it with its history`);

test(`two nodes of ${before} become two of this version under load: no call fails, and each change is there once`, {
  skip,
  timeout: 180_000,
}, async (t) => {
  const directory = temporaryDirectory();
  const oldCli = checkOut(before, join(temporaryDirectory(), 'code'));
  const url = await databaseOf(directory);
  const env = {
    ORDERGATE_DATABASE_URL: url,
    ORDERGATE_KEY: '07'.repeat(32),
    ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-all-nodes',
  };
  const start = (cli?: string): Promise<ServerProcess> =>
    startServerProcess(directory, env, LIFETIME_MS, [], cli);
  const nodes: (ServerProcess | null)[] = [await start(oldCli), null];
  const flags = ['--platform', 'jintong', '--orders', String(ORDERS), '--secret', SECRET];
  const seeded = await runOrdergate(['seed', ...flags], env, oldCli);
  assert.equal(seeded.code, 0, seeded.stderr);
  nodes[1] = await start(oldCli);
  await sleep(2500); // Until both nodes know the party of the load.

  const done: string[] = [];
  const served = new Map<ServerProcess, number>();
  let [next, again, stopped] = [0, 0, false];
  /** Whether the node answered; a node that has just stopped does not, and the call goes to the other. */
  const cancel = async (node: ServerProcess, id: string): Promise<boolean> => {
    const order = { Consumer: PARTY, OrderID: id, Remark: '取消' };
    const body = buildRequest(PARTY, SECRET, 'OperateCancelOrder', order);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await fetch(`${node.url}/Api/OrderOpenApi.ashx`, {
      method: 'POST',
      body,
      headers,
    }).then(
      (response) => response.text(),
      () => null,
    );
    if (reply === null) return false;
    const { code, description } = readReply(reply, SECRET);
    assert.equal(code, 'CallSuccess', `${id}: ${description}`);
    served.set(node, (served.get(node) ?? 0) + 1);
    return true;
  };
  const caller = async (): Promise<void> => {
    while (!stopped && next < ORDERS) {
      const index = next++;
      const id = `9${String(index).padStart(11, '0')}`;
      for (let turn = index; ; turn++) {
        const node = nodes[turn % 2];
        if (node && (await cancel(node, id))) break;
        again++;
        await sleep(20);
      }
      done.push(id);
      await sleep(10);
    }
  };
  const load = Promise.all(Array.from({ length: CALLERS }, caller));
  const serveTogether = async (): Promise<void> => {
    const counts = (): number[] => nodes.map((node) => served.get(node!) ?? 0);
    const begun = counts();
    while (counts().some((count, i) => count < begun[i]! + CALLS_EACH)) {
      assert.ok(next < ORDERS, 'the load has ended before the upgrade');
      await Promise.race([sleep(20), load]);
    }
  };
  const replace = async (i: 0 | 1): Promise<void> => {
    const old = nodes[i]!;
    nodes[i] = null;
    const { code, stderr } = await old.stop();
    assert.equal(code, 0, stderr);
    nodes[i] = await start();
  };

  await serveTogether();
  await replace(0);
  await serveTogether();
  await replace(1);
  await serveTogether();
  stopped = true;
  await load;
  for (const node of nodes) assert.equal((await node!.stop()).code, 0);

  const rows = (await query(
    `SELECT order_id, count(*)::int FROM history WHERE action = 'cancelled' GROUP BY 1`,
    url,
  )) as [string, number][];
  assert.deepEqual(
    rows.sort(([a], [b]) => (a < b ? -1 : 1)),
    done.sort().map((id) => [id, 1]),
  );
  const { code, stdout, stderr } = await runOrdergate(['verify'], env);
  assert.equal(code, 0, stdout + stderr);
  t.diagnostic(`${done.length} cancels, ${again} sent again; ${[...served.values()].join(' + ')}`);
});
