// Runs the ledger's suite on SQLite, and tests properties of SQLite's files: encryption, and the
// state after closing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { anOrder, create, suiteDirectory } from '../../../test/storage/fixtures.ts';
import { ledgerSuite } from '../../../test/storage/ledger-suite.ts';
import { aParty } from '../../../test/storage/parties.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));

ledgerSuite('SQLite', open);

/** Reads in another process, because closing a file drops this process's locks on it (POSIX). */
function bytesOfLedger(directory: string): Buffer {
  const files = readdirSync(directory).filter((name) => name.startsWith('ledger.db'));
  return execFileSync(
    'cat',
    files.map((name) => join(directory, name)),
  );
}

test('no file of the ledger contains a secret in plain text', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  const keys = ['secret-of-the-first-key', 'secret-of-the-second-key'];
  const party = aParty('platform', 'partner-in-clear', {
    keys: keys.map((secret) => ({
      keyId: secret.slice(10),
      secret,
      createdAt: 1,
      expiresAt: null,
    })),
  });
  await storage.ledger.saveParty(party, 'create');
  const whileOpen = bytesOfLedger(directory);
  await storage.close();
  for (const bytes of [whileOpen, bytesOfLedger(directory)]) {
    assert.ok(bytes.includes('partner-in-clear'), 'the party itself is in these bytes');
    for (const secret of keys) assert.equal(bytes.includes(secret), false);
    for (const secret of keys) assert.equal(bytes.includes(btoa(secret)), false);
  }
});

test('after closing, ledger.db is complete and has no write-ahead log', async () => {
  const directory = suiteDirectory();
  const storage = await open(directory);
  const orders = Array.from({ length: 200 }, (_, i) => anOrder('platform', String(i)));
  await create(storage.ledger, orders);
  await storage.close();
  const alone = suiteDirectory();
  copyFileSync(join(directory, 'ledger.db'), join(alone, 'ledger.db'));
  const copy = await open(alone);
  assert.equal((await copy.ledger.audit()).orders, 200);
  await copy.close();
});

test('with 10,000 changes waiting one more is refused at once, and those are carried out', async () => {
  const storage = await open(suiteDirectory());
  const results = await Promise.allSettled(
    Array.from({ length: 10_300 }, (_, i) => storage.ledger.writeClockOffset(i)),
  );
  const refused = results.flatMap((r, i) =>
    r.status === 'rejected' ? [{ i, reason: r.reason }] : [],
  );
  assert.equal(refused.length, 300);
  assert.equal(refused[0]!.i, 10_000);
  for (const { reason } of refused) assert.equal(reason.code, 'ERR_LEDGER_UNAVAILABLE');
  assert.equal(await storage.ledger.readClockOffset(), 9999);
  await storage.ledger.checkReady();
  await storage.close();
});
