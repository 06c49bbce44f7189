// A ledger in which everything is used: each table of a copy has rows of it.
import { equal } from 'node:assert/strict';
import { DAY } from '../src/core/clock.ts';
import { cancel, form, hasten, call as jintong } from './jintong.ts';
import { ALLOW_LOCAL, startReceiver, status } from './receiver.ts';
import { cards, history, leaguer, sandboxLine, call as suning } from './suning.ts';
import { manage, startTestServer, TestClock } from './support.ts';
import { submit, call as ytx } from './ytx.ts';

export const HASTENED = '15112480268';
/** The operator's note of a change. U+2028 ends a line for some. */
export const NOTE = 'done by “hand”\u2028, 手工处理 🙂';

/** Fills a data directory through a server, which is stopped again. */
export async function useLedger(dataDirectory: string): Promise<void> {
  const clock = new TestClock(Date.now());
  const server = await startTestServer({
    clock,
    config: { dataDirectory, callbackAllow: ALLOW_LOCAL },
    callbacks: { isLive: false },
  });
  const receiver = await startReceiver();
  const endpoint = { platform: 'jintong', party: 'jane88', url: receiver.url };
  equal((await manage(server, 'POST', '/callbacks/endpoints', endpoint)).status, 201);
  const listener = { name: 'laptop', platform: 'jintong', party: 'jane88' };
  equal((await manage(server, 'POST', '/callbacks/listeners', listener)).status, 200);
  equal((await jintong(server, form(hasten(HASTENED)))).code, 'CallSuccess');
  await server.callbacks.drain();
  receiver.answer = status(500);
  equal((await jintong(server, form(cancel(HASTENED)))).code, 'CallSuccess');
  await server.callbacks.drain();
  const [orderId, line] = sandboxLine(1);
  const sent = await suning(server, leaguer('180', orderId, line, { cardList: cards(1) }));
  equal(sent.code, 'success', sent.text);
  const moved = await manage(server, 'POST', '/orders/jintong/15110100068/transitions', {
    to: 'K',
    note: NOTE,
  });
  equal(moved.status, 200, JSON.stringify(moved.body));
  // Attempts fail until the letter is dead, which leaves an alert; others wait behind it.
  for (let i = 0; i < 12; i++) {
    clock.advance(DAY);
    await server.callbacks.drain();
  }
  await manage(server, 'POST', `/orders/jintong/${HASTENED}/transitions`, { to: 'M' });
  // Which leaves a row of a listener's resends.
  const sentAgain = await manage(server, 'GET', '/callbacks/deliveries?state=delivered&limit=1');
  const { deliveryId } = sentAgain.body.items[0];
  await manage(server, 'POST', `/callbacks/deliveries/${deliveryId}/replay`, {});
  await server.callbacks.drain();
  // Last, so that the deadline is still to come, and the count still holds.
  equal((await suning(server, { ...history(), app: 'threePerDay' })).code, 'success');
  const account = await manage(server, 'POST', '/accounts', { name: 'li.na', role: 'viewer' });
  equal(account.status, 201, JSON.stringify(account.body));
  const held = `/orders/jintong/${HASTENED}`;
  equal((await manage(server, 'POST', `${held}/notes`, { note: NOTE })).status, 201);
  await manage(server, 'POST', '/accounts', { name: 'wang.wei', role: 'operator' });
  const assigned = await manage(server, 'PUT', `${held}/assignee`, { name: 'wang.wei' });
  equal(assigned.status, 200, JSON.stringify(assigned.body));
  const offset = await manage(server, 'POST', '/clock', { advanceSeconds: 1 });
  equal(offset.status, 200);
  equal((await ytx(server, submit('copy-1', 'SANDBOX-SUCCESS'))).statusCode, '0');
  const rule = { name: 'disk', watches: 'disk', threshold: 1 };
  equal((await manage(server, 'POST', '/alarm-rules', rule)).status, 201);
  await server.close();
}
