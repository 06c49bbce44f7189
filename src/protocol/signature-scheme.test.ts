// Tests that one list of parts gives the digest's input and the masked text, for each algorithm.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import {
  digestOf,
  maskedText,
  type SignatureScheme,
  type SignedPart,
  signatureOf,
  signedText,
} from './signature-scheme.ts';

const SECRET = 'n0t-t0-be-sh0wn';
const PARTS: readonly SignedPart[] = [
  { is: 'secret', name: 'appSecret' },
  { is: 'field', name: 'method', value: '查询' },
  { is: 'separator', value: '&' },
  { is: 'body-base64', bytes: Buffer.from('{"card":"8899"}') },
];

test('the digest is over the values, in the order of the list', () => {
  const text = `${SECRET}查询&${Buffer.from('{"card":"8899"}').toString('base64')}`;
  assert.equal(signedText(PARTS, SECRET), text);
  for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
    const expected = createHash(algorithm).update(text).digest('hex');
    assert.equal(digestOf(algorithm, PARTS, SECRET), expected);
  }
});

test('with HMAC the secret is the key of the digest', () => {
  const parts = PARTS.slice(1);
  const expected = createHmac('sha256', SECRET).update(signedText(parts, '')).digest('hex');
  assert.equal(digestOf('hmac-sha256', parts, SECRET), expected);
  const scheme: SignatureScheme<readonly SignedPart[]> = {
    algorithm: 'hmac-sha256',
    carriedIn: { place: 'header', name: 'signature' },
    secret: 'appSecret',
    parts: (given) => given,
  };
  assert.equal(signatureOf(scheme, parts, SECRET), expected);
});

test('the text for a log names the secret and states the body’s length, but contains neither', () => {
  assert.equal(maskedText(PARTS), '{appSecret}查询&{base64 of the 15 bytes of the body}');
});

test('a view of a larger buffer is signed without the bytes around it', () => {
  const bytes = Buffer.from('--body--').subarray(2, 6);
  assert.equal(
    signedText([{ is: 'body-base64', bytes }], ''),
    Buffer.from('body').toString('base64'),
  );
});
