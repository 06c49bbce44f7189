// `ordergate head` and `verify --head`: a head that was written down tells what was cut or changed afterwards.
import { deepEqual, equal, match } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { isExplained, makeLedger, run } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const data = await makeLedger();

async function headOf(directory: string): Promise<string> {
  const { code, stdout, stderr } = await run(['head', '--data', directory]);
  deepEqual([code, stderr], [0, '']);
  match(stdout, /^\d+\.\d+\.[0-9a-f]{64}(\.\d+\.[0-9a-f]{64})?\n$/);
  return stdout.trim();
}

function copyOf(directory: string, statement?: string): string {
  const copy = temporaryDirectory();
  cpSync(directory, copy, { recursive: true });
  if (statement === undefined) return copy;
  const db = new DatabaseSync(join(copy, 'ledger.db'));
  db.exec(statement);
  db.close();
  return copy;
}

const verify = (directory: string, ...more: string[]) =>
  run(['verify', '--data', directory, ...more]);

test('a head that was written down is found again, also when the ledger has gone on', async () => {
  const head = await headOf(data);
  equal(await headOf(data), head);
  equal((await verify(data, '--head', head)).code, 0);
  const later = copyOf(data);
  const moved = ['--platform', 'jintong', '--order', '15110100068', '--to', 'S'];
  equal((await run(['move', ...moved, '--data', later])).code, 0);
  equal((await verify(later, '--head', head)).code, 0);
  const newer = await headOf(later);
  const { code, stderr } = await verify(data, '--head', newer);
  equal(code, 1);
  match(stderr, /^damage: head [^\n]+changes were removed at the end/);
});

test('a head covers the audit log, too', async () => {
  const used = copyOf(data);
  const add = (name: string) => run(['users', 'add', name, '--role', 'viewer', '--data', used]);
  equal((await add('li.na')).code, 0);
  const head = await headOf(used);
  match(head, /^\d+\.\d+\.[0-9a-f]{64}\.\d+\.[0-9a-f]{64}$/);
  const earlier = copyOf(used);
  equal((await add('wang')).code, 0);
  equal((await verify(used, '--head', head)).code, 0, 'entries after the head do no harm');
  const changes = head.split('.').slice(0, 3).join('.');
  equal((await verify(used, '--head', changes)).code, 0, 'as a version before printed it');
  const newer = await headOf(used);
  const { code, stderr } = await verify(earlier, '--head', newer);
  equal(code, 1);
  match(
    stderr,
    /^damage: audit: the head covers \d+ entries, and the newest that is there is \d+:/m,
  );
});

test('what is no head is refused before anything is opened', async () => {
  isExplained(await verify(data, '--head', '12'), /--head is "12"/, 2);
  const half = `1.2.${'a'.repeat(64)}.3`;
  isExplained(await verify(data, '--head', half), /--head is "1\.2\.a+\.3"/, 2);
});

test('a changed environment is reported together with all other findings', async () => {
  const changed = copyOf(
    data,
    "UPDATE settings SET value = 'production' WHERE name = 'environment'",
  );
  const { code, stdout, stderr } = await verify(changed);
  equal(code, 1);
  match(stderr, /^damage: [^\n]+ is a production ledger/m);
  match(stderr, /^damage: table settings: /m);
  match(stdout, /^\{"orders":\d+/);
});

test('a sealed text that does not open is reported with the order that it belongs to', async () => {
  const forged = copyOf(
    data,
    `INSERT INTO sealed_texts (order_row, name, sealed, mask)
       SELECT id, 'card', 'v1.AAAA', '****' FROM orders WHERE order_id = '15110100068'`,
  );
  const { code, stderr } = await verify(forged);
  equal(code, 1);
  match(stderr, /^damage: order jintong 15110100068: its sealed text card does not open\. /m);
});
