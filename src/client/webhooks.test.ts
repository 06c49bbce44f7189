// verifyCallback against the public vector, against what the server posts, and each way in which it fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import { manage, startTestServer } from '../../test/support.ts';
import { newSecret } from '../callbacks/signature.ts';
import { type CallbackFault, signCallback, verifyCallback } from './webhooks.ts';

/** standard-webhooks/standard-webhooks, tests of its libraries: `sign function works`. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: 1614265330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const SECRET = newSecret();
const EVENT = {
  type: 'order.hastened',
  timestamp: '2026-01-02T03:04:05.678Z',
  data: { 备注: '急' },
};
const BODY = JSON.stringify(EVENT);
const NOW = Date.parse('2026-01-02T03:04:06Z');
const now = () => NOW;
const signed = signCallback(BODY, SECRET, { id: 'msg_1', sentAt: NOW });

test('the public vector', () => {
  const { secret, id, sentAt, body, signature } = VECTOR;
  assert.equal(signCallback(body, secret, { id, sentAt })['webhook-signature'], signature);
});

test('property: the reference library verifies what we sign, and we verify what it signs', () => {
  const secret = fc
    .uint8Array({ minLength: 24, maxLength: 64 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
  const event = fc.record({
    type: fc.string({ unit: 'binary', minLength: 1 }),
    timestamp: fc.constant(new Date().toISOString()),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(secret, event, (key, value) => {
      const body = JSON.stringify(value);
      const judge = new Webhook(key);
      assert.deepEqual(judge.verify(body, signCallback(body, key)), JSON.parse(body));
      const at = new Date();
      const headers = {
        'webhook-id': 'msg_2',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': judge.sign('msg_2', at, body),
      };
      assert.deepEqual(verifyCallback(body, headers, key).event, JSON.parse(body));
    }),
    { numRuns: 200 },
  );
});

test('as bytes and as text; headers of Node, of fetch, and in any case', () => {
  const upper = Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value]);
  for (const body of [BODY, Buffer.from(BODY), new TextEncoder().encode(BODY)]) {
    for (const headers of [signed, new Headers(signed), Object.fromEntries(upper)]) {
      assert.deepEqual(verifyCallback(body, headers, SECRET, { now }), {
        id: 'msg_1',
        sentAt: NOW,
        isRepeat: false,
        event: EVENT,
      });
    }
  }
});

test('several secrets on either side, while one is rotated', () => {
  const [other, third] = [newSecret(), newSecret()];
  const both = signCallback(BODY, [SECRET, other], { sentAt: NOW });
  for (const secrets of [SECRET, other, [third, other], [SECRET, third]]) {
    verifyCallback(BODY, both, secrets, { now });
  }
  verifyCallback(BODY, signed, [other, SECRET], { now });
});

test('an id that was seen before is a repeat, not an error', () => {
  const seen = new Set<string>();
  const verify = () => verifyCallback(BODY, signed, SECRET, { now, seen }).isRepeat;
  assert.equal(verify(), false);
  assert.equal(verify(), false, 'it counts when it was handled, not when it was verified');
  seen.add('msg_1');
  assert.equal(verify(), true);
  const ask = verifyCallback(BODY, signed, SECRET, { now, seen: (id) => id === 'msg_1' });
  assert.equal(ask.isRepeat, true);
});

test('the tolerance is exact to the second, in both directions', () => {
  for (const [offMs, fault] of [
    [300_999, null],
    [301_000, 'too-old'],
    [-300_000, null],
    [-301_000, 'too-far-ahead'],
  ] as const) {
    const at = { now: () => NOW + offMs };
    if (fault === null) verifyCallback(BODY, signed, SECRET, at);
    else assert.throws(() => verifyCallback(BODY, signed, SECRET, at), { fault });
  }
  const long = { now: () => NOW + 3_600_000, tolerance: 3600 };
  verifyCallback(BODY, signed, SECRET, long);
});

const without = (name: string) =>
  Object.fromEntries(Object.entries(signed).filter(([one]) => one !== name));
type Case = readonly [what: string, fault: CallbackFault, says: RegExp, verify: () => unknown];
const FAULTS: readonly Case[] = [
  [
    'a parsed body',
    'parsed-body',
    /express\.raw/,
    () => verifyCallback(EVENT as never, signed, SECRET, { now }),
  ],
  [
    'a body that was parsed and written in lines',
    'parsed-body',
    /written anew/,
    () => verifyCallback(JSON.stringify(EVENT, null, 2), signed, SECRET, { now }),
  ],
  [
    'a body with a further line end',
    'parsed-body',
    /white space/,
    () => verifyCallback(`${BODY}\n`, signed, SECRET, { now }),
  ],
  [
    'a body read as Latin-1',
    'parsed-body',
    /UTF-8/,
    () => verifyCallback(Buffer.from(BODY).toString('latin1'), signed, SECRET, { now }),
  ],
  [
    'a secret without its prefix',
    'secret-prefix',
    /secret 2 does not begin with whsec_/,
    () => verifyCallback(BODY, signed, [SECRET, SECRET.slice(6)], { now }),
  ],
  [
    'a secret that was cut',
    'secret-form',
    /secret 1 has to be whsec_/,
    () => verifyCallback(BODY, signed, SECRET.slice(0, 20), { now }),
  ],
  ['no secret', 'secret-form', /no secret/, () => verifyCallback(BODY, signed, [], { now })],
  [
    'an old secret',
    'wrong-secret',
    /none of the 2 secrets fits: it is an old one/,
    () => verifyCallback(BODY, signed, [newSecret(), newSecret()], { now }),
  ],
  [
    'a body that was changed',
    'wrong-secret',
    /or the body was changed/,
    () => verifyCallback(BODY.replace('急', '缓'), signed, SECRET, { now }),
  ],
  [
    'a time that was changed',
    'wrong-secret',
    /./,
    () =>
      verifyCallback(BODY, { ...signed, 'webhook-timestamp': '1' }, SECRET, { now: () => 1000 }),
  ],
  [
    'an id that was changed',
    'wrong-secret',
    /./,
    () => verifyCallback(BODY, { ...signed, 'webhook-id': 'msg_2' }, SECRET, { now }),
  ],
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) =>
      [
        `no ${name}`,
        'header-absent',
        new RegExp(`no header ${name}`),
        () => verifyCallback(BODY, without(name), SECRET, { now }),
      ] as const,
  ),
  [
    'a time that is none',
    'header-form',
    /webhook-timestamp/,
    () => verifyCallback(BODY, { ...signed, 'webhook-timestamp': 'now' }, SECRET, { now }),
  ],
  [
    'a signed body that is no event',
    'not-an-event',
    /lacks type/,
    () => verifyCallback('{}', signCallback('{}', SECRET, { sentAt: NOW }), SECRET, { now }),
  ],
];
for (const [what, fault, says, verify] of FAULTS) {
  test(`${what}: ${fault}`, () => {
    assert.throws(verify, (error: Error & { fault?: string; code?: string }) => {
      assert.deepEqual(
        [error.name, error.code, error.fault],
        ['CallbackError', 'ERR_CALLBACK', fault],
      );
      assert.match(error.message, says);
      assert.ok(!error.message.includes(SECRET.slice(6)), 'no secret in a message');
      return true;
    });
  });
}

test('the posts of the server verify: a ping, and a change of an order', async () => {
  const server = await startTestServer({
    config: { callbackAllow: ALLOW_LOCAL },
    callbacks: { isLive: false },
  });
  const receiver = await startReceiver();
  const endpoint = { platform: 'jintong', party: 'jane88', url: receiver.url };
  const { body } = await manage(server, 'POST', '/callbacks/endpoints', endpoint);
  const path = `/callbacks/endpoints/${body.endpointId}`;
  const rotated = await manage(server, 'POST', `${path}/secrets`, {});
  await manage(server, 'POST', `${path}/ping`, {});
  const move = { to: 'G' };
  await manage(server, 'POST', '/orders/jintong/151103654827/transitions', move);
  await server.callbacks.drain();
  const types = receiver.received.map(({ body: text, headers }) =>
    [body.secret, rotated.body.secret].map(
      (secret) => verifyCallback(text, headers, secret).event.type,
    ),
  );
  assert.equal(types.length, 2, JSON.stringify(types));
  assert.match(types[0]![0]!, /ping/);
  assert.match(types[1]![1]!, /^order\./);
});
