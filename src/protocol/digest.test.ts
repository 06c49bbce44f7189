// Tests that a digest is found in either case, and that nothing else is found.
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexOfDigest, md5Hex } from './digest.ts';

const [first, second] = [md5Hex('a'), md5Hex('b')];

test('the index of the digest, in lower, upper and mixed case', () => {
  equal(indexOfDigest(second, [first, second]), 1);
  equal(indexOfDigest(first.toUpperCase(), [first, second]), 0);
  equal(indexOfDigest(`${first.slice(0, 16)}${first.slice(16).toUpperCase()}`, [first]), 0);
  equal(indexOfDigest(first, [first, first]), 0, 'the first of equal digests');
});

test('-1 for a digest that is not expected, for another length, and for no expected digest', () => {
  equal(indexOfDigest(md5Hex('c'), [first, second]), -1);
  for (const given of ['', first.slice(1), `${first}0`]) equal(indexOfDigest(given, [first]), -1);
  equal(indexOfDigest(first, []), -1);
  equal(indexOfDigest('', []), -1);
});

test('-1 where a character is no hex digit, even if its code resembles one', () => {
  for (const character of ['g', ':', '/', '@', '`', ' ', '\u0430', '\u0130', '０', '\u{1F600}']) {
    const given = `${character}${first}`.slice(0, first.length);
    equal(indexOfDigest(given, [first, second]), -1, character);
  }
  equal(indexOfDigest('g'.repeat(32), ['0'.repeat(32)]), -1);
});

test('as a comparison of texts that ignores case', () => {
  const digest = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEFg'), maxLength: 3 });
  fc.assert(
    fc.property(
      digest,
      fc.array(fc.constantFrom('0a', 'ff', 'b1'), { maxLength: 3 }),
      (given, all) => {
        equal(indexOfDigest(given, all), (all as string[]).indexOf(given.toLowerCase()));
      },
    ),
  );
});
