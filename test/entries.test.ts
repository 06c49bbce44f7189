// `verify` recomputes what the platforms declare of each order: keys, unique keys, lists and deadlines.
import { deepEqual, equal, match } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { coverAnew } from '../src/storage/sqlite/covers.ts';
import { makeLedger, run } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const data = await makeLedger();

/** Runs `verify` on a copy whose sums somebody has made anew after the change, so that only the rule can find it. */
async function damageAfter(sql: string): Promise<string> {
  const copy = temporaryDirectory();
  cpSync(data, copy, { recursive: true });
  const db = new DatabaseSync(join(copy, 'ledger.db'), { enableForeignKeyConstraints: false });
  db.exec(sql);
  coverAnew(db);
  db.close();
  const { code, stderr } = await run(['verify', '--data', copy]);
  equal(code, 1, stderr);
  return stderr;
}

test('nothing in a ledger that nobody has touched', async () => {
  const { code, stderr } = await run(['verify', '--data', data]);
  deepEqual([code, stderr], [0, '']);
});

const of = (order: string): string => `(SELECT id FROM orders WHERE order_id = '${order}')`;
const CASES: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  'a look-up key of Jintong removed': [
    `DELETE FROM order_keys WHERE name = 'pnr' AND order_row = ${of('15112480268')}`,
    /^damage: order_keys: order jintong 15112480268 lacks pnr \w+$/m,
  ],
  'a look-up key of Jintong put in': [
    `INSERT INTO order_keys VALUES ('NZG00X', 'pnr', ${of('15110100068')})`,
    /^damage: order_keys: order jintong 15110100068 has pnr NZG00X, which does not follow from the order$/m,
  ],
  'a unique key of ytx removed': [
    `DELETE FROM unique_keys WHERE order_row = ${of('2016010000000219')}`,
    /^damage: unique_keys: order ytx 2016010000000219 lacks customParm 123456$/m,
  ],
  'the deadline of a line of Suning removed': [
    `DELETE FROM deadlines WHERE order_row = ${of('1000531507')}`,
    /^damage: deadlines: order suning 1000531507 lacks refund:\d+ at 20\S+Z$/m,
  ],
  'the deadline of a line of Suning put off': [
    `UPDATE deadlines SET due_at = due_at + 60000 WHERE order_row = ${of('1000531507')}`,
    /^damage: deadlines: order suning 1000531507 has refund:\d+ at 20\S+Z, which does not follow/m,
  ],
  'a deadline of an order that waits for nothing': [
    `INSERT INTO deadlines (order_row, kind, due_at) VALUES (${of('2016010000000219')}, 'resolve', 1)`,
    /^damage: deadlines: order ytx 2016010000000219 has resolve at 1970-01-01T00:00:00\.001Z, which/m,
  ],
  'an entry in a list of Suning, with its counts': [
    `DELETE FROM list_entries; DELETE FROM list_counts; DELETE FROM lists`,
    /^damage: list_entries: order suning \w+ lacks \[/m,
  ],
};

for (const [name, [sql, finding]] of Object.entries(CASES)) {
  test(`${name} is found by its order`, async () => match(await damageAfter(sql), finding));
}
