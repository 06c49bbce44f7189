// Tests the conversion between yuan at the edges and integer fen inside: valid amounts, and no
// loss.
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatYuan, parseYuan } from './money.ts';

test('an amount is yuan with at most two decimals', () => {
  const amounts = {
    '1280.00': 128_000,
    '1280': 128_000,
    '1280.5': 128_050,
    '1280.05': 128_005,
    '0': 0,
    '0.00': 0,
    '0.01': 1,
    '0.1': 10,
    '9999999999999.99': 999_999_999_999_999,
  };
  for (const [text, fen] of Object.entries(amounts)) equal(parseYuan(text), fen, text);
});

test('a text that is not such an amount gives null', () => {
  for (const text of [
    ...['', ' ', '.', '.5', '1.', '1.000', '1.001', '-1', '-0.01', '+1', '01', '00', '00.10'],
    ...[
      '1,280.00',
      '1 280',
      ' 1',
      '1 ',
      '1\n',
      '1e3',
      '0x10',
      '¥1',
      '1元',
      '１',
      'NaN',
      'Infinity',
    ],
    ...['10000000000000', '10000000000000.00', '1..0', '1.0.0'],
  ]) {
    equal(parseYuan(text), null, JSON.stringify(text));
  }
});

test('fen are written as yuan with two decimals, also below one yuan and for negative amounts', () => {
  const written = {
    0: '0.00',
    1: '0.01',
    10: '0.10',
    99: '0.99',
    100: '1.00',
    128000: '1280.00',
    '-1': '-0.01',
    '-128050': '-1280.50',
    999999999999999: '9999999999999.99',
  };
  for (const [fen, text] of Object.entries(written)) equal(formatYuan(Number(fen)), text);
  equal(formatYuan(-0), '0.00');
});

test('every amount survives the round trip: floating point loses no fen', () => {
  const fen = fc.integer({ min: 0, max: 999_999_999_999_999 });
  fc.assert(
    fc.property(fen, (n) => equal(parseYuan(formatYuan(n)), n)),
    { numRuns: 5000 },
  );
});

test('an amount with one decimal or none equals the amount with two decimals', () => {
  const fen = fc.integer({ min: 0, max: 99_999_999_999_999 }).map((n) => n * 10);
  fc.assert(
    fc.property(fen, (n) => {
      equal(parseYuan(formatYuan(n).slice(0, -1)), n);
      if (n % 100 === 0) equal(parseYuan(formatYuan(n).slice(0, -3)), n);
    }),
  );
});
