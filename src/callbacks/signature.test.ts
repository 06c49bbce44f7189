// Tests Standard Webhooks signatures with the vector of its own libraries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import {
  liveSecrets,
  newSecret,
  rotateSecret,
  secretProblem,
  sign,
  signatureHeaders,
} from './signature.ts';

/** From standard-webhooks/standard-webhooks, tests of the libraries: `sign function works`. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const at = (secret: string, createdAt: number, expiresAt: number | null = null) => ({
  secret,
  createdAt,
  expiresAt,
});

test('the public vector', () => {
  const { secret, id, timestamp, body, signature } = VECTOR;
  assert.equal(sign(secret, id, timestamp, body), signature);
  assert.equal(secretProblem(secret), null);
});

test('the three headers; the timestamp is whole seconds', () => {
  const { secret, id, timestamp, body, signature } = VECTOR;
  const headers = signatureHeaders([at(secret, 0)], id, timestamp * 1000 + 999, body);
  assert.deepEqual(headers, {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  });
  assert.deepEqual(signatureHeaders([], id, 0, body), {}, 'without a secret nothing is signed');
});

test('during a rotation both secrets sign, the new one first; afterwards only the new one', () => {
  const fresh = newSecret();
  const secrets = rotateSecret([at(VECTOR.secret, 0)], fresh, 100, 50);
  assert.deepEqual(secrets, [at(fresh, 100), at(VECTOR.secret, 0, 150)]);
  const { id, timestamp, body, signature } = VECTOR;
  const signed = (now: number) =>
    signatureHeaders(liveSecrets(secrets, now), id, timestamp * 1000, body)['webhook-signature'];
  assert.equal(signed(149), `${sign(fresh, id, timestamp, body)} ${signature}`);
  assert.equal(signed(150), sign(fresh, id, timestamp, body));
  assert.equal(rotateSecret(secrets, newSecret(), 120, 500)[2]!.expiresAt, 150, 'not prolonged');
  assert.equal(rotateSecret(secrets, newSecret(), 200, 0).length, 2, 'what is over is dropped');
});

test('a secret is whsec_ and the base64 of 24 to 64 bytes', () => {
  assert.equal(secretProblem(newSecret()), null);
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
  for (const good of [of(24), of(64)]) assert.equal(secretProblem(good), null);
  const bad = [
    '',
    'whsec_',
    of(23),
    of(65),
    of(24).slice(6),
    `${of(24)}=`,
    `whsec_${'!'.repeat(32)}`,
  ];
  for (const one of bad) assert.match(secretProblem(one)!, /whsec_ and the base64/);
});

test('the library of Standard Webhooks verifies a message, and refuses it with one changed byte', () => {
  const now = Date.now();
  for (const body of ['', '{}', '{"film":"城南旧事","n":1}', '\u0000 \n']) {
    const [newer, older] = [newSecret(), newSecret()];
    const headers = signatureHeaders([at(newer, 0), at(older, 0, now + 1)], 'msg_1', now, body);
    for (const secret of [newer, older]) {
      const judge = new Webhook(secret);
      // It answers the body as JSON, so that a body which is none is not its business.
      const isJson = body.startsWith('{');
      if (isJson) assert.deepEqual(judge.verify(body, headers), JSON.parse(body));
      assert.equal(
        judge.sign('msg_1', new Date(now), body),
        sign(secret, 'msg_1', Math.floor(now / 1000), body),
      );
      assert.throws(() => judge.verify(`${body} `, headers), WebhookVerificationError);
      const other = { ...headers, 'webhook-id': 'msg_2' };
      assert.throws(() => judge.verify(body, other), WebhookVerificationError);
    }
    const stranger = new Webhook(newSecret());
    assert.throws(() => stranger.verify(body, headers), WebhookVerificationError);
  }
});
