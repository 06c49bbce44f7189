// Upgrades: the ledger of each earlier version, as that version left it, opens, serves, and passes `verify`.
// `node scripts/old-ledger.ts TAG TAG` makes the next one at a release; see docs/releases.md.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readMigrations } from '../src/storage/postgres/database.ts';
import { server as postgres, query, skip } from './postgres.ts';
import { runOrdergate, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const folder = fileURLToPath(new URL('upgrades/', import.meta.url));
/** What scripts/old-ledger.ts gives the old server. */
const SECRETS = {
  ORDERGATE_KEY: '07'.repeat(32),
  ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-tests',
};

interface Made {
  readonly commit: string;
  readonly orders: readonly {
    readonly platform: string;
    readonly order_id: string;
    readonly state: string;
    readonly version: number;
  }[];
}

const madeOf = (ledger: string): Made =>
  JSON.parse(readFileSync(join(folder, ledger, 'made.json'), 'utf8'));
const unpacked = (file: string): Buffer => gunzipSync(readFileSync(join(folder, file)));

async function verifies(args: string[], env: Record<string, string>, when: string): Promise<void> {
  const { code, stdout, stderr } = await runOrdergate(['verify', ...args], { ...SECRETS, ...env });
  assert.equal(code, 0, `verify ${when}: ${stdout}${stderr}`);
}

/** The orders are what they were; one of them changes; the server stops in order. */
async function serves({ orders }: Made, data: string, env: Record<string, string>): Promise<void> {
  const server = await startServerProcess(data, { ...SECRETS, ...env });
  const headers = { authorization: `Bearer ${server.adminToken}` };
  for (const { platform, order_id, state, version } of orders) {
    const url = `${server.url}/manage/v1/orders/${platform}/${order_id}`;
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
    const order = (await (await fetch(url, { headers })).json()) as any;
    // What was due since then has happened at the start; nothing else may have.
    const since = order.history.slice(version).map((row: { actor: string }) => row.actor);
    for (const actor of since) assert.match(actor, /^deadline:/, JSON.stringify(order));
    assert.equal(order.version, version + since.length, `the history of ${platform} ${order_id}`);
    if (since.length === 0) assert.equal(order.state, state, `${platform} ${order_id}`);
  }
  const moved = await fetch(`${server.url}/manage/v1/orders/jintong/15110100066/transitions`, {
    method: 'POST',
    headers,
    body: '{"to":"C"}',
  });
  assert.equal(moved.status, 200, await moved.text());
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
}

describe('a ledger on SQLite', () => {
  const ledgers = globSync('sqlite/*', { cwd: folder }).sort();
  assert.ok(ledgers.length >= 6);
  for (const ledger of ledgers) {
    const made = madeOf(ledger);
    const place = (): string => {
      const data = temporaryDirectory();
      for (const file of globSync('*.gz', { cwd: join(folder, ledger) })) {
        writeFileSync(join(data, file.slice(0, -3)), unpacked(join(ledger, file)));
      }
      return data;
    };

    test(`${ledger} (${made.commit}): verify accepts it, it serves, and verify accepts it then`, async () => {
      const data = place();
      await verifies(['--data', data], {}, 'before a start');
      await serves(made, data, {});
      await verifies(['--data', data], {}, 'after a change');
    });

    test(`${ledger} (${made.commit}): its backup is restored and verified`, {
      skip: !existsSync(join(folder, ledger, 'backup')) && 'the version had no command "backup"',
    }, async () => {
      const data = join(temporaryDirectory(), 'restored');
      const args = ['restore', join(folder, ledger, 'backup'), '--data', data, '--verify'];
      const { code, stdout, stderr } = await runOrdergate(args, SECRETS);
      assert.equal(code, 0, stdout + stderr);
      await serves(made, data, {});
    });
  }
});

describe('a ledger on PostgreSQL', { skip }, () => {
  const ledgers = globSync('postgres/*', { cwd: folder }).sort();
  assert.ok(ledgers.length >= 7);
  for (const ledger of ledgers) {
    const made = madeOf(ledger);
    test(`${ledger} (${made.commit}): verify accepts it, it serves, and verify accepts it then`, async () => {
      const name = `ordergate_upgrade_${randomBytes(6).toString('hex')}`;
      await query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
      after(() => query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      const url = new URL(postgres!);
      url.pathname = `/${name}`;
      await query(unpacked(join(ledger, 'dump.sql.gz')).toString(), url.href);
      const env = { ORDERGATE_DATABASE_URL: url.href };
      const data = temporaryDirectory();
      await serves(made, data, env);
      const [[version]] = (await query('SELECT version FROM schema_version', url.href)) as [
        [number],
      ];
      assert.equal(version, readMigrations().at(-1)!.version);
      await verifies(['--data', data], env, 'after a start and a change');
    });
  }
});
