// Compares queryHistoryOrder with a direct reading of its clauses: every filter, every page, and
// three calendar months.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { call, history, post, shanghai } from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { SECOND } from '../../core/clock.ts';
import { addMonths } from '../../protocol/shanghai-time.ts';
import { readTimeRange } from './time-range.ts';

const server = await startTestServer({ clock: new TestClock() });

interface Row {
  readonly orderId: string;
  readonly provider: string;
  readonly orderCategory: string;
  readonly createTime: string;
  readonly orderDetail: readonly { readonly serverId: string; readonly chargeId: string }[];
}

const START = Date.parse('2020-03-01T00:00:00+08:00');
const detail = (serverId: string, chargeId: string, n: number) => ({
  serverId,
  chargeId,
  serviceName: '饮料类检测',
  chargeName: '水质检测',
  orderDetailId: `D${n}`,
  orderQuantity: '20',
  basePrice: '10.00',
  effectiveTime: '2020-01-11 00:00:00',
  failureTime: '2020-04-11 00:00:00',
  originalCostTotal: '200.00',
  realPaymentTotal: '180.00',
  preferentialPriceTotal: '20.00',
});
const pick = <T>(values: readonly T[], n: number): T => values[n % values.length]!;
/** 700 orders within 100 seconds, so that many share a second; the ids do not follow the time. */
const rows = Array.from({ length: 700 }, (_, i) => ({
  provider: i % 10 === 0 ? 'P10002' : 'P10001',
  orderId: `H${(i * 7919) % 1000}-${i}`,
  orderCategory: pick(['1', '2', '3'], i * 5 + (i >> 3)),
  shopName: '农夫山泉',
  businessAccounts: 'Xx@qqqq.com',
  createTime: shanghai(START + (((i * 31) % 700) / 7) * SECOND),
  orderDetail: Array.from({ length: 1 + (i % 3) }, (_, n) =>
    detail(pick(['S1', 'S2', 'S3'], i + n), pick(['C1', 'C2'], (i >> 2) + n), n),
  ),
}));
const posted = rows.map((row) => ({ platform: 'suning', section: 'subscriptionOrders', ...row }));
const created = await manage(server, 'POST', '/orders', posted);
assert.equal(created.status, 201, JSON.stringify(created.body));

interface Question {
  readonly from: number;
  readonly to: number;
  readonly serverId: string | undefined;
  readonly chargeId: string | undefined;
  readonly orderCategory: string | undefined;
}

/** settled.md, S33 and S34: start ≤ createTime < end, both filters on one line, sorted by createTime, then orderId. */
function expected({ from, to, serverId, chargeId, orderCategory }: Question): string[] {
  const found = (rows as Row[]).filter(
    (row) =>
      row.provider === 'P10001' &&
      row.createTime >= shanghai(START + from * SECOND) &&
      row.createTime < shanghai(START + to * SECOND) &&
      (orderCategory === undefined || row.orderCategory === orderCategory) &&
      row.orderDetail.some(
        (line) =>
          (serverId === undefined || line.serverId === serverId) &&
          (chargeId === undefined || line.chargeId === chargeId),
      ),
  );
  const key = (row: Row) => `${row.createTime} ${row.orderId}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((row) => row.orderId);
}

test('property: any filters, interval and page size give every page, and nothing after the last', async () => {
  const optional = (...values: string[]) =>
    fc.option(fc.constantFrom(...values), { nil: undefined });
  const questions = fc.record({
    from: fc.integer({ min: -1, max: 99 }),
    length: fc.integer({ min: 1, max: 101 }),
    serverId: optional('S1', 'S2', 'S3', 'S4'),
    chargeId: optional('C1', 'C2'),
    orderCategory: optional('1', '2', '3'),
    pageSize: fc.constantFrom(1, 7, 50, 100),
    pageNo: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(questions, async ({ from, length, pageSize, pageNo, ...filters }) => {
      const question = { from, to: from + length, ...filters };
      const all = expected(question);
      const given = Object.fromEntries(
        Object.entries({ ...filters, pageSize: String(pageSize), pageNo: String(pageNo) }).filter(
          ([, v]) => v !== undefined,
        ),
      ) as Record<string, string>;
      const its = history({
        startTime: shanghai(START + from * SECOND),
        endTime: shanghai(START + question.to * SECOND),
        ...given,
      });
      const answer = JSON.parse(await post(server, its)).sn_responseContent;
      const page = all.slice((pageNo - 1) * pageSize, pageNo * pageSize);
      if (page.length === 0) {
        assert.equal(answer.sn_error.error_code, 'biz.handler.data-get:no-result');
        return;
      }
      assert.deepEqual(
        answer.sn_body.queryHistoryOrder.map((o: Row) => o.orderId),
        page,
      );
      assert.deepEqual(answer.sn_head, {
        pageTotal: String(Math.ceil(all.length / pageSize)),
        pageNo: String(pageNo),
        pageSize: String(pageSize),
        returnMessage: 'biz.handler.data-get:success',
      });
    }),
    { numRuns: 150 },
  );
});

test('a filter on one line returns the whole order with all lines', async () => {
  const its = history({ chargeId: 'S01234567891', endTime: '2015-01-31 00:00:00' });
  const { sn_body } = JSON.parse(await post(server, its)).sn_responseContent;
  assert.deepEqual(
    sn_body.queryHistoryOrder.map((o: { orderId: string; orderDetail: object[] }) => [
      o.orderId,
      o.orderDetail.length,
    ]),
    [['S01234567890', 2]],
  );
});

test('pageNo "默认值为1", pageSize "默认值:10"; empty filters are none', async () => {
  const time = { startTime: shanghai(START), endTime: shanghai(START + 100 * SECOND) };
  const { sn_head } = JSON.parse(
    await post(server, history({ ...time, serverId: '', orderCategory: '', pageNo: '' })),
  ).sn_responseContent;
  assert.deepEqual([sn_head.pageNo, sn_head.pageSize, sn_head.pageTotal], ['1', '10', '63']);
});

test('an id that imitates another filter finds nothing', async () => {
  for (const serverId of ['null', '"],["', 'S1","C1', 'x'.repeat(5000)]) {
    assert.equal(
      (await call(server, history({ serverId }))).code,
      'biz.handler.data-get:no-result',
    );
  }
});

test('"查询时间起止日期不能超过3个月": calendar months, clamped to the month’s end', () => {
  for (const [start, latest] of [
    ['2015-01-01 00:00:00', '2015-04-01 00:00:00'],
    ['2015-11-30 12:34:56', '2016-02-29 12:34:56'],
    ['2014-11-30 23:59:59', '2015-02-28 23:59:59'],
    ['2015-01-31 00:00:00', '2015-04-30 00:00:00'],
    ['2015-10-31 07:00:00', '2016-01-31 07:00:00'],
    ['2015-12-31 00:00:00', '2016-03-31 00:00:00'],
  ] as const) {
    const at = Date.parse(`${start.replace(' ', 'T')}+08:00`);
    assert.equal(shanghai(addMonths(at, 3)), latest);
    assert.ok('range' in readTimeRange(start, latest, {}));
    const over = readTimeRange(start, shanghai(addMonths(at, 3) + SECOND), {});
    assert.equal('refused' in over && over.refused, 'sys.check.query-time:outofrange');
  }
});
