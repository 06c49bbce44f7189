// Tests an unreadable page of the ledger: the background check finds it, readiness ends, and it is
// reported once.
import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOrdergate, startServerProcess } from '../../../test/server-process.ts';
import { anOrder, create, suiteDirectory } from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));
const env = { ORDERGATE_KEY: '07'.repeat(32), ORDERGATE_ADMIN_TOKEN: 'x'.repeat(16) };
const directory = suiteDirectory();

before(async () => {
  const storage = await open(directory);
  await storage.ledger.claimEnvironment('production');
  const attributes = { filler: 'x'.repeat(9000) };
  for (let batch = 0; batch < 20; batch++) {
    const orders = Array.from({ length: 100 }, (_, i) =>
      anOrder('p', `${batch}-${i}`, { attributes }),
    );
    await create(storage.ledger, orders);
  }
  await storage.close();
  const path = join(directory, 'ledger.db');
  assert.ok(statSync(path).size > 16 * 1024 * 1024, 'too large to be checked at a start');
  const db = new DatabaseSync(path, { readOnly: true });
  const { pageno } = db
    .prepare(
      "SELECT pageno FROM dbstat WHERE name = 'history' AND pagetype = 'leaf' ORDER BY pageno DESC LIMIT 1 OFFSET 3",
    )
    .get() as { pageno: number };
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (pageno - 1) * 4096);
  closeSync(file);
});

test('the background check finds it, ends readiness, and reports it once', async () => {
  const storage = await open(directory);
  const told: string[] = [];
  await storage.ledger.checkReady();
  storage.watchFile!((problem) => told.push(problem));
  while (told.length === 0) await sleep(20);
  assert.match(told[0]!, /^history: database disk image is malformed/);
  await assert.rejects(storage.ledger.checkReady(), {
    code: 'ERR_LEDGER_UNAVAILABLE',
    message: /the ledger's file is damaged \(history/,
  });
  await sleep(200);
  assert.equal(told.length, 1);
  await storage.close();
});

test('a read of the page also ends readiness', async () => {
  const storage = await open(directory);
  const { items } = await storage.ledger.listOrders({ limit: 1000 });
  for (const { orderId } of items) await storage.ledger.readHistory('p', orderId).catch(() => {});
  const more = await storage.ledger.listOrders({ limit: 1000, to: items.at(-1)!.createdAt + 1 });
  for (const { orderId } of more.items)
    await storage.ledger.readHistory('p', orderId).catch(() => {});
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 100; j++)
      await storage.ledger.readHistory('p', anOrder('p', `${i}-${j}`).orderId).catch(() => {});
  }
  await assert.rejects(storage.ledger.checkReady(), /the ledger's file is damaged/);
  await storage.close();
});

test('a server says what to do, in one line of its log, and is not ready any more', async () => {
  const server = await startServerProcess(directory, env, 30_000, ['--env', 'production']);
  const ready = async () => (await fetch(`${server.url}/readyz`)).status;
  while ((await ready()) === 200) await sleep(50);
  assert.equal(await ready(), 503);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  const { stderr } = await server.stop();
  const told = stderr.match(/^.*the ledger file is damaged: this node is not ready any more.*$/gm);
  assert.equal(told?.length, 1, stderr);
  assert.match(told[0]!, /run \\"ordergate verify\\", and restore a backup into a fresh directory/);
});

test('verify and backup end with a report', async () => {
  const flags = ['--data', directory, '--env', 'production'];
  const verify = await runOrdergate(['verify', ...flags], env);
  assert.equal(verify.code, 1);
  assert.match(verify.stderr, /^damage: /m);
  const backup = await runOrdergate(['backup', join(directory, 'copy.gz'), ...flags], env);
  assert.equal(backup.code, 1);
  assert.match(
    backup.stderr,
    /^ordergate: .*ledger\.db is damaged \(table history: .*No backup was made/,
  );
  for (const { stderr } of [verify, backup]) assert.doesNotMatch(stderr, /^\s+at /m);
});
