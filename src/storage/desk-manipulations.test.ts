// Tests that verify finds manual changes of what operators keep beside orders, of alarms and of listeners, on both
// engines. Each case is SQL outside the server.
import { deepEqual, equal, match } from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { databaseOf, skip } from '../../test/postgres.ts';
import { anEndpoint, hands } from '../../test/storage/callback-fixtures.ts';
import { suiteDirectory, T0 } from '../../test/storage/fixtures.ts';
import { Connection } from './postgres/connection.ts';
import { openPostgres } from './postgres/open.ts';
import { auditSnapshot } from './postgres/queries.ts';
import { Sealer } from './seal.ts';
import { openSqlite } from './sqlite/open.ts';
import { audit } from './sqlite/queries.ts';
import type { OpenStorage } from './storage.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));
const ORDER = { platform: 'p', orderId: 'a' };

/** Writes as a server does; every statement of these tables runs at least once. */
async function fill(storage: OpenStorage): Promise<void> {
  const { desk, alarms, listeners, callbacks } = storage;
  const its = hands(storage);
  const orders = await its.orders('a', 'c');
  await desk.addNote({ ...ORDER, at: T0, actor: 'li.na', note: '王 "\\ \u2028 🙂' });
  for (const assignee of ['li.na', 'wang']) {
    await desk.assign({ ...ORDER, assignee, at: T0, actor: 'li.na' });
  }
  await desk.assign({ ...ORDER, orderId: 'b', assignee: 'wang', at: T0, actor: 'li.na' });
  equal(await desk.unassign({ ...ORDER, orderId: 'b' }), true);
  const rule = { kind: 'rule', id: 'r', at: T0, document: { threshold: 20 } } as const;
  equal(await alarms.save({ ...rule, version: 1 }), true);
  equal(await alarms.save({ ...rule, version: 2 }), true);

  await callbacks.createEndpoint(anEndpoint());
  const listener = { platform: 'p', party: 'owner1', endpointId: null, since: null, now: T0 };
  for (const name of ['laptop', 'gone', 'spare']) {
    await listeners.open({ ...listener, name, session: 'first' });
  }
  for (const order of orders) await its.changes(order);
  await its.fanOut();
  // Each delivery is delivered and sent again, three times.
  for (const now of [T0 + 1, T0 + 2, T0 + 3]) {
    for (const delivery of await its.claim(now)) {
      await its.deliver(delivery, now);
      equal(await callbacks.replay(delivery.deliveryId, now), true);
    }
  }
  equal(await listeners.remove('gone'), true);
  await listeners.open({ ...listener, name: 'laptop', session: 'second' });
  const { to, resends } = (await listeners.pull('laptop', 'second', 0, 10))!;
  equal(resends.length, 2);
  const [{ event, times }] = resends as [(typeof resends)[number]];
  const done = { cursor: to, resends: [{ seq: event.seq, times }] };
  equal(await listeners.acknowledge('laptop', 'second', done, T0 + 9), true);
}

const CASES: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  'a note’s text': [`UPDATE order_notes SET note = 'x'`, /table order_notes: of its 1 rows/],
  'a note’s author': [`UPDATE order_notes SET actor = 'wang'`, /table order_notes: of its 1/],
  'a note removed': ['DELETE FROM order_notes', /table order_notes: it holds 0 rows, and 1 were/],
  'an assignee': [`UPDATE order_assignees SET assignee = 'li.na'`, /table order_assignees: of/],
  'an assignment put in': [
    `INSERT INTO order_assignees SELECT platform, 'b', assignee, at, actor FROM order_assignees`,
    /table order_assignees: it holds 2 rows, and 1 were/,
  ],
  'a threshold of an alarm': [
    `UPDATE alarm_documents SET document = replace(document, '20', '9999')`,
    /table alarm_documents: of its 1 rows/,
  ],
  'an alarm removed': ['DELETE FROM alarm_documents', /table alarm_documents: it holds 0/],
  'a listener’s party': [
    `UPDATE listeners SET party = 'owner2' WHERE name = 'laptop'`,
    /table listeners: of its 2 rows/,
  ],
  'a listener’s endpoint': [
    `UPDATE listeners SET endpoint_id = 'ep' WHERE name = 'laptop'`,
    /table listeners: of its 2 rows/,
  ],
  'a listener’s name': [
    `UPDATE listener_resends SET name = 'other' WHERE name = 'laptop';
     UPDATE listeners SET name = 'other' WHERE name = 'laptop'`,
    /table listeners: of its 2 rows/,
  ],
  'a listener put in': [
    `INSERT INTO listeners (name, platform, party, cursor, session, created_at, seen_at)
      VALUES ('forged', 'p', 'owner1', 0, '', 0, 0)`,
    /table listeners: it holds 3 rows, and 2 were/,
  ],
  'a listener removed': [
    `DELETE FROM listener_resends WHERE name = 'laptop'; DELETE FROM listeners WHERE name = 'laptop'`,
    /table listeners: it holds 1 rows, and 2 were/,
  ],
  'a resend removed': [
    `DELETE FROM listener_resends WHERE name = 'laptop'`,
    /table listener_resends: it holds 2 rows, and 3 were/,
  ],
  'a resend of another event': [
    `UPDATE listener_resends SET seq = 1 WHERE name = 'laptop'`,
    /table listener_resends: of its 3 rows/,
  ],
  'a listener’s sum': [
    `UPDATE covers SET rows = rows + 1 WHERE name = 'listeners'`,
    /table listeners/,
  ],
};

describe('in a file', async () => {
  const source = suiteDirectory();
  const storage = await openSqlite(source, sealer);
  await fill(storage);
  await storage.close();
  const found = (sql: string): readonly string[] => {
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const db = new DatabaseSync(join(directory, 'ledger.db'), {
      enableForeignKeyConstraints: false,
    });
    db.exec(sql);
    const { damage } = audit(db);
    db.close();
    return damage;
  };
  test('nothing where nothing was changed', () => deepEqual(found('SELECT 1'), []));
  for (const [name, [sql, finding]] of Object.entries(CASES)) {
    test(name, () => match(found(sql).join('\n'), finding));
  }
});

const migration = readFileSync(
  new URL('postgres/migrations/0016-listeners-covered.sql', import.meta.url),
  'utf8',
);

describe('on a server', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(suiteDirectory());
  const storage = await openPostgres(url, sealer);
  const connection = await Connection.open({ url, name: 'desk-manipulations', kind: 'long' });
  after(async () => {
    await connection.close();
    await storage.close();
  });
  await fill(storage);
  const found = async (sql: string): Promise<readonly string[]> => {
    // A manual connection to the database is no session of Ordergate.
    await connection.runText(`BEGIN; SET LOCAL ordergate.session = ''; ${sql}`);
    const { damage } = await auditSnapshot(connection, { sealer });
    await connection.runText('ROLLBACK');
    return damage;
  };
  test('nothing where nothing was changed', async () => deepEqual(await found('SELECT 1'), []));
  for (const [name, [sql, finding]] of Object.entries(CASES)) {
    test(name, async () => match((await found(sql)).join('\n'), finding));
  }
  test('a table truncated', async () => {
    const damage = await found('TRUNCATE listener_resends');
    match(damage.join('\n'), /table listener_resends: it holds 0 rows, and 3 were/);
  });

  test('listeners that a node before the sums has made', async () => {
    const back = ['listeners', 'listener_resends'].map(
      (name) => `DROP TRIGGER covers_in ON ${name}; DROP TRIGGER covers_out ON ${name};
        DROP TRIGGER covers_emptied ON ${name}; DROP FUNCTION cover_${name}_1();
        DELETE FROM covers WHERE name = '${name}';`,
    );
    const again = `DROP VIEW covered_4; ${back.join('')} ${migration}`;
    deepEqual(await found(again), []);
    match((await found(`${again}; DELETE FROM listener_resends`)).join(), /it holds 0 rows, and 3/);
  });
});
