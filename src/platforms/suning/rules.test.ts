// addLeaguerstatus on every kind and state of a line, the 100 minutes, replays, many at once, and strangers.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { APPS, call, cards, history, leaguer, post, sandboxLine } from '../../../test/suning.ts';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../../test/support.ts';
import { MINUTE, SECOND } from '../../core/clock.ts';
import { orderId } from '../../core/ledger.ts';
import type { Ordergate } from '../../main.ts';
import { MATRIX } from './clauses-status.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });

const read = async (id: string, from: Ordergate = server) =>
  (await manage(from, 'GET', `/orders/suning/${id}`)).body;
const biz = (code: string): string =>
  code.replace('biz.selfmarket.addleaguerstatus.invalid-biz:', '');

let made = 0;
/** Creates an order of one line through the management API; returns its ids. */
async function make(fields: object, at: Ordergate = server): Promise<[string, string]> {
  const ids: [string, string] = [`7${++made}`, `8${made}`];
  const order = {
    platform: 'suning',
    section: 'virtualOrders',
    orderId: ids[0],
    orderItemId: ids[1],
    supplierCode: '10042869',
    quantity: 1,
    state: 'unshipped',
    paidMinutesAgo: 5,
    ...fields,
  };
  const { status, body } = await manage(at, 'POST', '/orders', order);
  assert.equal(status, 201, JSON.stringify(body));
  return ids;
}

const IQ_STATUSES = ['180', '190', '200', '210'];

describe('what a status leaves behind, for each kind and state of a line (settled.md, S26 to S30)', () => {
  for (const [fulfilment, state, refund, refundCause, ...answers] of MATRIX) {
    test(`${fulfilment}, ${state}, refund ${refund} (${refundCause})`, async () => {
      for (const [i, expected] of answers.entries()) {
        const iqStatus = IQ_STATUSES[i]!;
        const cause = refundCause === '-' ? {} : { refundCause };
        const ids = await make({ fulfilment, state, refund, ...cause });
        const cardList = cards(1);
        const { code } = await call(
          server,
          leaguer(iqStatus, ...ids, { cardList, failReason: '充值失败' }),
        );
        assert.equal(biz(code), expected === 'Y' ? 'success' : expected, iqStatus);
        const order = await read(ids[0]);
        assert.equal(order.version, expected === 'Y' ? 2 : 1);
        if (expected !== 'Y') continue;
        const after = { 180: 'shipped', 190: 'received', 200: 'received', 210: 'unshipped' }[
          iqStatus
        ];
        const [line] = order.lines;
        assert.deepEqual([order.state, line.state], [after, after]);
        if (iqStatus === '210') {
          const { refund, refundCause, failReason } = line.attributes;
          assert.deepEqual(
            [refund, refundCause, failReason],
            ['started', 'recharge-failed', '充值失败'],
          );
        }
        // Cards are kept where the goods are cards, and nowhere else.
        const isKept = iqStatus === '180' && fulfilment === 'card';
        assert.deepEqual(
          order.sealed,
          isKept ? [{ name: `cards:${ids[1]}`, mask: ['******000'] }] : [],
        );
      }
    });
  }
});

test('the life of a card: 180, 190; the history says who, and which line', async () => {
  const ids = await make({ fulfilment: 'card', quantity: 3 });
  await call(server, leaguer('180', ...ids, { cardList: cards(3) }));
  await call(server, leaguer('190', ...ids));
  const { history } = await read(ids[0]);
  assert.deepEqual(
    history.map((h: Record<string, string>) => [h.action, h.line, h.from, h.to, h.actor]),
    [
      ['created', null, null, 'unshipped', 'operator'],
      ['shipped', ids[1], 'unshipped', 'shipped', `party:${APPS.plain[0]}`],
      ['received', ids[1], 'shipped', 'received', `party:${APPS.plain[0]}`],
    ],
  );
});

test('an order has lines, and the line has the state: one shipped leaves the other, the order is mixed', async () => {
  const line = { fulfilment: 'sms', quantity: 1, state: 'unshipped' };
  const { status } = await manage(server, 'POST', '/orders', {
    platform: 'suning',
    section: 'virtualOrders',
    orderId: 'two-lines',
    supplierCode: '10042869',
    paidMinutesAgo: 5,
    lines: [
      { ...line, orderItemId: 'a' },
      { ...line, orderItemId: 'b' },
      { ...line, orderItemId: 'c', supplierCode: '10099999' },
    ],
  });
  assert.equal(status, 201);
  assert.equal((await call(server, leaguer('180', 'two-lines', 'a'))).code, 'success');
  const order = await read('two-lines');
  assert.deepEqual(
    [order.state, ...order.lines.map((l: { state: string }) => l.state)],
    ['mixed', 'shipped', 'unshipped', 'unshipped'],
  );
  // The third is another supplier's, in the very same order.
  assert.equal(biz((await call(server, leaguer('180', 'two-lines', 'c'))).code), '101');
  assert.equal((await call(server, leaguer('180', 'two-lines', 'b'))).code, 'success');
});

test('1000 cards, the most one call may carry: stored encrypted, shown masked, revealed on the record', async () => {
  const ids = sandboxLine(20);
  const cardList = cards(1000, 'SECRETCODE');
  assert.equal((await call(server, leaguer('180', ...ids, { cardList }))).code, 'success');
  const order = await read(ids[0]);
  assert.equal(order.sealed[0].mask.length, 1000);
  assert.ok(!JSON.stringify(order).includes('SECRETCODE'));
  const name = `cards:${ids[1]}`;
  const path = `/orders/suning/${ids[0]}/reveal`;
  const { body } = await manage(server, 'POST', path, { name, note: '顾客来电' });
  assert.deepEqual(JSON.parse(body.text), cardList);
  assert.deepEqual((await read(ids[0])).history.at(-1).action, 'revealed');
});

const overdueHistory = (order: { history: { action: string; actor: string }[] }) =>
  order.history.filter((h) => h.action === 'refund-started' && h.actor === 'deadline:refund');

/** Carries out what is due at the clock's now. */
const runDue = (at: Ordergate) => manage(at, 'POST', '/clock', { advanceSeconds: 0 });

describe('订单超100分钟未发货,系统进行自动退款处理', () => {
  test('at 99:59.999 nothing happens and it may be shipped; at 100:00 the refund starts, and 180 is refused', async () => {
    const own = new TestClock();
    const fresh = await startTestServer({ clock: own });
    const late = await make({ fulfilment: 'sms', paidMinutesAgo: 99 }, fresh);
    const inTime = await make({ fulfilment: 'sms', paidMinutesAgo: 99 }, fresh);
    own.advance(MINUTE - 1);
    await runDue(fresh);
    assert.equal((await read(late[0], fresh)).version, 1);
    assert.equal((await call(fresh, leaguer('180', ...inTime))).code, 'success');
    own.advance(1);
    // The rule looks at the time itself: the refund need not have begun.
    assert.equal(biz((await call(fresh, leaguer('180', ...late))).code), '107');
    await runDue(fresh);
    const order = await read(late[0], fresh);
    assert.equal(overdueHistory(order).length, 1);
    assert.deepEqual(
      [
        order.lines[0].state,
        order.lines[0].attributes.refund,
        order.lines[0].attributes.refundCause,
      ],
      ['unshipped', 'started', 'overdue'],
    );
    assert.equal(biz((await call(fresh, leaguer('180', ...late))).code), '107');
    assert.deepEqual((await read(inTime[0], fresh)).state, 'shipped');
    assert.equal(overdueHistory(await read(inTime[0], fresh)).length, 0);
  });

  test('exactly once, whatever restarts there are: before, at and after', async () => {
    const dataDirectory = temporaryDirectory();
    const own = new TestClock();
    const start = () => startTestServer({ clock: own, config: { dataDirectory } });
    let fresh = await start();
    const many = [];
    for (let i = 0; i < 30; i++)
      many.push(await make({ fulfilment: 'recharge', paidMinutesAgo: 99 }, fresh));
    for (const step of [MINUTE - 1, 1, 0, SECOND, 60 * MINUTE]) {
      await fresh.close();
      own.advance(step);
      fresh = await start();
      // The worker of the start and those calls may reach for the same deadlines.
      await Promise.all([runDue(fresh), runDue(fresh), runDue(fresh)]);
    }
    for (const [id] of many) {
      const order = await read(id, fresh);
      assert.deepEqual([order.version, overdueHistory(order).length], [2, 1], id);
    }
  });

  test('a gift, a parcel, a shipped line and one whose refund began are left alone; an order imported too late is not', async () => {
    const own = new TestClock();
    const fresh = await startTestServer({ clock: own });
    const paidMinutesAgo = 99;
    const alone = [
      await make({ fulfilment: 'gift', paidMinutesAgo }, fresh),
      await make({ fulfilment: 'parcel', paidMinutesAgo }, fresh),
      await make({ fulfilment: 'sms', state: 'shipped', paidMinutesAgo }, fresh),
      await make({ fulfilment: 'sms', refund: 'refused', paidMinutesAgo }, fresh),
    ];
    own.advance(MINUTE);
    await runDue(fresh);
    for (const [id] of alone) assert.equal((await read(id, fresh)).version, 1);
    // The gift may still be granted.
    assert.equal((await call(fresh, leaguer('200', ...alone[0]!))).code, 'success');
    const [sandboxLate] = sandboxLine(16);
    assert.equal(overdueHistory(await read(sandboxLate, fresh)).length, 1);
  });

  test('each line of an order has its own deadline', async () => {
    const own = new TestClock();
    const fresh = await startTestServer({ clock: own });
    const line = { fulfilment: 'sms', quantity: 1, state: 'unshipped' };
    const lines = [1, 2].map((n) => ({ ...line, orderItemId: `l${n}`, paidMinutesAgo: 90 + n }));
    await manage(fresh, 'POST', '/orders', {
      platform: 'suning',
      section: 'virtualOrders',
      orderId: 'o',
      supplierCode: '10042869',
      lines,
    });
    own.advance(8 * MINUTE);
    await runDue(fresh);
    const refunds = async () =>
      (await read('o', fresh)).lines.map(
        (l: { attributes: { refund: string } }) => l.attributes.refund,
      );
    assert.deepEqual(await refunds(), ['none', 'started']);
    assert.equal((await call(fresh, leaguer('180', 'o', 'l1'))).code, 'success');
    own.advance(MINUTE);
    await runDue(fresh);
    assert.deepEqual(await refunds(), ['none', 'started']);
  });

  test('an operator’s move sets and clears it: oms-failure and back, and "stays so" when the payment side refuses', async () => {
    const own = new TestClock();
    const fresh = await startTestServer({ clock: own });
    const ids = await make({ fulfilment: 'sms' }, fresh);
    const move = (to: string) =>
      manage(fresh, 'POST', `/orders/suning/${ids[0]}/transitions`, { to, line: ids[1] });
    assert.equal((await move('oms-failure')).body.state, 'oms-failure');
    own.advance(100 * MINUTE);
    await runDue(fresh);
    assert.equal((await read(ids[0], fresh)).version, 2);
    assert.equal((await move('unshipped')).status, 200);
    await runDue(fresh);
    assert.equal(overdueHistory(await read(ids[0], fresh)).length, 1);
    const { body } = await move('refund-refused');
    assert.deepEqual([body.state, body.lines[0].attributes.refund], ['unshipped', 'refused']);
    assert.equal(biz((await call(fresh, leaguer('180', ...ids))).code), '107');
    assert.equal((await move('refunded')).body.lines[0].attributes.refund, 'done');
    assert.equal((await move('shipped')).status, 409);
  });
});

describe('simultaneous calls', () => {
  test('1000 concurrent equal 180 calls on one item, the very same bytes: one effect, everybody gets its success', async () => {
    const ids = await make({ fulfilment: 'card' });
    const its = leaguer('180', ...ids, { cardList: cards(1) });
    const texts = await Promise.all(Array.from({ length: 1000 }, () => post(server, its)));
    assert.deepEqual(new Set(texts).size, 1);
    assert.match(texts[0]!, /<result>Y<\/result>/);
    assert.deepEqual((await read(ids[0])).version, 2);
  });

  test('1000 concurrent 180 calls on one item, each signed at another second: one success, 999 documented refusals', async () => {
    const ids = await make({ fulfilment: 'card' });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => {
        const at = clock.now() + (i - 500) * SECOND;
        return call(server, { ...leaguer('180', ...ids, { cardList: cards(1) }), at });
      }),
    );
    const count = (code: string) => answers.filter((a) => biz(a.code) === code).length;
    assert.deepEqual([count('success'), count('105')], [1, 999]);
    assert.deepEqual((await read(ids[0])).version, 2);
  });
});

test('the very same signed request again: the first success again, nothing done twice; refusals are judged anew', async () => {
  const ids = await make({ fulfilment: 'recharge' });
  const tooSoon = leaguer('190', ...ids);
  assert.equal(biz((await call(server, tooSoon)).code), '103');
  const ship = leaguer('180', ...ids);
  const first = await call(server, ship);
  assert.equal((await call(server, tooSoon)).code, 'success');
  // The line has moved on, and the answer is the first one.
  assert.deepEqual(await call(server, ship), first);
  assert.equal((await read(ids[0])).version, 3);
  // With its signature in upper case it is the same request; signed at another time it is another.
  assert.deepEqual(
    await call(server, { ...ship, headers: { signInfo: (s) => s.toUpperCase() } }),
    first,
  );
  assert.equal(biz((await call(server, { ...ship, at: clock.now() - SECOND })).code), '106');
});

test('supplierCode, held by the app but not the line’s: no such order', async () => {
  await manage(server, 'PATCH', `/parties/suning/${APPS.plain[0]}`, {
    attributes: { supplierCodes: ['10042869', '10050000'], provider: 'P10001' },
  });
  const ids = await make({ fulfilment: 'sms' });
  const other = leaguer('180', ...ids, { supplierCode: '10050000' });
  assert.equal(biz((await call(server, other)).code), '101');
  assert.equal(
    (await call(server, leaguer('180', ...ids, { supplierCode: '10042869' }))).code,
    'success',
  );
});

test('10,000 random ids of another supplier: the same bytes as for an id that does not exist, and nothing is touched', async () => {
  const fresh = await startTestServer({ clock: new TestClock() });
  const kinds = ['card', 'sms', 'recharge', 'gift', 'parcel'];
  const states = [
    ['unshipped', 'none'],
    ['shipped', 'none'],
    ['received', 'none'],
    ['unshipped', 'started'],
    ['returned', 'done'],
    ['oms-failure', 'none'],
  ];
  const foreign = Array.from({ length: 10_000 }, (_, i) => {
    const [state, refund] = states[i % states.length]!;
    return {
      platform: 'suning',
      section: 'virtualOrders',
      orderId: `${i}${randomInt(1e9)}`,
      orderItemId: `${randomInt(1e9)}`,
      supplierCode: '10099999',
      fulfilment: kinds[i % kinds.length],
      quantity: 1 + (i % 3),
      state,
      refund,
      paidMinutesAgo: 1 + (i % 99),
    };
  });
  for (let i = 0; i < foreign.length; i += 1000) {
    assert.equal((await manage(fresh, 'POST', '/orders', foreign.slice(i, i + 1000))).status, 201);
  }
  const IQ = ['180', '190', '200', '210'];
  const unknown = new Set<string>();
  for (const iqStatus of IQ) unknown.add(await post(fresh, leaguer(iqStatus, '404', '405')));
  assert.equal(unknown.size, 1);
  for (let i = 0; i < foreign.length; i += 100) {
    const texts = await Promise.all(
      foreign.slice(i, i + 100).map(({ orderId, orderItemId }, n) => {
        const more = n % 2 === 0 ? { cardList: cards(1 + (n % 3)) } : { supplierCode: '10042869' };
        return post(fresh, leaguer(IQ[randomInt(4)]!, orderId, orderItemId, more));
      }),
    );
    for (const text of texts) assert.ok(unknown.has(text), text);
    const ids = foreign.slice(i, i + 100).map((order) => orderId(order.orderId));
    const orders = await fresh.storage.ledger.loadMany('suning', ids);
    assert.ok(orders.every((order) => order?.version === 1));
  }
});

test('an app sees its provider’s orders only, and one without a provider none', async () => {
  assert.ok(!(await post(server, history({ pageSize: '100' }))).includes('S01234567896'));
  const appKey = 'aaaaaaaaaaaaaaaa';
  const { body } = await manage(server, 'POST', '/parties', {
    platform: 'suning',
    partyId: appKey,
    grants: ['suning.fws.historyorder.query'],
  });
  const answer = await call(server, { ...history(), app: [appKey, body.secret] });
  assert.equal(answer.code, 'biz.handler.data-get:no-result');
});
