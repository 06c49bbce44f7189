// `ordergate head` and `verify` as commands on PostgreSQL: what a hand at the database does is found, by its row where that is known.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { type Ordergate, openWorkplace } from '../src/main.ts';
import { run } from './cli-process.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';

describe('on PostgreSQL', { skip }, async () => {
  if (skip) return;
  const url = await databaseOf(temporaryDirectory());
  const env = {
    ORDERGATE_DATABASE_URL: url,
    ORDERGATE_KEY: '07'.repeat(32),
    ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-all-nodes',
  };
  const workplace = await openWorkplace({ config: readConfig({}, env) });
  after(() => workplace.storage.close());
  await keepReply(workplace);
  const verify = (...more: string[]) => run(['verify', ...more], env);
  const headOf = async (): Promise<string> => {
    const { code, stdout, stderr } = await run(['head'], env);
    deepEqual([code, stderr], [0, '']);
    match(stdout, /^\d+\.\d+\.[0-9a-f]{64}(\.\d+\.[0-9a-f]{64})?\n$/);
    return stdout.trim();
  };

  /** What verify says after `sql`, which `undo` takes back. Both are of no session of Ordergate. */
  async function damageAfter(sql: string, undo: string): Promise<string> {
    await query(sql, url);
    try {
      const { code, stderr } = await verify();
      equal(code, 1, stderr);
      return stderr;
    } finally {
      await query(undo, url);
    }
  }

  test('a head that was written down is found again, also when the ledger has gone on', async () => {
    const head = await headOf();
    equal(await headOf(), head);
    const untouched = await verify('--head', head);
    deepEqual([untouched.code, untouched.stderr], [0, '']);
    const moved = ['--platform', 'jintong', '--order', '15110100068', '--to', 'S'];
    equal((await run(['move', ...moved], env)).code, 0);
    equal((await verify('--head', head)).code, 0);
    const newer = await headOf();
    equal((await verify('--head', newer)).code, 0);
    // What never was: a head of more changes than there are.
    const [group, seq, hash] = newer.split('.');
    const later = [Number(group) + 1, Number(seq) + 9, hash].join('.');
    const { code, stderr } = await verify('--head', later);
    equal(code, 1);
    match(stderr, /^damage: head [^\n]+changes were removed at the end/);
  });

  const CASES: Readonly<Record<string, readonly [sql: string, undo: string, finding: RegExp]>> = {
    'a key that is another one': [
      `UPDATE order_keys SET value = 'NZG00X' WHERE name = 'pnr' AND order_id = '15112480268'`,
      `UPDATE order_keys SET value = (SELECT attributes::jsonb ->> 'pnr' FROM orders WHERE order_id = '15112480268')
         WHERE value = 'NZG00X'`,
      /^damage: order_keys: order jintong 15112480268 has pnr NZG00X, which does not follow/m,
    ],
    'a unique key that is gone': [
      `CREATE TABLE kept AS SELECT * FROM unique_keys WHERE order_id = '2016010000000219';
       DELETE FROM unique_keys WHERE order_id = '2016010000000219'`,
      'INSERT INTO unique_keys SELECT * FROM kept; DROP TABLE kept',
      /^damage: unique_keys: order ytx 2016010000000219 lacks customParm 123456$/m,
    ],
    'a deadline that was put off': [
      `UPDATE deadlines SET due_at = due_at + 60000 WHERE order_id = '1000531507'`,
      `UPDATE deadlines SET due_at = due_at - 60000 WHERE order_id = '1000531507'`,
      /^damage: deadlines: order suning 1000531507 has refund:\d+ at 20\S+Z, which does not follow/m,
    ],
    'a kept reply that was prolonged': [
      'UPDATE kept_replies SET expires_at = expires_at + 1',
      'UPDATE kept_replies SET expires_at = expires_at - 1',
      /^damage: table kept_replies: of its 1 rows at least one is not as Ordergate wrote it$/m,
    ],
    'a token that was prolonged': [
      'UPDATE tokens SET expires_at = expires_at + 1',
      'UPDATE tokens SET expires_at = expires_at - 1',
      /^damage: table tokens: of its \d+ rows at least one is not as Ordergate wrote it$/m,
    ],
    'grants that were widened': [
      `UPDATE parties SET document = document || ' ' WHERE party_id = 'jane88'`,
      `UPDATE parties SET document = rtrim(document) WHERE party_id = 'jane88'`,
      /^damage: table parties: of its \d+ rows at least one/m,
    ],
    'another environment': [
      `UPDATE settings SET value = 'production' WHERE name = 'environment'`,
      `UPDATE settings SET value = 'sandbox' WHERE name = 'environment'`,
      /^damage: the database is a production ledger[^\n]*\ndamage: table settings: /m,
    ],
    'a sealed text of another place': [
      `INSERT INTO sealed_texts SELECT platform, owner, order_id, created_at, 'card', 'v1.AAAA', '"****"'
         FROM orders WHERE order_id = '15110100068'`,
      `DELETE FROM sealed_texts WHERE name = 'card'`,
      /^damage: order jintong 15110100068: its sealed text card does not open\. /m,
    ],
  };
  for (const [name, [sql, undo, finding]] of Object.entries(CASES)) {
    test(`verify finds ${name}`, async () => match(await damageAfter(sql, undo), finding));
  }

  test('and nothing any more when all of it was taken back', async () => {
    const { code, stderr } = await verify();
    deepEqual([code, stderr], [0, '']);
  });
});

/** A creation that may be asked for again is answered with its kept reply. */
async function keepReply({ storage }: Pick<Ordergate, 'storage'>): Promise<void> {
  const once = { key: 'once', fingerprint: 'f', expiresAt: Date.UTC(2100, 0) };
  const created = await storage.ledger.createOrders({
    ...{ orders: [], existing: 'refuse', once, now: Date.now() },
  });
  equal(created.result, 'created');
}
