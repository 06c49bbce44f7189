// Why a receiver's check of our callback fails: each usual mistake, made here with code of its own, is named.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { manage, startTestServer } from './support.ts';

const server = await startTestServer();
const made = await manage(server, 'POST', '/callbacks/endpoints', {
  platform: 'jintong',
  party: 'jane88',
  url: 'https://shop.example.cn/hooks',
});
const { endpointId, secret } = made.body as { endpointId: string; secret: string };
const key = (text: string): Buffer => Buffer.from(text.slice('whsec_'.length), 'base64');
const now = (): number => Math.floor(server.clock.worldNow() / 1000);
const ID = 'evt_20261004.7';
const BODY = '{"type":"order.moved","data":{"orderId":"26100417209981","note":"航班取消"}}';
const hmac = (with_: Buffer, text: string, form: 'base64' | 'hex' = 'base64'): string =>
  createHmac('sha256', with_).update(text).digest(form);

interface Given {
  readonly at?: number;
  readonly signedWith?: string;
  readonly checked?: string;
  readonly computed?: string;
  readonly secret?: string;
}
async function ask({ at = now(), signedWith = secret, checked = BODY, ...given }: Given) {
  const { status, body } = await manage(server, 'POST', '/debug/signature', {
    platform: 'jintong',
    secret: given.secret,
    callback: {
      endpointId,
      headers: {
        'Webhook-Id': ID,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1,${hmac(key(signedWith), `${ID}.${at}.${BODY}`)}`,
      },
      body: checked,
      computed: given.computed,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  for (const one of [secret, secret.slice(6)]) assert.ok(!JSON.stringify(body).includes(one));
  return { ok: body.ok, ids: body.causes.map(({ id }: { id: string }) => id), body };
}
const expect = async (given: Given, ids: readonly string[]): Promise<void> => {
  const found = await ask(given);
  assert.deepEqual([found.ok, found.ids], [ids.length === 0, ids], JSON.stringify(found.body));
};

test('a message that is ours, with the right secret and in time, has no cause', () =>
  expect({ secret }, []));

test('a body that was parsed and written anew', async () => {
  const parsed = JSON.parse(BODY);
  await expect({ secret, checked: JSON.stringify(parsed, null, 2) }, ['callback-body-parsed']);
  const python = BODY.replaceAll('":', '": ').replaceAll(',"', ', "');
  await expect({ secret, checked: python }, ['callback-body-parsed']);
  const escaped = BODY.replace('航班取消', '\\u822a\\u73ed\\u53d6\\u6d88');
  await expect({ secret, checked: escaped }, ['callback-body-parsed']);
});

test('whsec_ taken for a part of the key, and base64 that is not decoded', async () => {
  const at = now();
  const text = `${ID}.${at}.${BODY}`;
  const prefixed = hmac(Buffer.from(secret), text);
  await expect({ at, secret, computed: `v1,${prefixed}` }, ['callback-secret-prefix']);
  const raw = hmac(Buffer.from(secret.slice(6)), text);
  await expect({ at, secret, computed: raw }, ['callback-secret-not-decoded']);
});

test('hexadecimal digits, and a check of the body alone', async () => {
  const at = now();
  const digits = hmac(key(secret), `${ID}.${at}.${BODY}`, 'hex');
  await expect({ at, secret, computed: digits }, ['digest-form']);
  await expect({ at, secret, computed: hmac(key(secret), BODY) }, ['part-missing']);
});

test('a message that waited, or a clock that is off', async () => {
  await expect({ secret, at: now() - 301 }, ['callback-tolerance']);
  await expect({ secret, at: now() + 400 }, ['callback-tolerance']);
});

test('blanks around the secret', () => expect({ secret: `${secret}\n` }, ['key-blanks']));

test('the old secret after a rotation', async () => {
  const rotated = await manage(server, 'POST', `/callbacks/endpoints/${endpointId}/secrets`, {
    overlapSeconds: 0,
  });
  const next: string = rotated.body.secret;
  await expect({ signedWith: next, secret }, ['callback-secret-old']);
  await expect({ signedWith: next, secret: next }, []);
});

test('what is missing is named', async () => {
  const { status, body } = await manage(server, 'POST', '/debug/signature', {
    platform: 'jintong',
    callback: { headers: { 'webhook-id': 'x' }, body: '' },
  });
  assert.deepEqual([status, body.error.field], [400, 'callback.headers']);
});
