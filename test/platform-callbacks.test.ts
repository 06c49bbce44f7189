// A platform's own callbacks: its schedule, what acknowledges them, and what happens where its hook throws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, SECOND } from '../src/core/clock.ts';
import { jintong } from '../src/platforms/jintong/index.ts';
import type { Platform } from '../src/protocol/platform.ts';
import type { PlatformCallbacks } from '../src/protocol/platform-callbacks.ts';
import { change, startCallbackServer } from './callback-server.ts';
import { type Receiver, startReceiver, status } from './receiver.ts';
import { manage } from './support.ts';

/** Jintong, which pushes nothing, with callbacks of a made-up kind. */
function pushing(receiver: Receiver, callbacks: Partial<PlatformCallbacks>): readonly Platform[] {
  const declared: PlatformCallbacks = {
    environments: ['sandbox'],
    body: ({ type, version }) =>
      type === 'order.hastened'
        ? { contentType: 'application/json', body: `{"version":${version}}` }
        : null,
    endpoint: () => ({ url: receiver.url }),
    ...callbacks,
  };
  return [{ ...jintong, callbacks: declared }];
}

const json = (body: string) => status(200, { 'content-type': 'application/json' }, body);
const schedule = { waits: [0, 7 * SECOND, 2 * MINUTE], jitter: 0 };

test('a failed callback is posted again at exactly the times of its platform, then it is a dead letter', async () => {
  const receiver = await startReceiver(status(500));
  const platforms = pushing(receiver, { schedule });
  const { server, clock, deliveries, drain } = await startCallbackServer({}, { platforms });
  await change(server, clock);
  await drain();
  assert.equal(receiver.received.length, 1);
  for (const [i, wait] of [7 * SECOND, 2 * MINUTE].entries()) {
    clock.advance(wait - 1);
    await drain();
    assert.equal(receiver.received.length, i + 1, `nothing before ${wait} ms`);
    clock.advance(1);
    await drain();
    assert.equal(receiver.received.length, i + 2, `one after ${wait} ms`);
  }
  const [delivery] = await deliveries('state=dead');
  assert.equal(delivery.attempts.length, 3);
  const [endpoint] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  assert.deepEqual([endpoint.origin, endpoint.preset], ['declared', 'platform']);
});

test('the platform says what acknowledges: an answer that does not is a failed attempt, with its reason', async () => {
  const receiver = await startReceiver(json('{"code":"BUSY"}'));
  const answerProblem: PlatformCallbacks['answerProblem'] = ({ status: code, body }) =>
    code === 200 && JSON.parse(body).code === 'SUCCESS' ? null : `code is ${JSON.parse(body).code}`;
  const platforms = pushing(receiver, { schedule, answerProblem });
  const { server, clock, deliveries, drain } = await startCallbackServer({}, { platforms });
  await change(server, clock);
  await drain();
  const [failed] = await deliveries('state=pending');
  assert.equal(failed.attempts[0].error, 'code is BUSY');
  receiver.answer = json('no JSON');
  clock.advance(7 * SECOND);
  await drain();
  const [again] = await deliveries('state=pending');
  assert.match(again.attempts[1].error, /^the platform could not judge the answer: .*JSON/);
  receiver.answer = json('{"code":"SUCCESS"}');
  clock.advance(2 * MINUTE);
  await drain();
  assert.equal((await deliveries('state=delivered')).length, 1);
  // A ping is judged as a callback is.
  const [{ endpointId }] = (await manage(server, 'GET', '/callbacks/endpoints')).body.items;
  receiver.answer = json('{"code":"BUSY"}');
  const ping = await manage(server, 'POST', `/callbacks/endpoints/${endpointId}/ping`, {});
  assert.equal(ping.body.error, 'code is BUSY');
});

test('a status that is not 2xx never acknowledges, and the platform is not asked about it', async () => {
  const receiver = await startReceiver(status(302));
  const platforms = pushing(receiver, { schedule, answerProblem: () => null });
  const { server, clock, deliveries, drain } = await startCallbackServer({}, { platforms });
  await change(server, clock);
  await drain();
  const [failed] = await deliveries('state=pending');
  assert.match(failed.attempts[0].error, /302/);
});

test("a party's endpoint may take its platform's schedule, where the platform has one", async () => {
  const [declared, receiver] = [await startReceiver(), await startReceiver(status(500))];
  const platforms = pushing(declared, { schedule });
  const { server, clock, register, drain } = await startCallbackServer({}, { platforms });
  const { endpointId } = await register(receiver.url, { preset: 'platform' });
  await change(server, clock);
  await drain();
  clock.advance(7 * SECOND);
  await drain();
  assert.equal(receiver.received.length, 2);
  const path = `/callbacks/endpoints/${endpointId}`;
  assert.equal((await manage(server, 'PATCH', path, { preset: 'wechat' })).body.preset, 'wechat');
  assert.equal((await manage(server, 'PATCH', path, { preset: 'platform' })).status, 200);
});

test('platform is refused as a preset where the platform has no schedule of its own', async () => {
  const receiver = await startReceiver();
  const { server, register } = await startCallbackServer();
  const { endpointId } = await register(receiver.url);
  const body = { platform: 'jintong', party: 'jane88', url: receiver.url, preset: 'platform' };
  const message =
    'preset: jintong has no retry schedule of its own; use one of standard, wechat, alipay';
  for (const [method, path, sent] of [
    ['POST', '/callbacks/endpoints', body],
    ['PATCH', `/callbacks/endpoints/${endpointId}`, { preset: 'platform' }],
  ] as const) {
    const answer = await manage(server, method, path, sent);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.message, message);
  }
});
