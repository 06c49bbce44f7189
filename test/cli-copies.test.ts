// `ordergate backup` and `restore` in real processes: beside a running server, on either engine, and what they refuse.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { TABLES } from '../src/storage/transfer/tables.ts';
import {
  ask,
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { databaseOf, query, skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';
import { HASTENED, NOTE, useLedger } from './used-ledger.ts';

/** What the command says of a copy with every table. */
const ALL_AGREE = new RegExp(`${TABLES.length} tables agree .* the ledger sound\\n$`);

const used = temporaryDirectory();
await useLedger(used);
keepSecret(readFileSync(join(used, 'master.key'), 'utf8').trim());
const ENV = {
  ORDERGATE_KEY: readFileSync(join(used, 'master.key'), 'utf8').trim(),
  ORDERGATE_ADMIN_TOKEN: readFileSync(join(used, 'admin.token'), 'utf8').trim(),
};
/** Where the receiver of the used ledger listens; else `verify` names its endpoint as one from before. */
const ALLOWED = { ORDERGATE_CALLBACK_ALLOW: '127.0.0.0/8' };

const file = (): string => join(temporaryDirectory(), 'backup.gz');
const linesOf = (path: string): string[] => gunzipSync(readFileSync(path)).toString().split('\n');
const rewritten = (lines: readonly string[]): string => {
  const path = file();
  writeFileSync(path, gzipSync(lines.join('\n')));
  return path;
};
/** A backup of a megabyte that unpacks to a gigabyte. */
function bomb(start: string, again: string): string {
  const path = file();
  const block = gzipSync(again.repeat(Math.ceil(2 ** 24 / again.length)), { level: 9 });
  writeFileSync(path, Buffer.concat([gzipSync(start), ...Array.from({ length: 64 }, () => block)]));
  return path;
}
type Tables = Record<string, { rows: number; digest: string }>;
const tablesOf = (path: string): Tables => JSON.parse(linesOf(path).at(-2)!).tables;

async function done(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, env);
  deepEqual([code, stderr], [0, ''], stdout);
  return stdout;
}

/** Moves orders to and fro until it is told to stop; the acknowledged version of each. */
function moveOrders(url: string, token: string, ids: readonly string[]) {
  const acknowledged = new Map<string, number>();
  let isOver = false;
  const work = ids.map(async (id) => {
    for (let to = 'D'; !isOver; to = to === 'K' ? 'D' : 'K') {
      const response = await fetch(`${url}/manage/v1/orders/jintong/${id}/transitions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ to }),
      });
      equal(response.status, 200, await response.clone().text());
      acknowledged.set(id, ((await response.json()) as { version: number }).version);
    }
  });
  const end = async (): Promise<void> => {
    isOver = true;
    await Promise.all(work);
  };
  return { acknowledged, end };
}

/** A server under changes, and a backup beside it: it holds what was acknowledged before it began. */
async function isConsistent(data: string, env: Record<string, string>): Promise<string> {
  const server = await serve(['--data', data], env);
  const headers = { authorization: `Bearer ${ENV.ORDERGATE_ADMIN_TOKEN}` };
  const list = await fetch(`${server.url}/manage/v1/orders?platform=jintong&state=K`, {
    headers,
  });
  const { items } = (await list.json()) as { items: { orderId: string }[] };
  const ids = items.map(({ orderId }) => orderId);
  const moving = moveOrders(server.url, ENV.ORDERGATE_ADMIN_TOKEN, ids);
  while (moving.acknowledged.size < ids.length) await new Promise((r) => setTimeout(r, 5));
  const before = new Map(moving.acknowledged);
  const path = file();
  match(await done(['backup', path, '--data', data], env), /^backed up \d+ orders and \d+ changes/);
  const after = new Map(moving.acknowledged);
  await moving.end();
  ok(
    ids.length > 0 && ids.every((id) => after.get(id)! > before.get(id)!),
    `changes went on meanwhile: ${[...before]} ${[...after]}`,
  );
  equal((await stop(server)).code, 0);
  match(await done(['restore', path, '--verify']), ALL_AGREE);
  const versions = new Map(
    linesOf(path)
      .filter((line) => /^\[\d+,"jintong"/.test(line))
      .map((line) => JSON.parse(line))
      .filter((row) => row.length === 11)
      .map((row) => [row[3], row[6]]),
  );
  for (const [id, version] of before) ok(versions.get(id) >= version, `${id} was at ${version}`);
  return path;
}

describe('a backup of SQLite', () => {
  test('a backup of a server under changes is consistent, and holds everything acknowledged before it', async () => {
    const data = temporaryDirectory();
    for (const name of ['ledger.db', 'master.key', 'admin.token']) {
      copyFileSync(join(used, name), join(data, name));
    }
    const path = await isConsistent(data, {});
    equal(statSync(path).mode & 0o777, 0o600);
  });

  test('after a restore each table is as it was, and a server with the same key serves and changes it', async () => {
    const folder = temporaryDirectory();
    match(await done(['backup', folder, '--data', used]), /admin token are not in it/);
    const [name] = readdirSync(folder);
    match(name!, /^ordergate-\d{8}T\d{6}Z\.ndjson\.gz$/);
    const path = join(folder, name!);
    const text = linesOf(path).join('\n');
    for (const secret of Object.values(ENV)) ok(!text.includes(secret));
    const tables = tablesOf(path);
    const empty = Object.keys(tables).filter((table) => tables[table]!.rows === 0);
    deepEqual(empty, ['gone_orders', 'departed_changes', 'arrivals'], 'all of a ledger was in use');

    const data = temporaryDirectory();
    copyFileSync(join(used, 'master.key'), join(data, 'master.key')); // Which may be there before.
    match(await done(['restore', path, '--data', data, '--verify']), /^restored .* sound\n$/);
    const again = file();
    await done(['backup', again, '--data', data]);
    deepEqual(tablesOf(again), tables);
    deepEqual(
      readdirSync(data).filter((one) => /restoring/.test(one)),
      [],
    );

    const server = await serve(['--data', data]);
    const { body } = await ask(server.url, data, '/orders/jintong/15110100068');
    equal(body.history.at(-1).note ?? body.history[0].note, NOTE);
    await stop(server);
    match(await done(['verify', '--data', data], ALLOWED), /"queuesStuck":0/);
    await done(['move', '--platform', 'jintong', '--order', HASTENED, '--to', 'N', '--data', data]);
  });

  test('--with-key holds the secrets, and a restore puts them where a server finds them', async () => {
    const path = file();
    match(await done(['backup', path, '--data', used, '--with-key']), /whoever has it can read/);
    const data = join(temporaryDirectory(), 'fresh');
    await done(['restore', path, '--data', data]);
    equal(readFileSync(join(data, 'master.key'), 'utf8').trim(), ENV.ORDERGATE_KEY);
    equal(readFileSync(join(data, 'admin.token'), 'utf8').trim(), ENV.ORDERGATE_ADMIN_TOKEN);
    equal(statSync(join(data, 'master.key')).mode & 0o777, 0o600);
  });

  test('what is refused: nothing is begun, and nothing that is there is touched', async () => {
    const path = file();
    await done(['backup', path, '--data', used]);
    isExplained(await run(['backup', path, '--data', used]), /exists already/);
    isExplained(await run(['backup', file(), '--data', temporaryDirectory()]), /holds no ledger/);
    isExplained(
      await run(['backup', `${file()}/`, '--data', used]),
      /there is no directory .*; make it first, or name a file/,
    );
    isExplained(await run(['restore', path]), /say where .* goes: .*usage: ordergate restore/, 2);
    const full = temporaryDirectory();
    writeFileSync(join(full, 'ledger.db'), 'mine');
    isExplained(
      await run(['restore', path, '--data', full, '--verify']),
      /is not empty \(ledger\.db\)/,
    );
    equal(readFileSync(join(full, 'ledger.db'), 'utf8'), 'mine');

    const lines = linesOf(path);
    const at = lines.findIndex((line) => line.startsWith('{"table":"history"')) + 1;
    const whole = readFileSync(path);
    const cut = file();
    writeFileSync(cut, whole.subarray(0, whole.length - 100));
    const flipped = file();
    whole[whole.length >> 1]! ^= 1;
    writeFileSync(flipped, whole);
    const plain = file();
    writeFileSync(plain, 'not a backup');
    const cases: [string, RegExp][] = [
      [cut, /is damaged/],
      [flipped, /is damaged|cannot be brought in|belongs to no|not as it was written/],
      [plain, /is damaged/],
      [rewritten(lines.slice(0, -2)), /its last line is missing/],
      [rewritten(lines.toSpliced(at, 1)), /not as it was written: history: \d+ rows expected/],
      [
        rewritten(lines.with(at, lines[at]!.replace('order.', 'ordeR.'))),
        /history: \d+ rows, but not/,
      ],
      [
        rewritten([lines[0]!.replace('"format":1', '"format":2'), ...lines.slice(1)]),
        /has format 2/,
      ],
      [rewritten(['{"hello":1}']), /is no backup/],
      [
        rewritten([lines[0]!.replace('"sandbox"', '"produce"'), ...lines.slice(1)]),
        /its first line was changed/,
      ],
      // A megabyte that unpacks to a gigabyte: as rows, and as one endless line.
      [bomb('{"ordergate":"backup","format":1}\n', '[1]\n'), /is no backup .* more than 100 times/],
      [bomb('', '{'), /is no backup .* more than 100 times/],
    ];
    for (const [damaged, problem] of cases) {
      const data = temporaryDirectory();
      isExplained(await run(['restore', damaged, '--data', data]), problem);
      deepEqual(
        readdirSync(data).filter((name) => name.includes('.db')),
        [],
      );
    }
  });

  test('one whose digests agree and whose ledger is broken all the same is not called sound', async () => {
    const data = temporaryDirectory();
    mkdirSync(data, { recursive: true });
    for (const name of ['ledger.db', 'master.key'])
      copyFileSync(join(used, name), join(data, name));
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(data, 'ledger.db'));
    db.exec('UPDATE orders SET version = version + 1 WHERE id = 1');
    db.close();
    const path = file();
    await done(['backup', path, '--data', data]);
    isExplained(
      await run(['restore', path, '--verify']),
      /not sound: order jintong .* its version is .*ordersOutOfStep: 1/,
    );
  });
});

describe('a backup of PostgreSQL', { skip }, () => {
  test('from SQLite into a database, beside nodes under changes, into another, and back: equal', async () => {
    const start = file();
    await done(['backup', start, '--data', used]);
    const first = { ...ENV, ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    await done(['restore', start, '--database', '--verify'], first);
    isExplained(
      await run(['restore', start, '--database'], first),
      /the database holds a ledger already/,
    );
    const path = file();
    await done(['backup', path], first);
    deepEqual(tablesOf(path), tablesOf(start), 'the same rows, whichever engine holds them');

    const busy = await isConsistent(temporaryDirectory(), first);
    const second = { ...ENV, ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    await done(['restore', busy, '--database', '--verify'], second);
    match(await done(['verify'], { ...second, ...ALLOWED }), /"queuesStuck":0/);
    const back = join(temporaryDirectory(), 'sqlite');
    await done(['restore', busy, '--data', back, '--verify']);
    match(
      await done(['verify', '--data', back], { ...ALLOWED, ORDERGATE_KEY: ENV.ORDERGATE_KEY }),
      /"queuesStuck":0/,
    );
  });

  test('ids of months that were dropped stay taken in the copy; SQLite has no place for them, and says so', async () => {
    const start = file();
    await done(['backup', start, '--data', used]);
    const first = { ...ENV, ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    await done(['restore', start, '--database'], first);
    await query(
      "INSERT INTO order_ids VALUES ('jintong', 'long-gone', 'jane88', 1)",
      first.ORDERGATE_DATABASE_URL,
    );
    const path = file();
    await done(['backup', path], first);
    equal(tablesOf(path).gone_orders!.rows, 1);
    const second = { ...ENV, ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    await done(['restore', path, '--database', '--verify'], second);
    isExplained(await run(['restore', path, '--verify']), /SQLite has no place/);
  });

  test('a restore that fails leaves the database empty, and one that is cut off is begun anew', async () => {
    const start = file();
    await done(['backup', start, '--data', used]);
    const env = { ...ENV, ORDERGATE_DATABASE_URL: await databaseOf(temporaryDirectory()) };
    isExplained(
      await run(['restore', rewritten(linesOf(start).slice(0, -2)), '--database'], env),
      /last line is missing\. The database is empty again\./,
    );
    const left = async (table: string) =>
      (await query(`SELECT count(*)::int FROM ${table}`, env.ORDERGATE_DATABASE_URL))[0]![0];
    deepEqual([await left('settings'), await left('parties'), await left('order_ids')], [0, 0, 0]);

    // As a kill leaves it: rows, and how far it came.
    const half = (id: string) =>
      query(
        `SET ordergate.session = 'test'; INSERT INTO settings VALUES ('copying', '{"id":"${id}","table":"parties","rows":1}');
         INSERT INTO parties VALUES ('jintong', 'half', '{}')`,
        env.ORDERGATE_DATABASE_URL,
      );
    await half('of-a-migration');
    isExplained(await run(['verify'], env), /is being brought into the database/);
    isExplained(
      await run(['restore', start, '--database'], env),
      /a part of another copy, of a migration that was cut off\. .*run that migration again/,
    );
    await query(
      "SET ordergate.session = 'test'; DELETE FROM settings; DELETE FROM parties",
      env.ORDERGATE_DATABASE_URL,
    );
    await half('restore-of-before');
    match(await done(['restore', start, '--database', '--verify'], env), /^restored \d+ orders/);
    isExplained(await run(['restore', start, '--database'], env), /holds a ledger already/);
  });
});

test('no secret was printed', () => nothingWasBetrayed({ texts: 20, secrets: 5 }));
