// Tests that a supplier's own endpoint gets the events of the supplier's lines, but not of other
// lines in the same order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALLOW_LOCAL, startReceiver } from '../../../test/receiver.ts';
import { call, leaguer } from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';
import { MINUTE } from '../../core/clock.ts';

test('nobody learns of others’ orders (settled.md, S26): a line of another supplier is not told of, whoever changes it', async () => {
  const clock = new TestClock();
  const server = await startTestServer({
    clock,
    config: { callbackAllow: ALLOW_LOCAL },
    callbacks: { isLive: false },
  });
  const receiver = await startReceiver();
  const owner = { platform: 'suning', party: '10042869' };
  const url = receiver.url;
  assert.equal(
    (await manage(server, 'POST', '/callbacks/endpoints', { ...owner, url })).status,
    201,
  );
  const line = { fulfilment: 'sms', quantity: 1, state: 'unshipped' };
  const made = await manage(server, 'POST', '/orders', {
    platform: 'suning',
    section: 'virtualOrders',
    orderId: 'shared',
    supplierCode: '10042869',
    paidMinutesAgo: 5,
    lines: [
      { ...line, orderItemId: 'mine-1' },
      { ...line, orderItemId: 'mine-2' },
      ...['theirs-1', 'theirs-2'].map((orderItemId) => ({
        ...line,
        orderItemId,
        supplierCode: '10099999',
      })),
    ],
  });
  assert.equal(made.status, 201);
  const move = (lineId: string) =>
    manage(server, 'POST', '/orders/suning/shared/transitions', { line: lineId, to: 'returned' });
  assert.equal((await call(server, leaguer('180', 'shared', 'mine-1'))).code, 'success');
  assert.equal((await move('mine-1')).status, 200);
  assert.equal((await move('theirs-1')).status, 200);
  clock.advance(95 * MINUTE); // The refunds of both second lines begin.
  await manage(server, 'POST', '/clock', { advanceSeconds: 0 });
  const { body } = await manage(server, 'GET', '/orders/suning/shared');
  assert.equal(
    body.history.filter((h: { line: string }) => h.line?.startsWith('theirs')).length,
    2,
  );
  await server.callbacks.drain();
  // The sandbox's own orders are also overdue by now.
  const told = receiver.received.filter(({ json }) => json.data.orderId === 'shared');
  assert.deepEqual(
    told.map(({ json: { type, data } }) => [type, data.line, data.payload?.refund]),
    [
      ['order.created', null, undefined],
      ['order.shipped', 'mine-1', 'none'],
      ['order.moved', 'mine-1', 'done'],
      ['order.refund-started', 'mine-2', 'started'],
    ],
  );
  assert.ok(
    !receiver.received.some(({ body }) => body.includes('theirs') || body.includes('10099999')),
  );
});
