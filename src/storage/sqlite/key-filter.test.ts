// Tests the filter of order ids: added ids are always found, other ids rarely.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addToFilter, mayHold, newFilter } from './key-filter.ts';

test('property: an id that was added may be in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (ids) => {
      const filter = newFilter();
      for (const id of ids) addToFilter(filter, id);
      assert.ok(ids.every((id) => mayHold(filter, id)));
    }),
  );
});

test('with a thousand consecutive ids, at most one in a hundred other ids gives a false positive', () => {
  for (const [first, step] of [
    [15_112_480_268, 1],
    [2_016_010_000_000_219, 7],
    [900_000_000_000, 10],
  ] as const) {
    const filter = newFilter();
    for (let i = 0; i < 1000; i++) addToFilter(filter, String(first + i * step));
    let wrong = 0;
    for (let i = 1000; i < 11_000; i++) if (mayHold(filter, String(first + i * step))) wrong++;
    assert.ok(wrong < 100, `${wrong} of 10,000`);
  }
});
