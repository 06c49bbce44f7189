// Tests that encrypted secrets can be decrypted only with their key and in their place.
import { equal, notEqual, ok, throws } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { Sealer } from './seal.ts';

const PLACE = 'jintong/jane88/k1';
const SECRET = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21';
const sealer = new Sealer(Buffer.alloc(32, 7));

const wrongKey = (place = PLACE) => ({
  name: 'WrongMasterKeyError',
  code: 'ERR_MASTER_KEY',
  message: `the secret of ${place} does not open: ORDERGATE_KEY (or master.key) is not the key it was sealed with`,
});

describe('what was sealed opens again', () => {
  for (const secret of [SECRET, '', 'x', '密钥😀\u0000\r\n', 'a'.repeat(100_000)]) {
    test(JSON.stringify(secret.slice(0, 40)), () =>
      equal(sealer.open(sealer.seal(secret, PLACE), PLACE), secret),
    );
  }

  test('also by another sealer with the same key, after a restart', () => {
    const key = randomBytes(32);
    equal(new Sealer(Buffer.from(key)).open(new Sealer(key).seal(SECRET, PLACE), PLACE), SECRET);
  });
});

test('a sealed text reveals neither the secret nor that two secrets are equal', () => {
  const [one, two] = [sealer.seal(SECRET, PLACE), sealer.seal(SECRET, PLACE)];
  notEqual(one, two);
  const bytes = Buffer.from(one.slice('v1.'.length), 'base64url');
  ok(!bytes.includes(SECRET) && !one.includes(SECRET));
  ok(!bytes.includes(PLACE));
});

test('no two of 2,000 sealed texts share a nonce', () => {
  const nonces = Array.from({ length: 2000 }, () =>
    Buffer.from(sealer.seal(SECRET, PLACE).slice('v1.'.length), 'base64url').toString('hex', 0, 12),
  );
  equal(new Set(nonces).size, 2000);
});

test('a secret moved to another place does not open', () => {
  const sealed = sealer.seal(SECRET, PLACE);
  for (const other of [
    'jintong/jane88/k2',
    'jintong/wang01/k1',
    'ytx/jane88/k1',
    '',
    `${PLACE} `,
  ]) {
    throws(() => sealer.open(sealed, other), wrongKey(other));
  }
});

test('a secret does not open with another key, even if the keys differ in one bit', () => {
  const sealed = sealer.seal(SECRET, PLACE);
  const almost = Buffer.alloc(32, 7);
  almost[31]! ^= 1;
  throws(() => new Sealer(almost).open(sealed, PLACE), wrongKey());
});

test('a secret with one changed bit, or cut anywhere, does not open', () => {
  const sealed = sealer.seal(SECRET, PLACE);
  const bytes = Buffer.from(sealed.slice('v1.'.length), 'base64url');
  const asText = (b: Buffer): string => `v1.${b.toString('base64url')}`;
  equal(sealer.open(asText(bytes), PLACE), SECRET);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = Buffer.from(bytes);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    throws(() => sealer.open(asText(altered), PLACE), wrongKey(), `bit ${bit}`);
  }
  for (let length = 0; length < bytes.length; length++) {
    throws(() => sealer.open(asText(bytes.subarray(0, length)), PLACE), wrongKey(), `${length}`);
  }
  throws(() => sealer.open(asText(Buffer.concat([bytes, Buffer.from([0])])), PLACE), wrongKey());
});

test('a shortened tag does not open, because four bytes of a tag can be guessed and sixteen cannot', () => {
  const sealed = Buffer.from(sealer.seal('', PLACE).slice('v1.'.length), 'base64url');
  equal(sealed.length, 12 + 16);
  for (let tag = 0; tag < 16; tag++) {
    const cut = `v1.${sealed.subarray(0, 12 + tag).toString('base64url')}`;
    throws(() => sealer.open(cut, PLACE), wrongKey(), `a tag of ${tag} bytes`);
  }
});

test('a text of another form does not open', () => {
  const sealed = sealer.seal(SECRET, PLACE);
  for (const text of [
    '',
    'v1.',
    SECRET,
    sealed.slice(3),
    sealed.replace('v1.', 'v2.'),
    ` ${sealed}`,
  ]) {
    throws(() => sealer.open(text, PLACE), wrongKey(), text);
  }
});

test('a master key has 32 bytes', () => {
  for (const length of [0, 16, 31, 33, 64]) {
    throws(() => new Sealer(Buffer.alloc(length)), {
      name: 'RangeError',
      message: `a master key has 32 bytes, not ${length}`,
    });
  }
});
