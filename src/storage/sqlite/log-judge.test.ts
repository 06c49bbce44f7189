// Tests starts after kill -9: a complete ledger starts, and one that lost acknowledged changes is
// refused with the reason.
import assert from 'node:assert/strict';
import {
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { runModule } from '../../../test/server-process.ts';
import { assertSound, suiteDirectory } from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';

const CHANGES = 60;
const FRAME_BYTES = 24 + 4096;
const open = (directory: string, acceptLoss = false) =>
  openSqlite(directory, new Sealer(Buffer.alloc(32, 7)), {}, { acceptLoss });

/** Killed after it had acknowledged CHANGES orders, one commit each. */
const killed = suiteDirectory();
/** Killed before it wrote anything after its first start. */
const idle = suiteDirectory();

async function runKilled(directory: string, changes: number): Promise<void> {
  const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url));
  const { signal, stderr } = await runModule(`
    const { openSqlite } = await import(${module('./open.ts')});
    const { Sealer } = await import(${module('../seal.ts')});
    const { anOrder, create } = await import(${module('../../../test/storage/fixtures.ts')});
    const storage = await openSqlite(${JSON.stringify(directory)}, new Sealer(Buffer.alloc(32, 7)));
    for (let i = 0; i < ${changes}; i++) await create(storage.ledger, [anOrder('p', String(i))]);
    process.kill(process.pid, 'SIGKILL');`);
  assert.equal(signal, 'SIGKILL', stderr);
}

before(async () => {
  await runKilled(killed, CHANGES);
  await (await open(idle)).close();
  await runKilled(idle, 0);
});

function copyOf(directory: string): string {
  const copy = suiteDirectory();
  cpSync(directory, copy, { recursive: true });
  rmSync(join(copy, 'ledger.db-shm'), { force: true });
  return copy;
}

const logOf = (directory: string): string => join(directory, 'ledger.db-wal');

async function ordersIn(directory: string, acceptLoss = false): Promise<number> {
  const storage = await open(directory, acceptLoss);
  const { orders } = await storage.ledger.audit();
  await assertSound(storage.ledger);
  await storage.close();
  return orders;
}

async function assertRefused(directory: string, problem: RegExp): Promise<void> {
  await assert.rejects(open(directory), (error: Error & { code: string }) => {
    assert.equal(error.code, 'ERR_UNUSABLE_FILE');
    assert.match(error.message, problem);
    assert.match(error.message, /Nothing was changed.*ordergate serve --accept-loss/);
    return true;
  });
}

function flip(path: string, position: number): void {
  const byte = readFileSync(path)[position]!;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.of(byte ^ 0x10), 0, 1, position);
  closeSync(file);
}

/** The last frame of each group of the log, counted from 1. */
function groupEnds(log: string): number[] {
  const bytes = readFileSync(log);
  const frames = Math.floor((bytes.length - 32) / FRAME_BYTES);
  return Array.from({ length: frames }, (_, i) => i + 1).filter(
    (frame) => bytes.readUInt32BE(32 + (frame - 1) * FRAME_BYTES + 4) !== 0,
  );
}

describe('a complete ledger starts', () => {
  test('a killed ledger with its log', async () => {
    assert.equal(await ordersIn(copyOf(killed)), CHANGES);
  });

  test('the ledger and its log, copied without the mark', async () => {
    const directory = copyOf(killed);
    rmSync(join(directory, 'ledger.db-mark'));
    assert.equal(await ordersIn(directory), CHANGES);
  });

  test('the last group torn at every frame, and in the middle of each', async () => {
    const ends = groupEnds(logOf(killed));
    const [start, end] = ends.slice(-2) as [number, number];
    assert.ok(end - start > 2, 'the last group has several frames');
    for (let frame = start; frame < end; frame++) {
      for (const more of [0, 1000]) {
        const directory = copyOf(killed);
        truncateSync(logOf(directory), 32 + frame * FRAME_BYTES + more);
        assert.equal(await ordersIn(directory), CHANGES - 1, `cut at frame ${frame}, ${more}`);
      }
      const directory = copyOf(killed);
      flip(logOf(directory), 32 + frame * FRAME_BYTES + 24 + 99);
      assert.equal(await ordersIn(directory), CHANGES - 1, `flipped in frame ${frame}`);
    }
  });

  test('a log that another program has copied to the file and removed, or emptied', async () => {
    for (const sql of ['SELECT 1 FROM orders', 'PRAGMA wal_checkpoint(TRUNCATE)']) {
      const directory = copyOf(killed);
      const db = new DatabaseSync(join(directory, 'ledger.db'));
      db.prepare(sql).all();
      if (sql.startsWith('PRAGMA')) cpSync(logOf(directory), join(directory, 'empty'));
      db.close();
      if (sql.startsWith('PRAGMA')) cpSync(join(directory, 'empty'), logOf(directory));
      assert.equal(await ordersIn(directory), CHANGES);
    }
  });

  test('no log, if nothing was changed since the start', async () => {
    const directory = copyOf(idle);
    rmSync(logOf(directory), { force: true });
    assert.equal(await ordersIn(directory), 0);
  });

  test('a ledger that was closed in order, copied alone', async () => {
    const directory = copyOf(killed);
    await (await open(directory)).close();
    const alone = suiteDirectory();
    cpSync(join(directory, 'ledger.db'), join(alone, 'ledger.db'));
    assert.equal(await ordersIn(alone), CHANGES);
  });
});

describe('a ledger that has lost acknowledged changes is refused, but starts with the flag', () => {
  const LOST =
    /Known to be lost: \d+ commits with changes 1 to 60 of orders, the last acknowledged at 20/;

  test('its log is missing', async () => {
    const directory = copyOf(killed);
    rmSync(logOf(directory));
    await assertRefused(directory, /ledger\.db-wal is missing, although changes were synced to it/);
    await assertRefused(directory, LOST);
    assert.equal(await ordersIn(directory, true), 0);
    assert.equal(await ordersIn(directory), 0, 'the loss was accepted once and for all');
  });

  test('its log is empty', async () => {
    const directory = copyOf(killed);
    truncateSync(logOf(directory), 0);
    await assertRefused(directory, /ledger\.db-wal is empty, although/);
    await assertRefused(directory, LOST);
  });

  test('it was copied alone, without its log and its mark', async () => {
    const alone = suiteDirectory();
    cpSync(join(killed, 'ledger.db'), join(alone, 'ledger.db'));
    await assertRefused(alone, /was copied, or left, without its write-ahead log/);
    assert.equal(await ordersIn(alone, true), 0);
  });

  test('one byte of its log is changed, anywhere before the last group', async () => {
    const frames = groupEnds(logOf(killed)).at(-2)!;
    for (const [frame, byte] of [
      [0, 24 + 7], // a page
      [Math.floor(frames / 2), 24 + 2048],
      [Math.floor(frames / 2), 17], // a checksum
      [Math.floor(frames / 3), 9], // a salt
      [frames - 1, 24 + 4000], // the end of the last group but one
    ] as const) {
      for (const hasMark of [true, false]) {
        const directory = copyOf(killed);
        if (!hasMark) rmSync(join(directory, 'ledger.db-mark'));
        flip(logOf(directory), 32 + frame * FRAME_BYTES + byte);
        await assertRefused(directory, /ledger\.db-wal is damaged: after a broken frame stand/);
        assert.ok((await ordersIn(directory, true)) < CHANGES, `frame ${frame}, byte ${byte}`);
      }
    }
  });

  test('the header of its log is broken', async () => {
    const directory = copyOf(killed);
    flip(logOf(directory), 17);
    await assertRefused(directory, /not readable from its first bytes on, although/);
    rmSync(join(directory, 'ledger.db-mark'));
    await assertRefused(directory, /was copied, or left, without/);
  });

  test('its log is cut off before the last group', async () => {
    const directory = copyOf(killed);
    truncateSync(logOf(directory), 32 + groupEnds(logOf(killed)).at(-4)! * FRAME_BYTES);
    await assertRefused(directory, /is cut off.*Known to be lost: 3 commits with changes 58 to 60/);
    assert.equal(await ordersIn(directory, true), CHANGES - 3);
  });

  test('its log is another ledger’s', async () => {
    const other = suiteDirectory();
    await runKilled(other, 3);
    const directory = copyOf(killed);
    cpSync(logOf(other), logOf(directory));
    await assertRefused(
      directory,
      /is the log of another ledger, or of another time\..*Known to be/,
    );
    assert.equal(await ordersIn(directory, true), 0);
  });
});

test('a commit waits for one sync only: the mark adds no sync', async () => {
  let syncs = 0;
  const storage = await openSqlite(suiteDirectory(), new Sealer(Buffer.alloc(32, 7)), {
    sync: async () => {
      syncs++;
    },
  });
  const before = syncs;
  for (let i = 0; i < 20; i++) await storage.ledger.writeClockOffset(i);
  assert.equal(syncs - before, 20);
  await storage.close();
});
