// kill -9 between a change and the entry of its outcome: the audit has the change, with an unknown outcome.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { databaseOf, query, skip } from './postgres.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

interface Engine {
  readonly env: Record<string, string>;
  sql(text: string): Promise<unknown[][]>;
  /** Holds every entry of an outcome back for as long as the server lives. */
  holdOutcomes(): Promise<void>;
  releaseOutcomes(): Promise<void>;
}

function sqlite(directory: string): Engine {
  const sql = async (text: string): Promise<unknown[][]> => {
    const db = new DatabaseSync(join(directory, 'ledger.db'), { timeout: 5000 });
    try {
      return db
        .prepare(text)
        .all()
        .map((row) => Object.values(row));
    } finally {
      db.close();
    }
  };
  // A join of so many rows that it does not end.
  const endless = `SELECT count(*) FROM ${[...'abcdefgh'].map((name) => `sqlite_schema AS ${name}`).join(', ')}`;
  return {
    ...{ env: {}, sql },
    async holdOutcomes() {
      await sql(
        `CREATE TRIGGER hold BEFORE INSERT ON audit WHEN new.outcome != 'begun' BEGIN ${endless}; END`,
      );
    },
    async releaseOutcomes() {
      await sql('DROP TRIGGER hold');
    },
  };
}

async function postgres(directory: string): Promise<Engine> {
  const url = await databaseOf(directory);
  const env = {
    ORDERGATE_DATABASE_URL: url,
    ORDERGATE_KEY: randomBytes(32).toString('base64'),
    ORDERGATE_ADMIN_TOKEN: randomBytes(24).toString('hex'),
  };
  const sql = (text: string): Promise<unknown[][]> => query(text, url);
  return {
    ...{ env, sql },
    async holdOutcomes() {
      await sql(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(600); RETURN new; END $$`);
      await sql(`CREATE TRIGGER hold BEFORE INSERT ON audit FOR EACH ROW
        WHEN (new.outcome <> 'begun') EXECUTE FUNCTION hold()`);
    },
    async releaseOutcomes() {
      // PostgreSQL does not notice that the killed server's connection is gone while it sleeps.
      await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
      await sql('DROP TRIGGER hold ON audit');
      await sql('DROP FUNCTION hold');
    },
  };
}

async function ask(
  { url, adminToken }: ServerProcess,
  method: string,
  path: string,
  body?: object,
) {
  const response = await fetch(`${url}/manage/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** Each with a question to the ledger that has a row once the change is committed. */
const CHANGES = [
  {
    ...{ action: 'createParty', method: 'POST', path: '/parties', target: 'jintong/crash01' },
    body: { platform: 'jintong', partyId: 'crash01', secret: 'a-party-secret-00001' },
    isThere: `SELECT 1 FROM parties WHERE party_id = 'crash01'`,
  },
  {
    ...{ action: 'saveCatalogEntry', method: 'PUT', target: 'ytx/product/CRASH' },
    ...{ path: '/catalog/ytx/product/CRASH', body: { amountFen: 100 } },
    isThere: `SELECT 1 FROM catalog WHERE key = 'CRASH'`,
  },
  {
    ...{ action: 'moveOrder', method: 'POST', target: 'jintong/15112480268' },
    path: '/orders/jintong/15112480268/transitions',
    body: { to: 'K', note: '客户来电' },
    isThere: `SELECT 1 FROM orders WHERE order_id = '15112480268' AND state = 'K'`,
  },
  {
    ...{ action: 'createApiToken', method: 'POST', path: '/api-tokens', target: '' },
    body: { name: 'crash', role: 'viewer' },
    isThere: `SELECT 1 FROM credentials WHERE kind = 'token'`,
  },
] as const;

for (const [name, open, why] of [
  ['SQLite', sqlite, false],
  ['PostgreSQL', postgres, skip],
] as const) {
  describe(name, { skip: why }, () => {
    test('a change that is committed when the server is killed is in the audit', async () => {
      const directory = temporaryDirectory();
      const engine = await open(directory);
      let server = await startServerProcess(directory, engine.env);
      for (const { method, path, body, isThere, action } of CHANGES) {
        await engine.holdOutcomes();
        const called = ask(server, method, path, body).then(
          ({ status }) => status,
          () => 'no answer',
        );
        while ((await engine.sql(isThere)).length === 0) await setTimeout(20);
        await server.kill();
        equal(await called, 'no answer', action);
        await engine.releaseOutcomes();
        server = await startServerProcess(directory, engine.env);
      }

      const { items } = (await ask(server, 'GET', '/audit?outcome=unknown')).body;
      deepEqual(
        items.map((one: Record<string, unknown>) => [
          one.action,
          one.target,
          one.actor,
          one.status,
        ]),
        CHANGES.map(({ action, target }) => [action, target, 'admin', null]).toReversed(),
      );
      const [token, move, , party] = items;
      deepEqual([token.asked.name, token.after], ['crash', null]);
      deepEqual([move.note, move.asked.to], ['客户来电', 'K']);
      ok(!JSON.stringify(party).includes('a-party-secret'));

      // A change after it is complete, and its number names the entry before it.
      const made = { platform: 'jintong', partyId: 'crash02' };
      equal((await ask(server, 'POST', '/parties', made)).status, 201);
      const all = (await ask(server, 'GET', '/audit?limit=1000')).body.items;
      deepEqual(
        [all[0].action, all[0].outcome, all[0].begun],
        ['createParty', 'done', all[0].number - 1],
      );
      const first = (await ask(server, 'GET', `/audit/${all[0].begun}`)).body;
      deepEqual([first.outcome, first.begun], ['begun', null]);
      const numbers = all.flatMap((one: { number: number; begun: number | null }) =>
        [one.number, one.begun ?? []].flat(),
      );
      numbers.sort((a: number, b: number) => a - b);
      deepEqual(
        numbers,
        numbers.map((_: number, i: number) => i + 1),
      );
      const csv = (await ask(server, 'GET', '/exports/audit?outcome=unknown')).body as string;
      equal(csv.trim().split('\r\n').length, 1 + CHANGES.length);

      equal((await server.stop()).code, 0);
      const verified = await runOrdergate(['verify', '--data', directory], engine.env);
      equal(verified.code, 0, verified.stderr + verified.stdout);

      // Somebody who takes the row of an open entry away makes no complete entry of it.
      const opened = `audit-open/${items[0].number}`;
      await engine.sql(`DELETE FROM settings WHERE name = '${opened}'`);
      const tampered = await runOrdergate(['verify', '--data', directory], engine.env);
      equal(tampered.code, 1);
      match(tampered.stderr + tampered.stdout, new RegExp(`entry ${items[0].number} .*${opened}`));
    });
  });
}
