// 410 Gone end to end: the receiver hears no more at once, an operator is told, and nothing that is pending is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { HOUR } from '../src/core/clock.ts';
import { addOrders, startCallbackServer } from './callback-server.ts';
import { ok, startReceiver, status } from './receiver.ts';
import { manage } from './support.ts';

/** Posts of one endpoint that may be under way at once. */
const UNDER_WAY = 32;

test('a receiver that answers 410 is switched off at once, with an alert; switched on, it gets what was pending', async () => {
  const lines: { level: number; kind?: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const { server, clock, register, drain, deliveries } = await startCallbackServer({}, { log });
  const receiver = await startReceiver(status(410));
  const { endpointId } = await register(receiver.url);
  await addOrders(server, 100);
  await drain();
  const before = receiver.received.length;
  assert.ok(before <= UNDER_WAY, `${before} were under way when the first 410 came`);
  clock.advance(5 * HOUR);
  await drain();
  assert.equal(receiver.received.length, before, 'and nothing after that');
  const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  assert.equal(endpoint.enabled, false);
  assert.match(endpoint.off.reason, /^status 410 \(Gone\)/);
  const { items } = (await manage(server, 'GET', '/callbacks/alerts')).body;
  assert.deepEqual(
    items.map(({ kind }: { kind: string }) => kind),
    ['endpoint-switched-off'],
  );
  assert.deepEqual(
    lines.map(({ level, kind }) => [level, kind]),
    [[50, 'endpoint-switched-off']],
  );
  assert.equal((await deliveries('state=pending&limit=200')).length, 100);

  receiver.answer = ok;
  await manage(server, 'PATCH', `/callbacks/endpoints/${endpointId}`, { enabled: true });
  await drain();
  assert.equal((await deliveries('state=delivered&limit=200')).length, 100);
});
