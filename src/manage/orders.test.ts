// /orders: what the filters find, creation of all or none and once, history, and the operator's transitions.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call, cancel, form, hasten } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';

const clock = new TestClock('2026-01-02T03:04:05.678Z');
const server = await startTestServer({ clock });
const get = (path: string) => manage(server, 'GET', path);
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  manage(server, 'POST', path, body, headers);

const order = (orderId: string, fields: object = {}) => ({
  platform: 'jintong',
  orderId,
  userName: 'jane88',
  state: 'A',
  amount: '1280.00',
  createdAt: '2026-01-02 11:04:05',
  ...fields,
});
const list = async (query: string): Promise<string[]> => {
  const { status, body } = await get(`/orders?${query}`);
  equal(status, 200, JSON.stringify(body));
  return body.items.map((item: { orderId: string }) => item.orderId);
};
const exists = async (id: string): Promise<boolean> =>
  (await get(`/orders/jintong/${id}`)).status === 200;
const total = async (): Promise<number> => (await list('limit=1000')).length;

describe('the list', () => {
  test('shows orders newest first, 50 of them without a limit', async () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      order(`list-${String(i).padStart(2, '0')}`, {
        createdAt: `2020-01-01 00:${String(i).padStart(2, '0')}:00`,
        userName: 'hastenonly01',
        pnr: `P${i % 3}X`,
        state: i % 2 ? 'E' : 'U',
      }),
    );
    equal((await post('/orders', many)).status, 201);
    const { body } = await get('/orders?party=hastenonly01&from=2019-01-01&to=2020-01-01');
    // a day is Shanghai's: the orders of its 2020-01-01 are of the day before in UTC.
    deepEqual(body, { items: [], nextCursor: null });
    const all = await list('party=hastenonly01&from=2020-01-01&to=2020-01-02');
    equal(all.length, 50);
    deepEqual(all.slice(0, 2), ['list-59', 'list-58']);
  });

  test('continues at nextCursor: every order once, in the same order, with any limit', async () => {
    const whole = await list('limit=1000');
    ok(whole.length >= 88);
    for (const limit of [1, 7, 50]) {
      const walked: string[] = [];
      let cursor: string | null = null;
      do {
        const { status, body } = await get(
          `/orders?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
        );
        equal(status, 200, JSON.stringify(body));
        ok(body.items.length === limit || body.nextCursor === null);
        walked.push(...body.items.map((item: { orderId: string }) => item.orderId));
        cursor = body.nextCursor;
      } while (cursor !== null);
      deepEqual(walked, whole);
    }
  });

  test('continues after an order from before 1970, too', async () => {
    const old = ['1950-06-01 00:00:00', '1960-06-01 00:00:00', '1969-12-31 00:00:00'];
    await post(
      '/orders',
      old.map((createdAt, i) => order(`old-${i}`, { createdAt })),
    );
    const first = await get('/orders?to=1970-01-01&limit=1');
    equal(first.body.items[0].orderId, 'old-2');
    deepEqual(await list(`to=1970-01-01&cursor=${first.body.nextCursor}`), ['old-1', 'old-0']);
  });

  test('filters by platform, state and party; an order must match all given filters', async () => {
    const counts = await Promise.all(
      server.platforms.map(async ({ name }) => (await list(`platform=${name}&limit=1000`)).length),
    );
    equal(
      counts.reduce((sum, count) => sum + count, 0),
      await total(),
    );
    deepEqual(await list('state=C&party=jane88'), ['15110100067', '151103654827']);
    deepEqual(await list('party=ipbound01'), ['15110200002']);
    deepEqual(await list('party=ipbound01&state=C'), []);
    equal((await list('party=hastenonly01&state=U&limit=1000')).length, 30);
  });

  test('filters by q: q must be the beginning of an order id or a look-up key, not a part of its middle', async () => {
    deepEqual(await list('q=151103654827'), ['151103654827']);
    deepEqual(await list('q=1511036'), ['151103654827']);
    deepEqual(await list('q=103654827'), []);
    deepEqual(await list('q=wang01'), ['15110200003']);
    equal((await list('q=list-0')).length, 10);
    equal((await list('q=P1X&limit=1000')).length, 20);
    equal((await list('q=P1X&state=E&limit=1000')).length, 10);
    for (const wild of ['%25', '_', '*', "'"]) deepEqual(await list(`q=${wild}`), [], wild);
  });

  test('filters by time: from is included, to is not; a time without a zone is in Asia/Shanghai', async () => {
    const at = '2020-01-01 00:07:00'; // list-07: 2019-12-31T16:07Z
    equal((await list('q=list-07')).length, 1, at);
    const within = (from: string, to: string) => list(`q=list-07&from=${from}&to=${to}`);
    equal((await within('2019-12-31T16:07:00Z', '2019-12-31T16:07:01Z')).length, 1);
    equal((await within('2019-12-31T16:06:00Z', '2019-12-31T16:07:00Z')).length, 0);
    equal((await within('2019-12-31T16:07:01Z', '2019-12-31T17:00:00Z')).length, 0);
    equal((await within('2020-01-01T00:07:00%2B08:00', '2020-01-01T00:07:01%2B08:00')).length, 1);
    equal((await within('2020-01-01T00:07:00+08:00', '2020-01-01T00:07:01+08:00')).length, 1);
    equal((await within('2020-01-01T00:07:00', '2020-01-01+00:07:01')).length, 1);
    equal((await within('2019-12-31', '2020-01-01')).length, 0);
    equal((await within('2020-01-01', '2020-01-02')).length, 1);
  });

  test('refuses a filter with an impossible value, and names the filter', async () => {
    const refused = {
      limit: ['0', '1001', '-1', '1.5', 'x', ''],
      cursor: ['', 'x', '1.', '.1', '1.2.3', '1-1', '123'], // the last: /requests has such ones
      from: ['2026-02-30', '2026-01-02T03', '1767323045', ''],
      to: ['tomorrow'],
      q: ['', 'x'.repeat(101)],
      page: ['2'],
    };
    for (const [field, values] of Object.entries(refused)) {
      for (const value of values) {
        const { status, body } = await get(`/orders?${field}=${value}`);
        deepEqual([status, body.error?.field], [400, field], `${field}=${value}`);
        match(body.error.message, new RegExp(`^${field}: `));
      }
    }
    equal((await get('/orders?limit=1000')).status, 200);
  });
});

describe('creating', () => {
  test('one order stores it with a first history entry that names the operator', async () => {
    const created = await post('/orders', order('one', { pnr: 'JX8K2P', flightNo: 'MU5101' }));
    equal(created.status, 201);
    deepEqual(created.body, { created: 1, orders: [{ platform: 'jintong', orderId: 'one' }] });
    deepEqual((await get('/orders/jintong/one')).body, {
      platform: 'jintong',
      orderId: 'one',
      party: 'jane88',
      state: 'A',
      stateName: '平台审核',
      version: 1,
      createdAt: '2026-01-02T03:04:05.000Z',
      createdAtShanghai: '2026-01-02T11:04:05.000+08:00',
      updatedAt: '2026-01-02T03:04:05.678Z',
      updatedAtShanghai: '2026-01-02T11:04:05.678+08:00',
      attributes: { userName: 'jane88', amountFen: 128_000, pnr: 'JX8K2P', flightNo: 'MU5101' },
      lines: [],
      sealed: [],
      callbacks: [],
      notes: [],
      assignee: null,
      history: [
        {
          version: 1,
          at: '2026-01-02T03:04:05.678Z',
          atShanghai: '2026-01-02T11:04:05.678+08:00',
          request: null,
          action: 'created',
          line: null,
          from: null,
          to: 'A',
          fromName: null,
          toName: '平台审核',
          actor: 'operator',
          note: null,
          requestId: null,
        },
      ],
    });
  });

  test('accepts 1 to 1000 orders in one request; 0 and 1001 are refused', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => order(`many-${i}`));
    equal((await post('/orders', many)).status, 400);
    equal((await post('/orders', [])).status, 400);
    equal(await exists('many-0'), false);
    const created = await post('/orders', many.slice(1));
    deepEqual(
      [created.status, created.body.created, created.body.orders.length],
      [201, 1000, 1000],
    );
    equal((await list('q=many-&limit=1000')).length, 1000);
  });

  test('"all or none": if one order exists, all are refused, and the answer names it', async () => {
    const before = await total();
    const { status, body } = await post('/orders', [
      order('none-1'),
      order('one'),
      order('none-2'),
      order('15112480268'),
    ]);
    equal(status, 409);
    equal(body.error.message, 'already there: one, 15112480268. Nothing was created.');
    const twice = await post('/orders', [order('none-1'), order('none-2'), order('none-1')]);
    deepEqual(
      [twice.status, twice.body.error.message],
      [409, 'already there: none-1. Nothing was created.'],
    );
    equal(await total(), before);
  });

  test('one bad order refuses all, and the answer names its position and field', async () => {
    const cases: readonly (readonly [object, string, RegExp])[] = [
      [{ amount: '1.005' }, 'amount', /^order 1: amount: has to be an amount in yuan/],
      [{ createdAt: '2015-02-30 00:00:00' }, 'createdAt', /^order 1: createdAt: has to be a time/],
      [{ state: 'X' }, 'state', /^order 1: state: has to be one of A B/],
      [{ userName: 'nobody' }, 'userName', /^order 1: userName: no partner has a user nobody/],
      [{ orderId: 'a/b' }, 'orderId', /^order 1: orderId: has to be/],
      [{ price: 1 }, 'price', /^order 1: price: no such field$/],
      [{ platform: 'nobody' }, 'platform', /^order 1: platform: has to be one of /],
      [{ section: 'partners' }, 'section', /^order 1: section: has to be one of orders$/],
      // Names that every JavaScript object has are sections as unknown as any other.
      [{ section: 'constructor' }, 'section', /^order 1: section: has to be one of orders$/],
      [{ section: '__proto__' }, 'section', /^order 1: section: has to be one of orders$/],
    ];
    for (const [fields, field, message] of cases) {
      const { status, body } = await post('/orders', [order('bad-0'), order('bad-1', fields)]);
      deepEqual([status, body.error.code, body.error.field], [400, 'bad-order', field]);
      match(body.error.message, message);
    }
    deepEqual(await list('q=bad-'), []);
  });
});

describe('Idempotency-Key', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  test('the same key and body again get the same answer, and create nothing again', async () => {
    const body = [order('once-1'), order('once-2')];
    const first = await post('/orders', body, key('a'));
    equal(first.status, 201);
    for (let i = 0; i < 3; i++) deepEqual(await post('/orders', body, key('a')), first);
    equal((await post('/orders', body)).status, 409);
    equal((await get('/orders/jintong/once-1')).body.version, 1);
  });

  test('twenty simultaneous requests create the orders once, and all get the same answer', async () => {
    const sent = Array.from({ length: 20 }, () => post('/orders', order('race'), key('race')));
    const answers = await Promise.all(sent);
    for (const answer of answers) deepEqual(answer, answers[0]);
    equal(answers[0]!.status, 201);
    equal((await list('q=race')).length, 1);
  });

  test('with another body, the key is refused, and nothing is created', async () => {
    await post('/orders', order('other-1'), key('b'));
    const { status, body } = await post('/orders', order('other-2'), key('b'));
    deepEqual([status, body.error.code], [422, 'key-reused']);
    equal(await exists('other-2'), false);
  });

  test('a refused request does not use up its key', async () => {
    equal((await post('/orders', order('late', { state: 'X' }), key('c'))).status, 400);
    equal((await post('/orders', order('one'), key('c'))).status, 409);
    equal((await post('/orders', order('late'), key('c'))).status, 201);
  });

  test('holds for 24 hours, and not a millisecond longer', async () => {
    const body = order('day');
    const first = await post('/orders', body, key('d'));
    clock.advance(24 * 3_600_000 - 1);
    deepEqual(await post('/orders', body, key('d')), first);
    clock.advance(1);
    equal((await post('/orders', body, key('d'))).status, 409);
    equal((await post('/orders', order('next-day'), key('d'))).status, 201);
  });

  test('has 1 to 255 characters', async () => {
    equal((await post('/orders', order('k'), key('x'.repeat(255)))).status, 201);
    const { status, body } = await post('/orders', order('l'), key('x'.repeat(256)));
    deepEqual([status, body.error.field], [400, 'idempotency-key']);
  });
});

test('the history says who did what, why, and in which gateway call', async () => {
  await call(server, form(hasten('15110100068')));
  await call(server, form(cancel('15110100068', '客户取消')));
  await post('/orders/jintong/15110100068/transitions', { to: 'M', note: 'refund 7' });
  const { history, version, state } = (await get('/orders/jintong/15110100068')).body;
  deepEqual([version, state], [4, 'M']);
  deepEqual(
    history.map((h: Record<string, unknown>) => [
      h.version,
      h.action,
      h.from,
      h.to,
      h.actor,
      h.note,
    ]),
    [
      [1, 'created', null, 'D', 'import', null],
      [2, 'hastened', 'D', 'D', 'party:jane88', null],
      [3, 'cancelled', 'D', 'S', 'party:jane88', '客户取消'],
      [4, 'moved', 'S', 'M', 'operator', 'refund 7'],
    ],
  );
  const calls = (await get('/requests?orderId=15110100068')).body.items;
  deepEqual(
    calls.map((c: { id: number; method: string }) => [c.id, c.method]),
    [
      [history[2].requestId, 'OperateCancelOrder'],
      [history[1].requestId, 'HastenOrder'],
    ],
  );
  deepEqual([history[0].requestId, history[3].requestId], [null, null]);
});
