// Tests opening a data directory: what is refused with which message, and that a refusal changes
// nothing.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { runModule, runOrdergate } from '../../../test/server-process.ts';
import {
  anOrder,
  assertSound,
  create,
  suiteDirectory,
  T0,
} from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

const KEY = Buffer.alloc(32, 7);
const open = (directory: string, key = KEY) => openSqlite(directory, new Sealer(key));

/** A ledger whose process was killed: only `ledger.db-wal` contains its newest changes. */
const killed = suiteDirectory();
/** The same, with all changes in `ledger.db`. */
const clean = suiteDirectory();

/** The text of a module that opens a directory. */
const opening = (directory: string): string => `
  const { openSqlite } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url))});
  const { Sealer } = await import(${JSON.stringify(new URL('../seal.ts', import.meta.url))});
  const storage = await openSqlite(${JSON.stringify(directory)}, new Sealer(Buffer.alloc(32, 7)));`;

before(async () => {
  const { signal, stderr } = await runModule(`${opening(killed)}
    import { anOrder, create } from ${JSON.stringify(new URL('../../../test/storage/fixtures.ts', import.meta.url))};
    const orders = Array.from({ length: 500 }, (_, i) => anOrder('p', String(i)));
    await create(storage.ledger, orders);
    process.kill(process.pid, 'SIGKILL');`);
  assert.equal(signal, 'SIGKILL', stderr);
  cpSync(killed, clean, { recursive: true });
  const db = new DatabaseSync(join(clean, 'ledger.db'));
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
});

function copyOf(directory: string): string {
  const copy = suiteDirectory();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** The digest of every file except the lock and the log's index, which SQLite recreates. */
function digests(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((n) => !/^ordergate\.|-shm$/.test(n));
  // An empty write-ahead log means the same as no log.
  const full = names.filter((n) => !n.endsWith('-wal') || statSync(join(directory, n)).size > 0);
  return Object.fromEntries(full.map((n) => [n, hash('sha256', readFileSync(join(directory, n)))]));
}

function overwrite(path: string, bytes: Buffer, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

const ledgerOf = (directory: string): string => join(directory, 'ledger.db');

async function assertRefused(
  directory: string,
  code: string,
  advice: RegExp,
  key = KEY,
): Promise<void> {
  const before = digests(directory);
  assert.ok(before['ledger.db']);
  await assert.rejects(open(directory, key), (error: Error & { code: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, advice);
    return true;
  });
  assert.deepEqual(digests(directory), before);
}

const DAMAGED =
  /ledger\.db is damaged \([\s\S]+\)\. Nothing was changed\. Put a backup in its place/;
const FOREIGN =
  /ledger\.db is a SQLite file, but not one of Ordergate's\. .*another data directory/;
const VERSION = readdirSync(new URL('./migrations/', import.meta.url)).length;
const NEWER = new RegExp(
  `schema version 999; .* up to ${VERSION}\\. Nothing was changed\\. Start the newer Ordergate`,
);

describe('a file that cannot be used is refused, and not a byte is changed', () => {
  test('a file that a newer Ordergate wrote', async () => {
    const directory = copyOf(clean);
    const db = new DatabaseSync(ledgerOf(directory));
    db.exec('PRAGMA user_version = 999');
    db.close();
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', NEWER);
  });

  test('a file whose newer version is in its write-ahead log alone', async () => {
    const running = copyOf(killed);
    const db = new DatabaseSync(ledgerOf(running));
    db.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 999');
    const directory = copyOf(running);
    db.close();
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', NEWER);
  });

  for (const state of ['clean', 'killed'] as const) {
    const source = { clean, killed }[state];

    test(`garbage in place of the header (${state})`, async () => {
      const directory = copyOf(source);
      overwrite(ledgerOf(directory), Buffer.alloc(100, 0xa5), 0);
      await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
    });

    test(`a file shorter than a header (${state})`, async () => {
      const directory = copyOf(source);
      truncateSync(ledgerOf(directory), 60);
      await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
    });

    test(`a SQLite file of another program (${state})`, async () => {
      const directory = copyOf(source);
      rmSync(ledgerOf(directory));
      const foreign = suiteDirectory();
      const db = new DatabaseSync(ledgerOf(foreign));
      db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY); PRAGMA user_version = 1');
      db.close();
      cpSync(ledgerOf(foreign), ledgerOf(directory));
      await assertRefused(directory, 'ERR_UNUSABLE_FILE', FOREIGN);
    });
  }

  test('a file that was cut in the middle', async () => {
    const directory = copyOf(clean);
    const path = ledgerOf(directory);
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
  });

  test('a file that lost its last page, even if it is too large for a check of every page', async () => {
    const directory = copyOf(clean);
    const db = new DatabaseSync(ledgerOf(directory));
    db.exec("INSERT INTO settings VALUES ('large', printf('%.*c', 17000000, 'x'))");
    db.close();
    for (const source of [clean, directory]) {
      const path = ledgerOf(copyOf(source));
      truncateSync(path, statSync(path).size - 4096);
      await assertRefused(dirname(path), 'ERR_UNUSABLE_FILE', DAMAGED);
    }
  });

  test('garbage in the middle of the file', async () => {
    const directory = copyOf(clean);
    const path = ledgerOf(directory);
    const middle = Math.floor(statSync(path).size / 4096 / 2) * 4096;
    overwrite(path, Buffer.alloc(3 * 4096, 0xa5), middle);
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
  });

  for (const state of ['clean', 'killed'] as const) {
    test(`another master key (${state})`, async () => {
      const directory = copyOf({ clean, killed }[state]);
      const advice = /ORDERGATE_KEY \(or master\.key\) is not the key/;
      await assertRefused(directory, 'ERR_MASTER_KEY', advice, Buffer.alloc(32, 8));
    });
  }

  test('the command prints the message alone, and ends with 1', async () => {
    const directory = copyOf(clean);
    overwrite(ledgerOf(directory), Buffer.alloc(100, 0xa5), 0);
    const env = { ORDERGATE_KEY: KEY.toString('hex'), ORDERGATE_ADMIN_TOKEN: 'x'.repeat(16) };
    const before = digests(directory);
    const ended = await runOrdergate(['serve', '--port', '0', '--data', directory], env);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, DAMAGED);
    assert.equal(ended.stderr.trim().split('\n').length, 1);
    assert.deepEqual(digests(directory), before);
  });

  test('a directory that was refused opens once it is put right, in the same process', async () => {
    const directory = copyOf(clean);
    overwrite(ledgerOf(directory), Buffer.alloc(100, 0xa5), 0);
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
    await assertRefused(directory, 'ERR_UNUSABLE_FILE', DAMAGED);
    cpSync(ledgerOf(clean), ledgerOf(directory));
    await assertRefused(directory, 'ERR_MASTER_KEY', /key/, Buffer.alloc(32, 8));
    const storage = await open(directory);
    assert.equal((await storage.ledger.audit()).orders, 500);
    await storage.close();
  });
});

describe('a missing file is created', () => {
  test('a directory that does not exist', async () => {
    const storage = await open(join(suiteDirectory(), 'deep', 'er'));
    assert.equal(await storage.ledger.isEmpty(), true);
    await create(storage.ledger, [anOrder('p', '1')]);
    await assertSound(storage.ledger);
    await storage.close();
  });

  test('files without a byte in them', async () => {
    const directory = suiteDirectory();
    for (const name of ['ledger.db', 'requests.db']) writeFileSync(join(directory, name), '');
    const storage = await open(directory);
    assert.equal(await storage.ledger.isEmpty(), true);
    await storage.close();
  });

  test('a first start that is killed at any statement leaves a directory that opens', async () => {
    const first = (directory: string, statement: number) =>
      runModule(`
        import { DatabaseSync } from 'node:sqlite';
        let left = ${statement};
        const { exec } = DatabaseSync.prototype;
        DatabaseSync.prototype.exec = function (sql) {
          if (left-- === 0) process.kill(process.pid, 'SIGKILL');
          return exec.call(this, sql);
        };
        ${opening(directory)}
        process.exit(0);`);
    const refused: string[] = [];
    const tryOne = async (statement: number): Promise<boolean> => {
      const directory = suiteDirectory();
      const { signal } = await first(directory, statement);
      try {
        const storage = await open(directory);
        assert.equal(await storage.ledger.isEmpty(), true);
        await storage.close();
      } catch (error) {
        refused.push(`killed before statement ${statement}: ${(error as Error).message}`);
      }
      return signal === 'SIGKILL';
    };
    // Runs four at a time, until a start has no statement left to be killed at.
    let kills = 0;
    for (let wave: boolean[] = []; !wave.includes(false); ) {
      wave = await Promise.all([0, 1, 2, 3].map((n) => tryOne(kills + n)));
      kills += wave.filter(Boolean).length;
    }
    assert.ok(kills >= 5, `${kills} kills have hit the start`);
    assert.deepEqual(refused, []);
  });
});

test('changes that a killed process had acknowledged exist after the next opening', async () => {
  const storage = await open(copyOf(killed));
  const { items } = await storage.ledger.listOrders({ platform: 'p', limit: 1000 });
  assert.equal(items.length, 500);
  assert.deepEqual(
    items.find(({ orderId }) => orderId === '7'),
    anOrder('p', '7', { createdAt: T0 }),
  );
  await assertSound(storage.ledger);
  await storage.close();
});

test('a ledger from before callbacks is migrated, and its old events are not sent', async () => {
  const directory = suiteDirectory();
  const db = new DatabaseSync(ledgerOf(directory));
  for (const name of ['0001-ledger.sql', '0002-platforms.sql']) {
    db.exec(readFileSync(new URL(`./migrations/${name}`, import.meta.url), 'utf8'));
  }
  db.exec(`
    INSERT INTO orders VALUES (1, 'a', 'p', 'owner1', 'open', 1, 0, 0, '{}', NULL, 1);
    INSERT INTO history VALUES (1, 1, NULL, 1, 0, 'created', NULL, NULL, 'open', 'import', NULL, NULL);
    INSERT INTO events VALUES (1, 'order.created', NULL);
    PRAGMA application_id = 0x6f676174; PRAGMA user_version = 2;`);
  db.close();
  const storage = await open(directory);
  const read = await storage.callbacks.readEvents(9, ['p']);
  assert.deepEqual([read.cursor, read.to, read.events], [1, 1, []]);
  await assertSound(storage.ledger);
  await storage.close();
});
