// Tests that verify finds manual changes in the audit log, on both engines. Each case is SQL
// outside the server.
import { deepEqual, match, ok } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { databaseOf, skip } from '../../test/postgres.ts';
import { anOrder, create, suiteDirectory, T0 } from '../../test/storage/fixtures.ts';
import { headText, readHead } from './chain.ts';
import { type AuditColumns, auditHash, auditText } from './people-rows.ts';
import { Connection } from './postgres/connection.ts';
import { openPostgres } from './postgres/open.ts';
import { auditSnapshot } from './postgres/queries.ts';
import { postgresSource } from './postgres/transfer.ts';
import { Sealer } from './seal.ts';
import { coverAnew } from './sqlite/covers.ts';
import { openSqlite } from './sqlite/open.ts';
import { audit } from './sqlite/queries.ts';
import { sqliteSource } from './sqlite/transfer.ts';
import type { OpenStorage } from './storage.ts';
import type { TransferSource } from './transfer/port.ts';

const sealer = new Sealer(Buffer.alloc(32, 7));

async function fill({ audit, ledger }: OpenStorage): Promise<void> {
  await create(ledger, [anOrder('p', 'order1')]);
  for (let i = 1; i <= 5; i++) {
    await audit.append({
      ...{ at: T0 + i, actor: `actor${i}`, action: 'moveOrder', target: `jintong/${i}` },
      ...{ outcome: 'done', details: { before: { state: 'A' }, note: '王 "\\ \u2028 🙂' } },
    });
  }
}

const HEAD = `(SELECT '5.' || hash FROM audit WHERE number = 4)`;
const CASES: Readonly<Record<string, readonly [sql: string, finding: RegExp]>> = {
  'an actor': [
    `UPDATE audit SET actor = 'somebody' WHERE number = 3`,
    /audit: entry 3 \(moveOrder by somebody\) is not as it was written/,
  ],
  'a time': ['UPDATE audit SET at = at + 1 WHERE number = 3', /entry 3/],
  'an action': [`UPDATE audit SET action = 'readOrder' WHERE number = 1`, /entry 1 \(readOrder/],
  'a target': [`UPDATE audit SET target = 'jintong/9' WHERE number = 3`, /entry 3/],
  'an outcome': [`UPDATE audit SET outcome = 'refused' WHERE number = 3`, /entry 3/],
  'the details': [`UPDATE audit SET details = '{}' WHERE number = 5`, /entry 5/],
  'a hash': [`UPDATE audit SET hash = 'x' WHERE number = 2`, /entry 2/],
  'one removed': ['DELETE FROM audit WHERE number = 3', /audit: entry 3 is missing/],
  'the first two removed': ['DELETE FROM audit WHERE number < 3', /entries 1 to 2 are missing/],
  'the newest removed': [
    'DELETE FROM audit WHERE number = 5',
    /newest entries, 5 to 5, are missing/,
  ],
  'the newest removed, the head with it': [
    `DELETE FROM audit WHERE number = 5; UPDATE settings SET value = (SELECT '4.' || hash FROM audit WHERE number = 4) WHERE name = 'audit-head'`,
    /table settings/,
  ],
  'all removed': ['DELETE FROM audit', /entries, 1 to 5, are missing/],
  'all removed, the head with it': [
    `DELETE FROM audit; DELETE FROM settings WHERE name = 'audit-head'`,
    /table settings/,
  ],
  'one put in at the end': [
    `INSERT INTO audit SELECT 6, at, actor, action, target, outcome, details, hash FROM audit WHERE number = 5`,
    /entry 6 .* put in/,
  ],
  'one put in, and the others moved on': [
    `UPDATE audit SET number = number + 100 WHERE number > 2;
     UPDATE audit SET number = number - 99 WHERE number > 100;
     INSERT INTO audit SELECT 3, at, actor, action, target, outcome, details, hash FROM audit WHERE number = 2`,
    /entry 3/,
  ],
  'two exchanged': [
    `UPDATE audit SET number = number + 100 WHERE number IN (2, 3);
     UPDATE audit SET number = CASE number WHEN 102 THEN 3 ELSE 2 END WHERE number > 100`,
    /entry 2/,
  ],
  'the head': [
    `UPDATE settings SET value = ${HEAD} WHERE name = 'audit-head'`,
    /its head \(audit-head in settings\)/,
  ],
  'the head removed': [`DELETE FROM settings WHERE name = 'audit-head'`, /its head/],
  'an account’s role': [
    `UPDATE accounts SET document = replace(document, 'viewer', 'admin')`,
    /table accounts/,
  ],
  'a session’s end': ['UPDATE credentials SET expires_at = expires_at + 1', /table credentials/],
};

async function addPeople({ people }: OpenStorage): Promise<void> {
  const account = {
    accountId: 'a',
    name: 'a',
    role: 'viewer',
    enabled: true,
    createdAt: T0,
  } as const;
  const rest = { lastSignInAt: null, password: null, totp: null, external: null, version: 1 };
  await people.saveAccount({ ...account, ...rest }, null);
  await people.saveCredential({
    ...{ digest: 'd', kind: 'session', credentialId: 's', accountId: 'a', expiresAt: T0 },
    attributes: {},
  });
}

/** What only a head that was printed before finds, since the chain and the sums are made anew with the change. */
const REWRITE = `UPDATE audit SET actor = 'somebody' WHERE number = 5`;
const CUT = 'DELETE FROM audit WHERE number > 3';
const COVERED = /^audit: entry 5 is not the one that the head covers: the entries up to it were/m;
const REMOVED = /^audit: the head covers 5 entries, and the newest that is there is 3: entries/m;

/** SQL that gives entry 5 the hash of what it holds now, and the log its head. */
function hashAnew(entries: readonly (readonly unknown[])[]): string {
  const [previous, [number, ...rest]] = entries.slice(-2) as [unknown[], unknown[]];
  const columns = [Number(rest[0]), ...rest.slice(1, 6)] as unknown as AuditColumns;
  const its = auditHash(String(previous[7]), Number(number), auditText(columns));
  return `UPDATE audit SET hash = '${its}' WHERE number = 5;
    UPDATE settings SET value = '5.${its}' WHERE name = 'audit-head'`;
}
async function headOf(source: TransferSource): Promise<string> {
  const text = await source.head();
  await source.close();
  return text;
}
const ENTRIES = `SELECT number, at, actor, action, target, outcome, details, hash FROM audit ORDER BY number`;
const HEAD_OF_3 = `UPDATE settings SET value = (SELECT '3.' || hash FROM audit WHERE number = 3) WHERE name = 'audit-head'`;

describe('in a file', async () => {
  const source = suiteDirectory();
  const storage = await openSqlite(source, sealer);
  await fill(storage);
  await addPeople(storage);
  await storage.close();
  test('with a head, entries that were cut off or written anew', async () => {
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const text = await headOf(sqliteSource(directory));
    const head = readHead(text)!;
    deepEqual(head.audit?.number, 5);
    deepEqual(headText(head), text);
    const db = new DatabaseSync(join(directory, 'ledger.db'));
    const damageAfter = (sql: string): string => {
      db.exec(`BEGIN; ${sql}`);
      const entries = db
        .prepare(ENTRIES)
        .all()
        .map((row) => Object.values(row));
      if (sql === REWRITE) db.exec(hashAnew(entries));
      coverAnew(db);
      deepEqual(audit(db).damage, [], 'without a head nothing is found');
      const { damage } = audit(db, head);
      db.exec('ROLLBACK');
      return damage.join('\n');
    };
    deepEqual(damageAfter('SELECT 1'), '');
    match(damageAfter(REWRITE), COVERED);
    match(damageAfter(`${CUT}; ${HEAD_OF_3}`), REMOVED);
    db.close();
  });
  const found = (sql: string): readonly string[] => {
    const directory = suiteDirectory();
    cpSync(join(source, 'ledger.db'), join(directory, 'ledger.db'));
    const db = new DatabaseSync(join(directory, 'ledger.db'));
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

describe('on a server', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(suiteDirectory());
  const storage = await openPostgres(url, sealer);
  await fill(storage);
  await addPeople(storage);
  const connection = await Connection.open({ url, name: 'audit-manipulations', kind: 'long' });
  after(async () => {
    await connection.close();
    await storage.close();
  });
  const found = async (sql: string): Promise<readonly string[]> => {
    // A manual connection to the database is no session of Ordergate.
    await connection.runText(`BEGIN; SET LOCAL ordergate.session = ''; ${sql}`);
    const { damage } = await auditSnapshot(connection, { sealer });
    await connection.runText('ROLLBACK');
    return damage;
  };
  test('with a head, entries that were cut off or written anew', async () => {
    const head = readHead(await headOf(await postgresSource(url)))!;
    deepEqual(head.audit?.number, 5);
    const damageAfter = async (sql: string): Promise<string> => {
      // As a session of Ordergate, so that the sums follow.
      await connection.runText(`BEGIN; SET LOCAL ordergate.session = 'a node'; ${sql}`);
      if (sql === REWRITE) await connection.runText(hashAnew(await connection.runText(ENTRIES)));
      deepEqual((await auditSnapshot(connection, { sealer })).damage, []);
      const { damage } = await auditSnapshot(connection, { sealer, head });
      await connection.runText('ROLLBACK');
      return damage.join('\n');
    };
    deepEqual(await damageAfter('SELECT 1'), '');
    match(await damageAfter(REWRITE), COVERED);
    match(await damageAfter(`${CUT}; ${HEAD_OF_3}`), REMOVED);
  });
  test('nothing where nothing was changed', async () => deepEqual(await found('SELECT 1'), []));
  for (const [name, [sql, finding]] of Object.entries(CASES)) {
    test(name, async () => {
      const damage = await found(sql);
      ok(damage.length > 0);
      match(damage.join('\n'), finding);
    });
  }
});
