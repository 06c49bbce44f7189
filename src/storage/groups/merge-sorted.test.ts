// Sorted streams become one, in PostgreSQL's sequence of bytes, with the rows of a key together.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareBytes, type Keyed, mergeSorted } from './merge-sorted.ts';

/** Around the halves of pairs, which UTF-16 sorts otherwise than UTF-8. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{1f600}'),
  maxLength: 3,
});

test('texts compare as their bytes do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      deepEqual(
        Math.sign(compareBytes(a, b)),
        Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    }),
  );
});

test('any number of streams, of any length', async () => {
  const row = fc.record({ orderId: text, platform: fc.constantFrom('jintong', 'ytx') });
  const byKey = (a: Keyed, b: Keyed) =>
    compareBytes(a.orderId, b.orderId) || compareBytes(a.platform, b.platform);
  const keyOf = ({ orderId, platform }: Keyed) => `${orderId}\n${platform}`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 9 }), async (lists) => {
      const streams = lists.map((list) => list.toSorted(byKey));
      const merged: (readonly Keyed[])[] = [];
      const pages = streams.map((list) => {
        const left = [...list];
        return async () => left.splice(0, 2);
      });
      await mergeSorted(pages, (rows) => merged.push(rows));
      const all = lists.flat().sort(byKey);
      deepEqual(merged.flat().map(keyOf), all.map(keyOf));
      deepEqual(merged.length, new Set(all.map(keyOf)).size);
    }),
  );
});
