// `ordergate import`, `seed` and `verify` in real processes: what they bring in, what they print, how they end.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readReply } from '../src/platforms/jintong/client.ts';
import {
  ask,
  isExplained,
  keepSecret,
  makeLedger,
  nothingWasBetrayed,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { document, form, GATEWAY } from './jintong.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import type { Ended } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const SANDBOX = fileURLToPath(new URL('../src/platforms/jintong/sandbox.json', import.meta.url));

function file(text: string): string {
  const path = join(temporaryDirectory(), 'import.json');
  writeFileSync(path, text);
  return path;
}

const order = (orderId: string, fields: object = {}): string =>
  JSON.stringify({
    platform: 'jintong',
    orderId,
    userName: 'jane88',
    state: 'D',
    amount: '1280.00',
    createdAt: '2015-11-03 09:12:33',
    ...fields,
  });
const ended = ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr });

async function verified(
  data: string,
  env: Record<string, string> = {},
): Promise<{ orders: number; changes: number }> {
  const { code, stdout, stderr } = await run(['verify', '--data', data], env);
  deepEqual([code, stderr], [0, '']);
  const { orders, changes, ...broken } = JSON.parse(stdout);
  ok(Object.keys(broken).length >= 6);
  for (const [fault, count] of Object.entries(broken)) equal(count, 0, fault);
  return { orders, changes };
}

describe('import', { concurrency: 2 }, () => {
  test('the sandbox’s file with keys of its own into an empty ledger; a second time nothing is doubled', async () => {
    const data = temporaryDirectory();
    const production = { ORDERGATE_ENV: 'production', ORDERGATE_DATA: data };
    const path = file(readFileSync(SANDBOX, 'utf8').replace(/"key": "./g, '"key": "9'));
    const first = await run(['import', path], production);
    deepEqual(ended(first), {
      code: 0,
      stdout: 'imported 28 orders and 4 parties; 0 were there already; 0 refused\n',
      stderr: '',
    });
    const again = await run(['import', path], production);
    deepEqual(ended(again), {
      code: 0,
      stdout: 'imported 0 orders and 0 parties; 32 were there already; 0 refused\n',
      stderr: '',
    });
    deepEqual(await verified(data, production), { orders: 28, changes: 28 });
    keepSecret(readFileSync(join(data, 'master.key'), 'utf8').trim());
  });

  test('NDJSON: what is refused is printed with file, line and field, the rest goes in, and it ends with 1', async () => {
    const data = temporaryDirectory();
    const path = file(
      [
        order('new-1'),
        '',
        order('new-2', { amount: '1.005' }),
        '{"platform":',
        order('new-3', { userName: 'nobody' }),
        order('15112480268'),
        order('new-4'),
      ].join('\r\n'),
    );
    const { code, stdout, stderr } = await run(['import', path, '--data', data]);
    deepEqual(
      [code, stdout],
      [1, 'imported 2 orders and 0 parties; 1 were there already; 3 refused\n'],
    );
    const lines = stderr.trimEnd().split('\n');
    equal(lines.length, 3);
    equal(lines[0], `${path}:3: amount: has to be an amount in yuan, like "1280.00"`);
    ok(lines[1]!.startsWith(`${path}:4: (item): `), lines[1]);
    equal(lines[2], `${path}:5: userName: no partner has a user nobody; add it to its users`);
    const again = await run(['import', path, '--data', data]);
    deepEqual(
      [again.code, again.stdout],
      [1, 'imported 0 orders and 0 parties; 3 were there already; 3 refused\n'],
    );
    deepEqual(await verified(data), {
      orders: SANDBOX_ORDERS + 2,
      changes: SANDBOX_ORDERS + 2,
    });
    const server = await serve(['--data', data]);
    equal((await ask(server.url, data, '/orders/jintong/new-4')).body.history[0].actor, 'import');
    await stop(server);
  });

  test('sections: refused parties and orders by line and field, and no key among what is printed', async () => {
    const key = 'the key of a partner that is refused';
    keepSecret(key);
    const path = file(
      `{"jintong": {"partners": [\n{"partner":"a&b","key":"${key}","users":[],"actions":[]},\n{"partner":"new01","key":"${key}","users":["new01"],"actions":["Fly"]}],\n"orders":[${order('x')}]}}`,
    );
    const { code, stdout, stderr } = await run(['import', path, '--data', temporaryDirectory()]);
    deepEqual(
      [code, stdout],
      [1, 'imported 0 orders and 0 parties; 0 were there already; 3 refused\n'],
    );
    const fields = stderr
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(path.length + 1)
          .split(':', 2)
          .join(':'),
      );
    deepEqual(fields, ['2: partner', '3: actions', '4: platform']);
  });

  test('of hundreds that are refused, one hundred are printed, and the others counted', async () => {
    const path = file(
      Array.from({ length: 250 }, (_, i) => order(`bad-${i}`, { state: '?' })).join('\n'),
    );
    const data = join(temporaryDirectory(), 'data');
    const refused = file('');
    const flags = ['--refused', refused, '--data', data];
    const { code, stdout, stderr } = await run(['import', path, ...flags]);
    ok(!existsSync(data), 'nothing was imported, so that no ledger was made');
    equal(readFileSync(refused, 'utf8').trimEnd().split('\n').length, 250);
    deepEqual(
      [code, stdout],
      [1, 'imported 0 orders and 0 parties; 0 were there already; 250 refused\n'],
    );
    const lines = stderr.trimEnd().split('\n');
    deepEqual([lines.length, lines.at(-1)], [101, 'and 150 more']);
    match(lines[99]!, /:100: state: /);
  });

  test('a row that is taken after hundreds that are refused makes the ledger, and breaks off as before', async () => {
    const data = join(temporaryDirectory(), 'data');
    const bad = Array.from({ length: 250 }, (_, i) => order(`bad-${i}`, { state: '?' }));
    const good = await run(['import', file([...bad, order('good')].join('\n')), '--data', data]);
    match(good.stdout, /^imported 1 orders and 0 parties; 0 were there already; 250 refused\n$/);
    ok(existsSync(data));

    const none = join(temporaryDirectory(), 'data');
    const path = file('{"jintong":{"orders":[\n{"orderId":"bad"},\n');
    const broken = await run(['import', path, '--data', none]);
    deepEqual([broken.code, broken.stdout], [1, '']);
    match(broken.stderr, /:2: .*\n.*line 3: the file ends too early/);
    ok(!existsSync(none));
  });

  test('a file that is neither shape, a missing one, a directory, or none at all is explained', async () => {
    const data = join(temporaryDirectory(), 'data');
    const cases: readonly (readonly [string[], RegExp, exit?: number])[] = [
      [[], /usage: ordergate import FILE/, 2],
      [[SANDBOX, SANDBOX], /usage: ordergate import FILE/, 2],
      [[join(data, 'none.json')], /ENOENT.*none\.json/],
      [[temporaryDirectory()], /ordergate-test-/],
      [[file('orderId,state\n1,A\n')], /line 1: the file has to be one JSON object/],
      [[file('{"jintong":{"orders":[\n')], /line 2: the file ends too early/],
      [[file('{"jintong":5}')], /line 1: /],
      [[file('\ufeffx')], /line 1: /],
      [[file(''), '--platform', 'ytx', '--map', 'orderId=id'], /line 1: the file has no headings/],
      [[file('a,b\n1,2\n'), '--platform', 'ytx', '--map', 'orderId=id'], /line 1: .*id/],
      [[file('a,a\n1,2\n'), '--platform', 'ytx', '--map', 'orderId=a'], /two columns are called/],
    ];
    for (const [args, problem, exit] of cases)
      isExplained(await run(['import', ...args, '--data', data]), problem, exit);
    ok(!existsSync(data), 'nothing was made for it');
  });
});

describe('seed', { concurrency: 2 }, () => {
  const seed = (data: string, ...args: string[]) =>
    run(['seed', '--platform', 'jintong', '--data', data, ...args]);

  test('makes a party with a new key, which it shows once, and the same orders at each run', async () => {
    const data = temporaryDirectory();
    const first = await run(['seed', '--platform', 'jintong', '--orders', '1500', '--data', data]);
    equal(first.code, 0);
    const shown =
      /^made party load01 with key ([0-9a-f]{32})\nseeded 1500 orders of jintong party load01\n$/.exec(
        first.stdout,
      );
    ok(shown, first.stdout);
    const again = await seed(data, '--orders', '1600');
    deepEqual(ended(again), {
      code: 0,
      stdout: 'seeded 100 orders of jintong party load01\n',
      stderr: '',
    });
    deepEqual(await verified(data), {
      orders: SANDBOX_ORDERS + 1600,
      changes: SANDBOX_ORDERS + 1600,
    });
    const server = await serve(['--data', data]);
    const basic = { Partner: 'load01' };
    const body = form(
      document('jane88', 'GetOrderDetail', {
        basic,
        param: { OrderID: '900000001599', UserName: 'load01' },
        key: shown[1]!,
      }),
    );
    const reply = await fetch(server.url + GATEWAY, { method: 'POST', body });
    equal(readReply(await reply.text(), shown[1]!).code, 'CallSuccess');
    await stop(server);
  });

  test('with a key that is given, it is not printed', async () => {
    const data = temporaryDirectory();
    const secret = 'the key of load data';
    keepSecret(secret);
    const { code, stdout } = await seed(
      data,
      '--orders',
      '3',
      '--party',
      'bulk01',
      '--secret',
      secret,
    );
    deepEqual([code, stdout], [0, 'seeded 3 orders of jintong party bulk01\n']);
    const server = await serve(['--data', data]);
    deepEqual((await ask(server.url, data, '/parties/jintong/bulk01')).body.users, ['bulk01']);
    equal((await ask(server.url, data, '/orders?party=bulk01')).body.items.length, 3);
    await stop(server);
  });

  test('a mistake is explained', async () => {
    const data = temporaryDirectory();
    for (const count of ['0', '1.5', '']) {
      isExplained(
        await seed(data, `--orders=${count}`),
        /--orders has to be a whole number of at least 1/,
        2,
      );
    }
    isExplained(await seed(data), /--orders has to be a whole number/, 2);
    isExplained(
      await run(['seed', '--orders', '1', '--data', data]),
      /--platform has to be one of: .*jintong/,
      2,
    );
    isExplained(
      await seed(data, '--orders', '1', '--platform', 'nobody'),
      /--platform has to be one of/,
      2,
    );
    // What the management API would refuse, since nobody could sign as it, is refused here too.
    isExplained(await seed(data, '--orders', '1', '--party', 'a&b'), /party/, 2);
    keepSecret('fifteen letters');
    isExplained(
      await seed(data, '--orders', '1', '--secret', 'fifteen letters'),
      /--secret has to be at least 16 characters/,
      2,
    );
    deepEqual(await verified(data), { orders: SANDBOX_ORDERS, changes: SANDBOX_ORDERS });
  });
});

describe('verify', () => {
  test('ends with 0 for a sound ledger, and with 1 for one that somebody has altered', async () => {
    const data = await makeLedger();
    deepEqual(await verified(data), { orders: SANDBOX_ORDERS, changes: SANDBOX_ORDERS });
    const alter = (sql: string): void => {
      const db = new DatabaseSync(join(data, 'ledger.db'));
      db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
      db.close();
    };
    const broken = async (): Promise<Record<string, number>> => {
      const { code, stdout } = await run(['verify', '--data', data]);
      equal(code, 1);
      return JSON.parse(stdout);
    };
    alter("UPDATE orders SET state = 'N' WHERE order_id = '15112480268'");
    equal((await broken()).ordersOutOfStep, 1);
    alter('DELETE FROM events WHERE seq = 3');
    equal((await broken()).changesWithoutEvent, 1);
    alter("INSERT INTO events VALUES (999, 'x', NULL)");
    equal((await broken()).eventsWithoutChange, 1);
    alter(`INSERT INTO endpoints (id, endpoint_id, platform, party, origin, url, preset, enabled, created_at, secrets, since_seq)
             VALUES (1, 'ep', 'jintong', 'jane88', 'registered', 'https://a.example', 'standard', 1, 0, '', 0);
           INSERT INTO deliveries (id, endpoint, seq, order_row, message_id, content_type, body, created_at, due_at, attempts)
             VALUES (1, 1, 777, 1, 'm', 't', 'b', 0, 0, 1)`);
    const { deliveriesWithoutEvent, attemptsOutOfStep, queuesStuck } = await broken();
    deepEqual([deliveriesWithoutEvent, attemptsOutOfStep, queuesStuck], [1, 1, 1]);
  });

  test('says what the engine says of a file that is damaged inside', async () => {
    const data = await makeLedger();
    await verified(data);
    const path = join(data, 'ledger.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 3, 4096 * 3 + 64);
    writeFileSync(path, bytes);
    isExplained(
      await run(['verify', '--data', data]),
      /ledger\.db is damaged \(.*\)\. Nothing was changed\. Put a backup in its place/,
    );
  });
});

// The one new key that seed shows stands in its own test, which compares all that the commands print.
test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 60, secrets: 8 }));
