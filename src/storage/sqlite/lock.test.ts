// Tests that one process owns a data directory: a second one is refused, and the lock ends with its
// process.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runOrdergate, startServerProcess } from '../../../test/server-process.ts';
import { anOrder, create, suiteDirectory } from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

/** The key of {@link open}, which no file of the directory holds. */
const KEY = { ORDERGATE_KEY: '07'.repeat(32) };
const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));

/** Every file's bytes except the index of a log, in which readers leave marks. */
function filesOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !name.endsWith('-shm'));
  return Object.fromEntries(names.map((n) => [n, readFileSync(join(directory, n), 'base64')]));
}

test('a second process ends with 1, names the directory and the first one, and changes nothing', async () => {
  const directory = suiteDirectory();
  const first = await startServerProcess(directory);
  // The thread that opens the request log's files answers this, so that the files exist afterwards.
  const token = readFileSync(join(directory, 'admin.token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await fetch(`${first.url}/manage/v1/requests`, { headers })).status, 200);
  const before = filesOf(directory);
  const second = await runOrdergate(['serve', '--port', '0', '--data', directory]);
  assert.equal(second.code, 1);
  assert.ok(second.stderr.includes(`${directory} is in use`), second.stderr);
  assert.ok(second.stderr.includes(`(pid ${first.pid})`), second.stderr);
  assert.match(second.stderr, /Nothing was changed\. Stop that process, or choose another/);
  assert.equal(second.stderr.trim().split('\n').length, 1, 'a message, and no stack');
  assert.equal(second.stdout, '');
  assert.deepEqual(filesOf(directory), before);
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200);

  // A lock that outlived its process would block the next process.
  await first.kill();
  const third = await startServerProcess(directory);
  assert.equal((await fetch(`${third.url}/readyz`)).status, 200);
  await third.kill();
});

test('every command requires exclusive use of the directory', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  for (const command of [['verify'], ['seed', '--platform', 'jintong', '--orders', '1']]) {
    const ended = await runOrdergate([...command, '--data', directory], KEY);
    assert.equal(ended.code, 1);
    assert.ok(ended.stderr.includes(`${directory} is in use`), ended.stderr);
    assert.ok(ended.stderr.includes(`(pid ${process.pid})`), ended.stderr);
  }
  await storage.close();
});

test('one process cannot open a directory twice; when it has closed it, it can', async () => {
  const directory = suiteDirectory();
  const first = await open(directory);
  await assert.rejects(open(directory), (error: Error & { code: string }) => {
    assert.equal(error.code, 'ERR_DATA_DIRECTORY_IN_USE');
    assert.ok(error.message.includes(`${directory} is in use`));
    assert.ok(error.message.includes(`(pid ${process.pid})`));
    return true;
  });
  // The second process does not unlock the first: on POSIX, closing any handle of a locked file
  // unlocks it.
  const other = await runOrdergate(['verify', '--data', directory], KEY);
  assert.equal(other.code, 1);
  assert.ok(other.stderr.includes(`${directory} is in use`), other.stderr);
  await create(first.ledger, [anOrder('p', '1')]);
  await first.close();
  const second = await open(directory);
  assert.equal((await second.ledger.audit()).orders, 1);
  await second.close();
});
