// Tests the upgrade of a ledger of version 4, which had no chain: opening it chains the changes of
// each order.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { change, suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import type { Order } from '../../core/order.ts';
import { documentDigest, headText } from '../chain.ts';
import { readMigrations } from '../migrations.ts';
import { Sealer } from '../seal.ts';
import { ledgerHead } from './chain-groups.ts';
import { ordersWithChanges } from './chain-rows.ts';
import { openSqlite } from './open.ts';
import { audit } from './queries.ts';

const STATES = ['open', 'paid', 'shipped', 'received'];
const ORDERS = 30;
const APPLICATION_ID = 0x6f676174;
const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));

/** As version 4 left it: order `i` has 1 to 4 changes, interleaved with those of other orders. */
function ledgerOfVersion4(): string {
  const directory = suiteDirectory();
  const db = new DatabaseSync(join(directory, 'ledger.db'));
  const migrations = readMigrations(new URL('./migrations/', import.meta.url));
  for (const { version, sql } of migrations) if (version <= 4) db.exec(sql);
  const order = db.prepare(
    `INSERT INTO orders (id, order_id, platform, owner, state, version, created_at, updated_at, attributes, lines, last_change)
     VALUES (?, ?, 'p', 'owner1', ?, ?, ?, ?, ?, NULL, ?)`,
  );
  const history = db.prepare(
    `INSERT INTO history (seq, order_row, previous, version, at, action, from_state, to_state, actor, note)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'operator', ?)`,
  );
  const event = db.prepare("INSERT INTO events VALUES (?, 'order.moved', ?)");
  db.exec('PRAGMA foreign_keys = OFF; BEGIN');
  const last = new Map<number, number>();
  let seq = 0;
  for (const [n, state] of STATES.entries()) {
    for (let i = 1; i <= ORDERS; i++) {
      if (n > i % STATES.length) continue;
      seq++;
      const from = n === 0 ? null : STATES[n - 1]!;
      const action = n === 0 ? 'created' : 'moved';
      history.run(seq, i, last.get(i) ?? null, n + 1, T0 + seq, action, from, state, `note ${n}`);
      event.run(seq, n === 0 ? null : `{"n":${n}}`);
      last.set(i, seq);
    }
  }
  for (let i = 1; i <= ORDERS; i++) {
    const version = (i % STATES.length) + 1;
    const attributes = JSON.stringify({ amountFen: 100 + i });
    order.run(i, `o${i}`, STATES[version - 1]!, version, T0, T0, attributes, last.get(i)!);
  }
  db.exec(
    `UPDATE fan_out SET cursor = ${seq}; COMMIT; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 4`,
  );
  db.close();
  return directory;
}

const read = <T>(directory: string, ask: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(join(directory, 'ledger.db'));
  try {
    return ask(db);
  } finally {
    db.close();
  }
};

test('each order is chained over all of its changes, and its head covers the document of today', async () => {
  const directory = ledgerOfVersion4();
  const storage = await open(directory);
  const { damage, orders, changes, ...counts } = await storage.ledger.audit();
  assert.deepEqual(damage, []);
  assert.deepEqual([orders, changes], [ORDERS, 75]);
  assert.deepEqual([...new Set(Object.values(counts))], [0]);
  await storage.close();
  read(directory, (db) => {
    let several = 0;
    for (const { order, changes } of ordersWithChanges(db)) {
      if (changes.length > 1) several++;
      assert.ok(
        changes.every(({ hash }) => hash?.length === 44),
        order!.orderId,
      );
      assert.equal(new Set(changes.map(({ hash }) => hash)).size, changes.length);
      assert.equal(order!.head, changes.at(-1)!.hash);
      // The documents after the earlier changes are unknown.
      assert.deepEqual(
        changes.map(({ document }) => document),
        changes.map((_, i) => (i === changes.length - 1 ? documentDigest(order!) : null)),
      );
    }
    assert.ok(several > ORDERS / 2, String(several));
  });
});

test('the ledger is chained once: another start keeps every hash and the head, and new changes follow', async () => {
  const directory = ledgerOfVersion4();
  await (await open(directory)).close();
  const hashes = (db: DatabaseSync) =>
    db.prepare('SELECT seq, hash FROM history ORDER BY seq').all();
  const [first, head] = read(directory, (db) => [hashes(db), headText(ledgerHead(db))] as const);
  const storage = await open(directory);
  const loaded = (await storage.ledger.load('p', 'o5' as Order['orderId'])).order!;
  assert.equal(loaded.version, 2);
  assert.equal(await storage.ledger.commit(change(loaded, 'shipped')), 'committed');
  assert.deepEqual((await storage.ledger.audit(head)).damage, []);
  await storage.close();
  assert.deepEqual(read(directory, hashes).slice(0, first.length), first);
});

const TAMPERED: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  'the note of a middle change': [
    "UPDATE history SET note = 'never' WHERE order_row = 7 AND version = 2",
    /order p o7: change 2/,
  ],
  'a middle change removed': [
    'DELETE FROM history WHERE order_row = 7 AND version = 2',
    /order p o7: change 2 is missing/,
  ],
  'an amount': [
    `UPDATE orders SET attributes = '{"amountFen":1}' WHERE id = 7`,
    /order p o7: its owner, times, state, attributes/,
  ],
  'the event of the first change': [
    "UPDATE events SET type = 'order.paid' WHERE seq = (SELECT min(seq) FROM history WHERE order_row = 7)",
    /order p o7: change 1/,
  ],
};

for (const [what, [sql, finding]] of Object.entries(TAMPERED)) {
  test(`and the chain reveals a manual change: ${what}`, async () => {
    const directory = ledgerOfVersion4();
    await (await open(directory)).close();
    read(directory, (db) => db.exec(`PRAGMA foreign_keys = OFF; ${sql}`));
    const { damage } = read(directory, (db) => audit(db));
    assert.ok(
      damage.some((line) => finding.test(line)),
      damage.join('\n') || 'nothing',
    );
  });
}
