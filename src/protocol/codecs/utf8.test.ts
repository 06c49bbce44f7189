// Tests that bytes are decoded as the decoder of the Encoding Standard decodes them, or refused with it.
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8 } from './utf8.ts';

const judge = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function judged(bytes: Uint8Array): string | null {
  try {
    return judge.decode(bytes);
  } catch {
    return null;
  }
}

test('any bytes, as a buffer and as a part of a larger array', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => new TextEncoder().encode(text)),
    fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const within = new Uint8Array([0xff, ...given, 0xff]).subarray(1, given.length + 1);
      for (const one of [given, Buffer.from(given), within]) equal(decodeUtf8(one), judged(given));
    }),
  );
});

test('a byte order mark stays in the text', () => {
  equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\uFEFFa');
});
