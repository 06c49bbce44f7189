// Tests imports into a real ledger: what is imported once, and what is refused with its line and
// field.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../test/support.ts';
import type { Ordergate } from '../main.ts';
import { importFile } from './run.ts';

const SANDBOX = new URL('../platforms/jintong/sandbox.json', import.meta.url);
/** A production ledger starts empty. */
const emptyServer = (): Promise<Ordergate> =>
  startTestServer({ config: { environment: 'production' }, clock: new TestClock() });

async function run(server: Ordergate, text: string | (() => AsyncIterable<Buffer>)) {
  const refused: string[] = [];
  const progress: number[] = [];
  const open = typeof text === 'string' ? () => Readable.from([Buffer.from(text)]) : text;
  const target = { ...server, ledger: server.storage.ledger, tokens: server.storage.tokens };
  const report = await importFile(open, target, {
    onRefused: (line, problem) => refused.push(`${line}: ${problem}`),
    onProgress: ({ orders }) => progress.push(orders),
  });
  return { report, refused, progress };
}

const partner = (fields: object = {}) => ({
  partner: 'jane88',
  key: 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c96',
  users: ['jane88', 'wang01'],
  actions: ['HastenOrder'],
  ...fields,
});
const order = (orderId: string, fields: object = {}) => ({
  orderId,
  userName: 'jane88',
  state: 'D',
  amount: '1280.00',
  createdAt: '2015-11-03 09:12:33',
  ...fields,
});
const sections = (partners: unknown[], orders: unknown[] = []): string =>
  JSON.stringify({ jintong: { partners, orders } });
const ndjson = (items: readonly object[]): string =>
  items.map((item) => JSON.stringify({ platform: 'jintong', ...item })).join('\n');
/** Contains jane88; for rows that are refused and leave nothing behind. */
const shared = await emptyServer();
await run(shared, sections([partner()]));

const counts = async ({ storage }: Ordergate) => {
  const { orders, changes } = await storage.ledger.audit();
  return { orders, changes };
};

test('sections import parties and orders; importing the same file again changes nothing', async () => {
  const server = await emptyServer();
  // Production refuses the published keys of the sandbox, so the partners get other keys.
  const file = join(temporaryDirectory(), 'import.json');
  const published = readFileSync(SANDBOX, 'utf8');
  writeFileSync(file, published.replace(/"key": "./g, '"key": "9'));
  const refusing = await run(server, published);
  deepEqual([refusing.report.refused, refusing.report.orders], [32, 0]);
  match(refusing.refused[0]!, /jane88: its key is published with the sandbox/);
  const stream = () => createReadStream(file, { highWaterMark: 37 });
  const first = await run(server, stream);
  deepEqual(first.report, { orders: 28, parties: 4, catalog: 0, existing: 0, refused: 0 });
  const again = await run(server, stream);
  deepEqual(again.report, { orders: 0, parties: 0, catalog: 0, existing: 32, refused: 0 });
  deepEqual([first.refused, again.refused], [[], []]);
  deepEqual(await counts(server), { orders: 28, changes: 28 });
  equal(server.parties.list().length, 4);
  const { jintong } = JSON.parse(readFileSync(SANDBOX, 'utf8'));
  for (const { orderId, state, userName } of jintong.orders) {
    const { status, body } = await manage(server, 'GET', `/orders/jintong/${orderId}`);
    deepEqual([status, body.state, body.attributes.userName], [200, state, userName], orderId);
  }
});

test('existing data stays unchanged, even if the file differs', async () => {
  const server = await emptyServer();
  await run(server, sections([partner()], [order('1')]));
  await manage(server, 'POST', '/orders/jintong/1/transitions', { to: 'E' });
  await manage(server, 'PATCH', '/parties/jintong/jane88', { enabled: false });
  const changed = sections([partner({ users: ['jane88'] })], [order('1', { state: 'A' })]);
  deepEqual((await run(server, changed)).report, {
    orders: 0,
    parties: 0,
    catalog: 0,
    existing: 2,
    refused: 0,
  });
  const { body } = await manage(server, 'GET', '/orders/jintong/1');
  deepEqual([body.state, body.version, body.attributes.amountFen], ['E', 2, 128_000]);
  const party = server.parties.find('jintong', 'jane88')!;
  deepEqual([party.enabled, party.users], [false, ['jane88', 'wang01']]);
});

test('NDJSON imports orders of existing parties; blank lines and CR LF are allowed', async () => {
  const server = await emptyServer();
  await run(server, sections([partner()]));
  const lines = ndjson([order('1'), order('2', { section: 'orders', userName: 'wang01' })]);
  const { report, refused } = await run(server, `\n${lines.replaceAll('\n', '\r\n\r\n')}\r\n`);
  deepEqual(refused, []);
  deepEqual(report, { orders: 2, parties: 0, catalog: 0, existing: 0, refused: 0 });
  const { body } = await manage(server, 'GET', '/orders/jintong/2');
  deepEqual(
    body.history.map((h: { action: string; actor: string }) => [h.action, h.actor]),
    [['created', 'import']],
  );
  deepEqual([body.party, body.createdAt], ['jane88', '2015-11-03T01:12:33.000Z']);
});

test('an order that occurs twice in a file is one order, and a user name refers to its own partner', async () => {
  const server = await emptyServer();
  const other = partner({ partner: 'other01', users: ['jane88', 'li02'] });
  const { report, refused } = await run(
    server,
    sections(
      [partner(), other],
      [
        order('1', { userName: 'wang01' }),
        order('1', { userName: 'wang01' }),
        order('2', { userName: 'li02' }),
        order('3', { partner: 'other01' }),
        order('4'),
        order('5', { partner: 'other01', userName: 'wang01' }),
      ],
    ),
  );
  deepEqual(report, { orders: 3, parties: 2, catalog: 0, existing: 1, refused: 2 });
  deepEqual(refused, [
    '1: partner: several partners have a user jane88; say which one',
    '1: userName: no partner has a user wang01; add it to its users',
  ]);
  for (const [id, party] of [
    ['1', 'jane88'],
    ['2', 'other01'],
    ['3', 'other01'],
  ]) {
    equal((await manage(server, 'GET', `/orders/jintong/${id}`)).body.party, party);
  }
});

describe('a refusal names line and field, and the import continues', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [order('1', { orderId: 'a b' }), /^orderId: has to be 1 to 32 letters, digits or -$/],
    [order('1', { orderId: 15112480268 }), /^orderId: /],
    [order('1', { orderId: undefined }), /^orderId: /],
    [order('1', { state: 'X' }), /^state: has to be one of A B C /],
    [order('1', { state: 'constructor' }), /^state: has to be one of A B C /],
    [order('1', { amount: '1.005' }), /^amount: has to be an amount in yuan, like "1280.00"$/],
    [order('1', { amount: 1280 }), /^amount: /],
    [order('1', { createdAt: '2015-02-30 00:00:00' }), /^createdAt: has to be a time like /],
    [order('1', { createdAt: '2015-11-03T09:12:33Z' }), /^createdAt: has to be a time like /],
    [order('1', { userName: 'a&b' }), /^userName: has to be 1 to 64 characters, without & = /],
    [order('1', { userName: 'nobody' }), /^userName: no partner has a user nobody; add it/],
    [order('1', { partner: 'nobody' }), /^partner: no partner nobody$/],
    [order('1', { pnr: 'A=B' }), /^pnr: may hold no & = or control characters$/],
    [order('1', { flightNo: 'x'.repeat(17) }), /^flightNo: /],
    [order('1', { price: '1.00' }), /^price: no such field$/],
    [{ platform: 'suning9' }, /^platform: has to be one of .*jintong/],
    [{ platform: 'jintong', section: 'partners' }, /^partner: /],
    // Names that every JavaScript object inherits are unknown sections like any other name.
    [order('1', { section: 'constructor' }), /^section: has to be one of partners, orders$/],
    [order('1', { section: '__proto__' }), /^section: has to be one of partners, orders$/],
    [order('1', { section: 7 }), /^section: has to be one of partners, orders$/],
  ];
  for (const [i, [item, problem]] of cases.entries()) {
    test(JSON.stringify(item).slice(0, 100), async () => {
      const lines = [order(`before-${i}`), item, order(`behind-${i}`)];
      const { report, refused } = await run(shared, ndjson(lines));
      deepEqual([report.orders, report.refused], [2, 1], refused.join());
      match(refused[0]!, /^2: /);
      match(refused[0]!.slice(3), problem);
    });
  }
});

test('a line that is not JSON, or not an object, is refused as an item', async () => {
  const server = await emptyServer();
  await run(server, sections([partner()]));
  const lines = [ndjson([order('1')]), '{"platform":', '[1]', '"x"', 'null', ndjson([order('2')])];
  const { report, refused } = await run(server, lines.join('\n'));
  deepEqual([report.orders, report.refused], [2, 4]);
  match(refused[0]!, /^2: \(item\): .*JSON/);
  for (const [i, line] of [3, 4, 5].entries())
    equal(refused[i + 1], `${line}: (item): has to be an object`);
});

test('each element of a section that is not an object is refused with its line', async () => {
  const server = await emptyServer();
  const text = '{"jintong":{"partners":[\n1,\n"x",\nnull],"orders":[\ntrue,\n[{}],\noops]}}';
  const { report, refused } = await run(server, text);
  deepEqual(report, { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 6 });
  deepEqual(
    refused.map((problem) => problem.split(':', 2).join(':')),
    ['2', '3', '4', '5', '6', '7'].map((line) => `${line}: (item)`),
  );
});

describe('an invalid partner is refused with its field', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ partner: 'a=b' }, /^1: partner: has to be 1 to 64 characters/],
    [{ key: 'short' }, /^1: key: has to be at least 16 characters$/],
    [{ users: ['ok', 'a&b'] }, /^1: users: "a&b" has to be 1 to 64 characters/],
    [{ users: 'jane88' }, /^1: users: /],
    [{ actions: ['HastenOrder', 'Fly'] }, /^1: actions: "Fly" is not one of HastenOrder, /],
    [{ actions: ['constructor'] }, /^1: actions: "constructor" is not one of/],
    [{ allowedIps: '10.0.0.1, 10.0.0.0/40' }, /^1: allowedIps: "10.0.0.0\/40" is neither/],
    [{ extra: 1 }, /^1: extra: no such field$/],
  ];
  for (const [fields, problem] of cases) {
    test(JSON.stringify(fields), async () => {
      const { report, refused } = await run(shared, sections([partner(fields), partner()]));
      deepEqual([report.existing, report.refused], [1, 1]);
      match(refused[0]!, problem);
      ok(!refused[0]!.includes(partner().key), 'a refusal does not print the key');
    });
  }
});

test('an unknown platform or section is refused by name, and all others are imported', async () => {
  const server = await emptyServer();
  const known = server.platforms.map((p) => p.name).join(', ');
  const text = `{"nobody":{"orders":[{}]},
"jintong":{"flights":[{}],"constructor":[{}],
"__proto__":[{}],"partners":[${JSON.stringify(partner())}]}}`;
  const { report, refused } = await run(server, text);
  deepEqual(refused, [
    `1: nobody: no such platform; there are: ${known}`,
    '2: jintong.flights: no such section; there are: partners, orders',
    '2: jintong.constructor: no such section; there are: partners, orders',
    '3: jintong.__proto__: no such section; there are: partners, orders',
  ]);
  deepEqual(report, { orders: 0, parties: 1, catalog: 0, existing: 0, refused: 4 });
});

test('if a file breaks off, the items before that place stay, and the import can run again', async () => {
  const server = await emptyServer();
  const text = sections([partner()], [order('1'), order('2')]);
  await rejects(
    run(server, () => Readable.from([text.slice(0, -3), '\n,'].map((part) => Buffer.from(part)))),
    {
      code: 'ERR_IMPORT_SYNTAX',
      message: 'line 2: the file ends too early',
    },
  );
  equal(server.parties.list().length, 1);
  deepEqual(await counts(server), { orders: 2, changes: 2 });
  const whole = await run(server, text);
  deepEqual(whole.report, { orders: 0, parties: 0, catalog: 0, existing: 3, refused: 0 });
});

test('thousands of orders are imported in batches of 100, with progress reports', async () => {
  const server = await emptyServer();
  await run(server, sections([partner()]));
  const many = Array.from({ length: 1234 }, (_, i) => order(String(i)));
  const { report, progress } = await run(server, ndjson(many));
  deepEqual(report, { orders: 1234, parties: 0, catalog: 0, existing: 0, refused: 0 });
  deepEqual(progress, [...Array.from({ length: 12 }, (_, i) => (i + 1) * 100), 1234]);
  deepEqual(await counts(server), { orders: 1234, changes: 1234 });
});
