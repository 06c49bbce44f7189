// /exports: CSV of what a filter shows, whole, opened by Excel, without a formula, masked by role, and in the audit.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { exchange, request } from '../../test/exchange.ts';
import { call, form, hasten } from '../../test/jintong.ts';
import { breakRows, manage, startTestServer, temporaryDirectory } from '../../test/support.ts';
import type { Role } from '../core/account.ts';
import { csvLine, maskPersonal } from './csv.ts';

const dataDirectory = temporaryDirectory();
const server = await startTestServer({ config: { dataDirectory } });
const tokenOf = async (role: Role): Promise<string> =>
  (
    await server.people.createToken({
      name: `x-${role}`,
      role,
      createdBy: 't',
      expiresAt: Date.now() + 1e6,
    })
  ).secret;
const tokens = {
  viewer: await tokenOf('viewer'),
  operator: await tokenOf('operator'),
  admin: await tokenOf('admin'),
};

async function csv(role: Role, path: string) {
  const response = await fetch(`${server.url}/manage/v1/exports/${path}`, {
    headers: { authorization: `Bearer ${tokens[role]}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  const isCsv = response.headers.get('content-type') === 'text/csv; charset=utf-8';
  const rows: Record<string, string>[] = isCsv ? parse(text, { columns: true, bom: true }) : [];
  return { status: response.status, headers: response.headers, bytes, text, rows };
}

describe('a cell', () => {
  test('that a spreadsheet would take for a formula starts with an apostrophe; a number does not', () => {
    for (const text of [
      '=1+1',
      '+cmd',
      '-cmd',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '＝1',
      '＋1',
      '－1',
      '＠a',
      '\uFEFF=1',
      '\0=1',
      '\u200B=1',
      '-1.2.3',
      '--1',
    ]) {
      const [[value]] = parse(csvLine([text])) as [[string]];
      equal(value, `'${text}`);
    }
    for (const text of ['-1.50', '-3', '0', 'a=b', '1+1', '']) {
      deepEqual(parse(csvLine([text, 'x'])), [[text, 'x']]);
    }
    equal(csvLine([-5, true, null, undefined, { a: '=1' }]), `-5,true,,,"{""a"":""=1""}"\r\n`);
  });

  test('keeps quotes, commas, line ends and any character', () => {
    const values = ['say "hi"', 'a,b', 'x\r\ny', '王🙂', '\u2028', 'a;b'];
    deepEqual(parse(csvLine(values)), [values]);
  });

  test('masks mobile and identity numbers anywhere in its text, as platforms mask them', () => {
    equal(maskPersonal('13800138000'), '138****8000');
    equal(
      maskPersonal('{"mobile":"13800138000","id":"11010519491231002X"}'),
      '{"mobile":"138****8000","id":"110105********002X"}',
    );
    deepEqual(maskPersonal({ a: [13800138000, 'x'], b: null }), {
      a: ['138****8000', 'x'],
      b: null,
    });
    for (const [text, masked] of [
      ['8613800138000', '86138****8000'],
      ['+86 138-0013-8000', '+86 138****8000'],
      ['008613800138000', '0086138****8000'],
      ['a=%7B%22mobile%22%3A%2213800138000%22%7D', 'a=%7B%22mobile%22%3A%22138****8000%22%7D'],
      [String.raw`\u002213800138000\u0022`, String.raw`\u0022138****8000\u0022`],
      ['id=%2211010519491231002X%22', 'id=%22110105********002X%22'],
    ] as const) {
      equal(maskPersonal(text), masked);
    }
    for (const text of ['2016010000000219', '1380013800', '12800138000', '1.99'])
      equal(maskPersonal(text), text);
  });
});

describe('an export', () => {
  test('of orders has all pages of the list with the same filter, and is a file for Excel', async () => {
    const answer = await csv('operator', 'orders?platform=ytx');
    equal(answer.status, 200);
    deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    match(
      answer.headers.get('content-disposition')!,
      /^attachment; filename="ordergate-orders-\d{4}-\d\d-\d\d\.csv"$/,
    );
    ok(!/[^\r]\n/.test(answer.text), 'each line ends with CRLF');
    const { items } = (await manage(server, 'GET', '/orders?platform=ytx&limit=1000')).body;
    deepEqual(
      answer.rows.map(({ orderId }) => orderId),
      items.map(({ orderId }: { orderId: string }) => orderId),
    );
    deepEqual(Object.keys(answer.rows[0]!).toSorted(), Object.keys(items[0]).toSorted());
    deepEqual(JSON.parse(answer.rows[0]!.attributes!), items[0].attributes);
  });

  test('of more than a page has all rows, each once', async () => {
    const orders = Array.from({ length: 1000 }, (_, i) => ({
      ...{
        platform: 'jintong',
        orderId: `many-${i}`,
        userName: 'jane88',
        state: 'A',
        amount: '1.00',
      },
      createdAt: '2026-01-02 11:04:05',
    }));
    for (const part of [orders.slice(0, 500), orders.slice(500)]) {
      equal((await manage(server, 'POST', '/orders', part)).status, 201);
    }
    const { rows } = await csv('viewer', 'orders?q=many-');
    equal(new Set(rows.map(({ orderId }) => orderId)).size, 1000);
    equal(rows.length, 1000);
  });

  test('is masked for a viewer and not for a role that may reveal, and a viewer cannot ask for the full numbers', async () => {
    const { items } = (await manage(server, 'GET', '/orders?platform=ytx&limit=1000')).body;
    const mobile = items
      .map(({ attributes }: { attributes: { mobile?: string } }) => attributes.mobile)
      .find(Boolean);
    match(mobile, /^1\d{10}$/);
    const masked = `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
    const has = async (role: Role, query = '') => {
      const { text } = await csv(role, `orders?platform=ytx${query}`);
      return [text.includes(mobile), text.includes(masked)];
    };
    deepEqual(await has('viewer'), [false, true]);
    deepEqual(await has('operator'), [true, false]);
    deepEqual(await has('operator', '&masked=true'), [false, true]);
    const refused = await csv('viewer', 'orders?masked=false');
    deepEqual([refused.status, JSON.parse(refused.text).error.field], [403, 'masked']);
  });

  test('of requests, deliveries, parties and the audit has the rows of their lists', async () => {
    await call(server, form(hasten('15112480268')));
    for (const [what, list] of [
      ['requests', '/requests?limit=1000'],
      ['deliveries', '/callbacks/deliveries?limit=1000'],
      ['parties', '/parties'],
      ['audit', '/audit?limit=1000'],
    ] as const) {
      const { items } = (await manage(server, 'GET', list)).body;
      const answer = await csv('admin', what);
      deepEqual([what, answer.status, answer.rows.length], [what, 200, items.length]);
    }
    equal((await csv('operator', 'audit')).status, 403);
    const secret = server.parties.list('jintong')[0]!.keys[0]!.secret;
    ok(!(await csv('admin', 'parties')).text.includes(secret));
  });

  test('with a refused filter answers an error instead of a file', async () => {
    for (const path of [
      'orders?state=nosuch',
      'orders?limit=1',
      'orders?platform=none',
      'requests?x=1',
    ]) {
      const { status, text } = await csv('operator', path);
      deepEqual([status, typeof JSON.parse(text).error.code], [400, 'string'], path);
    }
  });

  test('is in the audit before its first byte is sent, with its filter and its caller', async () => {
    await csv('operator', 'orders?platform=ytx&masked=true');
    const [entry] = (await manage(server, 'GET', '/audit?limit=1')).body.items;
    deepEqual([entry.action, entry.actor, entry.outcome], ['exportOrders', 'x-operator', 'done']);
    deepEqual(entry.asked, { platform: 'ytx', masked: 'true' });
    await csv('viewer', 'orders?masked=false');
    const [refused] = (await manage(server, 'GET', '/audit?limit=1')).body.items;
    deepEqual([refused.action, refused.outcome], ['exportOrders', 'refused']);
  });

  test('answers HEAD without a body', async () => {
    const headers = { authorization: `Bearer ${tokens.viewer}` };
    const head = await exchange(
      server.url,
      request('HEAD', '/manage/v1/exports/orders', { headers }),
    );
    deepEqual([head.status, head.body], [200, '']);
  });

  test('that breaks off ends the connection, so that nobody takes a part for the whole', async () => {
    const directory = temporaryDirectory();
    const other = await startTestServer({ config: { dataDirectory: directory } });
    const list = other.storage.audit.list.bind(other.storage.audit);
    for (let i = 0; i < 501; i++) {
      await other.storage.audit.append({
        ...{ at: i, actor: 'a', action: 'b', target: 'c', outcome: 'done', details: {} },
      });
    }
    // The table is gone once the first page has been read.
    Object.assign(other.storage.audit, {
      async list(query: Parameters<typeof list>[0]) {
        const found = await list(query);
        if (query.cursor === undefined)
          await breakRows(directory, 'ALTER TABLE audit RENAME TO gone');
        return found;
      },
      append: async () => 1,
    });
    const response = await fetch(`${other.url}/manage/v1/exports/audit`, {
      headers: { authorization: `Bearer ${other.adminToken}` },
    });
    equal(response.status, 200);
    const read = await response.text().then(
      () => 'whole',
      () => 'cut off',
    );
    equal(read, 'cut off');
    equal((await fetch(`${other.url}/healthz`)).status, 200);
  });
});
