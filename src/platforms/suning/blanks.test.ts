// "Blanks": what trim() takes around a value of the body is no part of it, except where it may be meant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Call,
  call,
  HISTORY,
  json,
  LEAGUER,
  leaguer,
  sandboxLine,
  xml,
} from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const BLANKS = ['\t', ' ', '\n', '\u00A0', '\u3000', '\uFEFF', ' \t\r\n'];
const around = (text: string): string[] =>
  BLANKS.flatMap((b) => [b + text, text + b, b + text + b]);

const QUERY = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };
const query = (more: Record<string, string>, format: 'xml' | 'json' = 'json'): Call => ({
  method: HISTORY,
  format,
  body: (format === 'xml' ? xml : json)('queryHistoryOrder', { ...QUERY, ...more }),
});

/** Each field without blanks around it, with which the query finds orders. */
const found = JSON.parse((await call(server, query({}))).text).sn_responseContent.sn_body
  .queryHistoryOrder[0];
const detail = found.orderDetail[0];
const PLAIN: Readonly<Record<string, string>> = {
  ...QUERY,
  serverId: detail.serverId,
  chargeId: detail.chargeId,
  orderCategory: found.orderCategory,
  pageNo: '1',
  pageSize: '10',
  snunionid: 'x'.repeat(48),
};

for (const [name, value] of Object.entries(PLAIN)) {
  test(`blanks around ${name} are no part of it, in both formats`, async () => {
    for (const text of around(value)) {
      for (const format of ['xml', 'json'] as const) {
        const { code } = await call(server, query({ [name]: text }, format));
        assert.equal(code, 'success', `${format} ${JSON.stringify(text)}`);
      }
    }
  });
}

for (const name of ['iqStatus', 'orderId', 'orderItemId', 'supplierCode']) {
  test(`blanks around ${name} are no part of it, and the reply echoes trimmed ids`, async () => {
    const [orderId, orderItemId] = sandboxLine(3);
    const fields = { iqStatus: '180', orderId, orderItemId, supplierCode: '10042869' };
    for (const blank of BLANKS) {
      const fresh = await startTestServer({ clock });
      const text = `${blank}${fields[name as keyof typeof fields]}${blank}`;
      const body = json('addLeaguerstatus', { ...fields, [name]: text });
      const answer = await call(fresh, { method: LEAGUER, format: 'json', body });
      assert.equal(
        answer.text,
        `{"sn_responseContent":{"sn_body":{"addLeaguerstatus":{"result":"Y","orderId":"${orderId}","orderItemId":"${orderItemId}"}}}}`,
      );
      await fresh.close();
    }
  });
}

test('a value that contains only blanks is empty', async () => {
  const [orderId, orderItemId] = sandboxLine(3);
  for (const blank of BLANKS) {
    const answers = [
      await call(server, leaguer('180', blank, orderItemId)),
      await call(server, leaguer(blank, orderId, orderItemId)),
      await call(server, query({ startTime: blank })),
      await call(server, query({ endTime: blank })),
    ];
    const missing = 'biz.selfmarket.addleaguerstatus.missing-parameter';
    assert.deepEqual(
      answers.map(({ code }) => code),
      [
        `${missing}:orderId`,
        `${missing}:iqStatus`,
        'sys.check.starttime-value:null',
        'sys.check.endtime-value:null',
      ],
    );
  }
});

test('card codes, their secrets and failReason are stored as they were sent', async () => {
  const [orderId, orderItemId] = sandboxLine(1);
  const card = { cardCode: ' C1\t', cardSec: '\u3000S1 ' };
  const body = json('addLeaguerstatus', {
    iqStatus: '180',
    orderId,
    orderItemId,
    cardList: [card],
  });
  assert.equal((await call(server, { method: LEAGUER, format: 'json', body })).code, 'success');
  const revealed = await manage(server, 'POST', `/orders/suning/${orderId}/reveal`, {
    name: `cards:${orderItemId}`,
    note: 'test',
  });
  assert.deepEqual(JSON.parse(revealed.body.text), [card]);

  const [failed, failedLine] = sandboxLine(6);
  const failReason = ' {"code": 7} ';
  const failure = json('addLeaguerstatus', {
    iqStatus: '210',
    orderId: failed,
    orderItemId: failedLine,
    failReason,
  });
  assert.equal(
    (await call(server, { method: LEAGUER, format: 'json', body: failure })).code,
    'success',
  );
  const { body: order } = await manage(server, 'GET', `/orders/suning/${failed}`);
  assert.equal(order.lines[0].attributes.failReason, failReason);
});

test("blanks inside of a value are part of it, and those of Suning's headers, too", async () => {
  assert.equal(
    (await call(server, query({ pageNo: '1 1' }))).code,
    'sys.check.pageno-format:error',
  );
  const padded = { ...query({}), headers: { AppKey: (key: string) => `${key}\u00A0` } };
  assert.equal((await call(server, padded)).code, 'sys.check.user-permission:inexistence');
});
