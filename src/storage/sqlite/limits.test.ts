// Tests that pauses are kept in one row for each write, and that a transfer reads each of them.
import { deepEqual, equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { MINUTE } from '../../core/clock.ts';
import { Sealer } from '../seal.ts';
import { TABLES } from '../transfer/tables.ts';
import { openSqlite } from './open.ts';
import { selectOf } from './transfer-tables.ts';

const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));
const ORDERS = ['a', 'b', 'c "quoted" 订单'];

/** The rows of the file's table, and the rows that a transfer reads of it. */
function rowsOf(directory: string) {
  const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  const kept = db.prepare('SELECT key, ends_at AS endsAt, count FROM limit_counts').all();
  const table = TABLES.find(({ name }) => name === 'limit_counts')!;
  const select = db.prepare(selectOf(table));
  select.setReturnArrays(true);
  const transferred = select.all() as unknown as unknown[][];
  db.close();
  return { kept, transferred };
}

test('the pauses of one write are one row, and each still holds after a restart', async () => {
  const directory = suiteDirectory();
  const first = await open(directory);
  const window = [{ name: 'day', startsAt: T0, length: 60 * MINUTE, max: 3 }];
  await first.limits.enter('app', null, window, T0);
  for (const [i, order] of ORDERS.entries()) await first.limits.pause([order], MINUTE, T0 + i);
  await first.close();

  const { kept, transferred } = rowsOf(directory);
  equal(kept.length, 2, 'the window and the pauses');
  const pauses = kept.find(({ key }) => String(key).startsWith('pauses '))!;
  match(String(pauses.key), /^pauses \d{13} \[/);
  deepEqual([pauses.endsAt, pauses.count], [T0 + 2 + MINUTE, 3]);
  deepEqual(transferred, [
    ['day app', T0 + 60 * MINUTE, 1],
    ...ORDERS.map((order, i) => [`pause ${order}`, T0 + i + MINUTE, 1]),
  ]);

  const again = await open(directory);
  const pause = async (i: number, at: number) =>
    (await again.limits.pause([ORDERS[i]!], MINUTE, at))[0];
  for (const i of ORDERS.keys()) {
    equal(await pause(i, T0 + i + MINUTE - 1), false, `${ORDERS[i]} a millisecond before its end`);
    equal(await pause(i, T0 + i + MINUTE), true, `${ORDERS[i]} at its end`);
  }
  await again.close();
});

test('of a pause that was started again, the last start holds, and a transfer has it once', async () => {
  const directory = suiteDirectory();
  for (const at of [T0, T0 + MINUTE]) {
    const storage = await open(directory);
    deepEqual(await storage.limits.pause(['order'], MINUTE, at), [true]);
    await storage.close();
  }
  deepEqual(rowsOf(directory).transferred, [['pause order', T0 + 2 * MINUTE, 1]]);
  const again = await open(directory);
  deepEqual(await again.limits.pause(['order'], MINUTE, T0 + 2 * MINUTE - 1), [false]);
  await again.close();
});
