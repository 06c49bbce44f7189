// Apps, tokens, methods, merchants and orders from an import file, and apps through the management API.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  APPS,
  call,
  EXPIRED_TOKEN,
  HISTORY,
  history,
  LEAGUER,
  leaguer,
  TOKEN,
} from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { importFile } from '../../import/run.ts';
import type { Ordergate } from '../../main.ts';

const SANDBOX = new URL('./sandbox.json', import.meta.url);
const emptyServer = () =>
  startTestServer({ clock: new TestClock(), config: { environment: 'production' } });

async function run(server: Ordergate, suning: object | string) {
  const refused: string[] = [];
  async function* chunks() {
    yield Buffer.from(typeof suning === 'string' ? suning : JSON.stringify({ suning }));
  }
  const { ledger, tokens } = server.storage;
  const report = await importFile(
    chunks,
    { ...server, ledger, tokens },
    {
      onRefused: (line, problem) => refused.push(`${line}: ${problem}`),
      onProgress() {},
    },
  );
  return { ...report, refused };
}

const row = (orderId: string, orderItemId: string, more: object = {}) => ({
  orderId,
  orderItemId,
  supplierCode: '10042869',
  fulfilment: 'sms',
  quantity: 1,
  state: 'unshipped',
  paidMinutesAgo: 5,
  ...more,
});
const linesOf = async (server: Ordergate, id: string) =>
  (await manage(server, 'GET', `/orders/suning/${id}`)).body.lines.map(
    (l: { lineId: string }) => l.lineId,
  );

test('the sandbox’s file: six apps, a retired method, 28 orders and two tokens; a second time nothing is doubled', async () => {
  const server = await emptyServer();
  // Production refuses the keys that the sandbox has published.
  const text = readFileSync(SANDBOX, 'utf8').replaceAll('"appSecret": "', '"appSecret": "own-');
  const { refused, ...first } = await run(server, text);
  assert.deepEqual([refused, first], [[], { orders: 28, parties: 6, catalog: 1, existing: 0 }]);
  const again = await run(server, text);
  assert.deepEqual([again.orders, again.existing, again.refused], [0, 35, []]);
  const ownApp = [APPS.oauth[0], `own-${APPS.oauth[1]}`] as const;
  const ask = async (access_token: string) =>
    (await call(server, { ...history(), app: ownApp, headers: { access_token } })).code;
  assert.equal(await ask(TOKEN), 'success');
  assert.equal(await ask(EXPIRED_TOKEN), 'sys.check.user-permission:overdue');
});

describe('never lose a row: an order of several lines', () => {
  test('rows next to each other are one order; given again they are there', async () => {
    const server = await emptyServer();
    const virtualOrders = [
      row('1', 'a'),
      row('2', 'x'),
      row('2', 'y', { state: 'shipped' }),
      row('2', 'z'),
      row('3', 'b'),
    ];
    const first = await run(server, { virtualOrders });
    assert.deepEqual([first.orders, first.refused], [3, []]);
    assert.deepEqual(await linesOf(server, '2'), ['x', 'y', 'z']);
    assert.equal((await manage(server, 'GET', '/orders/suning/2')).body.state, 'mixed');
    const again = await run(server, { virtualOrders });
    assert.deepEqual([again.orders, again.existing, again.refused], [0, 3, []]);
  });

  test('rows of one order are joined even if a batch ends between them', async () => {
    const server = await emptyServer();
    const virtualOrders = Array.from({ length: 1200 }, (_, i) => row(`o${i >> 1}`, `l${i}`));
    virtualOrders.unshift(row('first', 'f'));
    const first = await run(server, { virtualOrders });
    assert.deepEqual([first.orders, first.refused], [601, []]);
    assert.deepEqual(await linesOf(server, 'o499'), ['l998', 'l999']);
  });

  test('one row with all its `lines`, which share what they leave out', async () => {
    const server = await emptyServer();
    const { orderId, orderItemId: _, supplierCode, paidMinutesAgo, ...line } = row('4', '');
    const lines = [
      { ...line, orderItemId: 'a' },
      { ...line, orderItemId: 'b', supplierCode: 'S2', paidMinutesAgo: 1 },
    ];
    const report = await run(server, {
      virtualOrders: [{ orderId, supplierCode, paidMinutesAgo, lines }],
    });
    assert.deepEqual(report.refused, []);
    assert.deepEqual(await linesOf(server, '4'), ['a', 'b']);
  });

  test('a row whose order exists without this line is refused, and the refusal says what to do', async () => {
    const server = await emptyServer();
    const virtualOrders = [row('5', 'a'), row('6', 'b'), row('5', 'c')];
    const { orders, existing, refused } = await run(server, { virtualOrders });
    assert.deepEqual([orders, existing], [2, 0]);
    assert.deepEqual(refused, [
      '1: orderId: 5 is there already, without line c; give the order in one row, with all its `lines`',
    ]);
    const later = await run(server, { virtualOrders: [row('5', 'd')] });
    assert.equal(later.refused.length, 1);
    const twice = await run(server, { virtualOrders: [row('7', 'a'), row('7', 'a')] });
    assert.deepEqual(twice.refused, ['1: orderId: 7 is given twice with line a']);
  });

  test('an id of an order of the other kind, or of another provider, is refused', async () => {
    const server = await emptyServer();
    const [subscription] = JSON.parse(readFileSync(SANDBOX, 'utf8')).suning.subscriptionOrders;
    await run(server, { subscriptionOrders: [subscription] });
    const other = await run(server, { virtualOrders: [row(subscription.orderId, 'a')] });
    assert.match(
      other.refused[0]!,
      /is there already, as another order \(of P10001\); give this one another id/,
    );
    const provider = await run(server, {
      subscriptionOrders: [{ ...subscription, provider: 'P10002' }],
    });
    assert.equal(provider.refused.length, 1);
  });
});

const subscriptionWith = (more: object) => ({
  subscriptionOrders: [
    { ...JSON.parse(readFileSync(SANDBOX, 'utf8')).suning.subscriptionOrders[0], ...more },
  ],
});
const app = (more: object) => ({
  apps: [
    {
      appKey: 'abcdef123456',
      appSecret: '0123456789abcdef',
      methods: [LEAGUER],
      supplierCodes: [],
      ...more,
    },
  ],
});
const REFUSED: readonly [field: RegExp, sections: object][] = [
  [/^1: appKey: the AppKey has to be 6 to 64 letters and digits$/, app({ appKey: 'a/b' })],
  [/^1: appSecret: has to be at least 16 characters$/, app({ appSecret: 'x' })],
  [/^1: methods: "fly" is not one of suning\./, app({ methods: ['fly'] })],
  [/^1: limits\.perSecond: has to be 1 or more$/, app({ limits: { perSecond: 0 } })],
  [/^1: limits\.perHour: no such field$/, app({ limits: { perHour: 1 } })],
  [
    /^1: redirectUris\.0: has to be an http\(s\) URL without a fragment$/,
    app({ redirectUris: ['javascript:alert(1)'] }),
  ],
  [/^1: redirectUris\.0: /, app({ redirectUris: ['https://a.cn/#x'] })],
  [/^1: accessTokens\.0\.expiresInMinutes: /, app({ accessTokens: [{ token: 'x'.repeat(20) }] })],
  [/^1: \(item\): has to be the name of a method$/, { retiredMethods: ['a b'] }],
  [
    /^1: password: has to be at least 8 characters$/,
    { merchants: [{ userName: 'a', password: 'short' }] },
  ],
  [
    /^1: state: has to be one of unshipped shipped/,
    { virtualOrders: [row('1', 'a', { state: 'lost' })] },
  ],
  [
    /^1: fulfilment: has to be one of card sms recharge gift parcel$/,
    { virtualOrders: [row('1', 'a', { fulfilment: 'x' })] },
  ],
  [/^1: quantity: /, { virtualOrders: [row('1', 'a', { quantity: 0 })] }],
  [
    /^1: paidAt: give paidAt or paidMinutesAgo, one of them$/,
    { virtualOrders: [row('1', 'a', { paidAt: '2026-01-01 00:00:00' })] },
  ],
  [/^1: orderId: has to be 1 to 32 letters/, { virtualOrders: [row('a b', 'a')] }],
  [/^1: lines: has to hold a line$/, { virtualOrders: [{ orderId: '1', lines: [] }] }],
  [
    /^1: lines\.0\.supplierCode: is missing$/,
    {
      virtualOrders: [
        {
          orderId: '1',
          paidMinutesAgo: 1,
          lines: [{ orderItemId: 'a', fulfilment: 'sms', quantity: 1, state: 'unshipped' }],
        },
      ],
    },
  ],
  [/^1: orderCategory: has to be one of 1 2 3$/, subscriptionWith({ orderCategory: '4' })],
  [/^1: createTime: has to be a time like/, subscriptionWith({ createTime: '2015-01-10' })],
  [/^1: orderDetail: has to hold a line$/, subscriptionWith({ orderDetail: [] })],
];
for (const [problem, sections] of REFUSED) {
  test(`refused, and named: ${problem.source}`, async () => {
    const { refused, orders, parties, catalog } = await run(await emptyServer(), sections);
    assert.match(refused[0] ?? '', problem);
    assert.deepEqual([orders, parties, catalog], [0, 0, 0]);
  });
}

describe('apps through the management API', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  const create = (more: object) =>
    manage(server, 'POST', '/parties', {
      platform: 'suning',
      partyId: 'newapp01',
      grants: [LEAGUER, HISTORY],
      ...more,
    });

  test('an invalid value is refused, and the answer names the field and the valid values', async () => {
    for (const [more, message] of [
      [
        { attributes: { suppliers: ['1'] } },
        'attributes.suppliers: no such attribute; there are: supplierCodes, provider, limits, oauthRequired, redirectUris',
      ],
      [{ attributes: { supplierCodes: '10042869' } }, 'attributes.supplierCodes: has to be a list'],
      [{ grants: ['suning.x'] }, `grants: "suning.x" is not one of ${LEAGUER}, ${HISTORY}`],
      [{ partyId: 'a' }, 'partyId: the AppKey has to be 6 to 64 letters and digits'],
      [{ users: ['x'] }, 'users: an app has none'],
      [{ addresses: ['10.0.0.1'] }, /^addresses: the protocol has no code/],
    ] as const) {
      const { status, body } = await create(more);
      assert.equal(status, 400);
      if (typeof message === 'string') assert.equal(body.error.message, message);
      else assert.match(body.error.message, message);
    }
  });

  test('an app that may report on its lines needs only two fields; its secret is shown once', async () => {
    const { status, body } = await create({
      attributes: { supplierCodes: ['10042869'], limits: { perSecond: 5 } },
    });
    assert.equal(status, 201);
    const its = {
      ...leaguer('190', '1000531508', '00000208117604'),
      app: ['newapp01', body.secret] as const,
    };
    assert.equal((await call(server, its)).code, 'success');
    const { body: listed } = await manage(server, 'GET', '/parties/suning/newapp01');
    assert.equal(JSON.stringify(listed).includes(body.secret), false);
  });

  test('a change applies from the next call: switching an app off, removing a method, retiring and restoring it', async () => {
    const ask = async () => (await call(server, history())).code;
    const [appKey] = APPS.plain;
    const patch = (fields: object) => manage(server, 'PATCH', `/parties/suning/${appKey}`, fields);
    await patch({ enabled: false });
    assert.equal(await ask(), 'sys.check.user-permission:inexistence');
    await patch({ enabled: true, grants: [LEAGUER] });
    assert.equal(await ask(), 'sys.check.method-permission:authority');
    await patch({ grants: [LEAGUER, HISTORY] });
    await manage(server, 'PUT', `/catalog/suning/retired-method/${HISTORY}`, {});
    assert.equal(await ask(), 'sys.check.api-permission:overdue');
    await manage(server, 'DELETE', `/catalog/suning/retired-method/${HISTORY}`);
    assert.equal(await ask(), 'success');
  });

  test('after a rotation both secrets are accepted until the overlap ends', async () => {
    const [appKey, old] = APPS.queries;
    const { body } = await manage(server, 'POST', `/parties/suning/${appKey}/keys`, {
      overlapSeconds: 60,
    });
    for (const secret of [old, body.secret]) {
      assert.equal((await call(server, { ...history(), app: [appKey, secret] })).code, 'success');
    }
    await manage(server, 'POST', '/clock', { advanceSeconds: 60 });
    assert.equal(
      (await call(server, { ...history(), app: [appKey, old] })).code,
      'sys.check.app-sign:error',
    );
  });
});

test('an order is found by its line, its shop and its account', async () => {
  const server = await startTestServer({ clock: new TestClock() });
  for (const [q, id] of [
    ['00000208117601', '1000531505'],
    ['三顿半', 'S01234567892'],
    ['shop@example.cn', 'S01234567892'],
  ]) {
    const { body } = await manage(
      server,
      'GET',
      `/orders?q=${encodeURIComponent(q!)}&platform=suning`,
    );
    assert.ok(
      body.items.some((item: { orderId: string }) => item.orderId === id),
      q,
    );
  }
});
