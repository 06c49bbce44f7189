// Tests times in Asia/Shanghai: which texts are valid, and that each time survives a round trip.
import { equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatShanghai, parseShanghai } from './shanghai-time.ts';

test('a time without a zone is read as Asia/Shanghai, eight hours ahead of UTC', () => {
  equal(parseShanghai('2015-11-03 09:12:33'), Date.UTC(2015, 10, 3, 1, 12, 33));
  equal(parseShanghai('1970-01-01 08:00:00'), 0);
  equal(parseShanghai('1970-01-01 07:59:59'), -1000);
  equal(formatShanghai(Date.UTC(2015, 10, 3, 1, 12, 33)), '2015-11-03 09:12:33');
  equal(formatShanghai(Date.UTC(2025, 11, 31, 16, 0, 0)), '2026-01-01 00:00:00');
});

test('summer time is ignored, even in the years that had it, because the platforms write UTC+8', () => {
  equal(formatShanghai(Date.UTC(1988, 6, 1, 0, 0, 0)), '1988-07-01 08:00:00');
  equal(formatShanghai(Date.UTC(2026, 6, 1, 0, 0, 0)), '2026-07-01 08:00:00');
});

test('a fraction of a second is cut off, never rounded', () => {
  equal(formatShanghai(Date.UTC(2026, 0, 2, 3, 4, 5, 999)), '2026-01-02 11:04:05');
});

describe('no such day or time', () => {
  const refused = {
    'a day that the month does not have': [
      ...['2015-02-29', '2015-02-30', '1900-02-29', '2026-04-31', '2026-01-00', '2026-01-32'],
    ].map((day) => `${day} 00:00:00`),
    'a month that the year does not have': ['2026-00-10 00:00:00', '2026-13-10 00:00:00'],
    '24 o’clock': ['2026-01-02 24:00:00', '2026-01-02 25:00:00'],
    'a sixtieth minute': ['2026-01-02 23:60:00'],
    'a leap second': ['2016-12-31 23:59:60', '2017-01-01 07:59:60'],
  };
  for (const [rule, times] of Object.entries(refused)) {
    test(`${rule} is refused`, () => {
      for (const text of times) equal(parseShanghai(text), null, text);
    });
  }

  test('the neighbouring days are valid', () => {
    for (const text of ['2016-02-29 23:59:59', '2000-02-29 00:00:00', '2026-12-31 00:00:00']) {
      equal(formatShanghai(parseShanghai(text)!), text);
    }
  });
});

test('only yyyy-MM-dd HH:mm:ss has the valid form', () => {
  for (const text of [
    ...['', '2026-01-02', '2026-01-02T03:04:05', '2026-01-02 03:04:05Z', '2026-01-02 03:04:05.0'],
    ...['2026-1-2 03:04:05', '26-01-02 03:04:05', '2026/01/02 03:04:05', ' 2026-01-02 03:04:05'],
    ...[
      '2026-01-02 03:04:05\n',
      '2026-01-02  03:04:05',
      '2026-01-02 3:04:05',
      '02026-01-02 03:04:05',
    ],
    ...[
      '2026-01-02 03:04',
      '-026-01-02 03:04:05',
      '２０２６-01-02 03:04:05',
      '2026-01-02 03:04:05+08:00',
    ],
  ]) {
    equal(parseShanghai(text), null, JSON.stringify(text));
  }
});

test('every second from year 1 to year 9999 survives a round trip', () => {
  const first = parseShanghai('0001-01-01 00:00:00')!;
  const last = parseShanghai('9999-12-31 23:59:59')!;
  const second = fc.integer({ min: first / 1000, max: last / 1000 });
  const fraction = fc.integer({ min: 0, max: 999 });
  fc.assert(
    fc.property(second, fraction, (s, ms) => {
      const text = formatShanghai(s * 1000 + ms);
      equal(text.length, 19);
      equal(parseShanghai(text), s * 1000);
    }),
    { numRuns: 5000 },
  );
});

test('every accepted text equals the written form of its time', () => {
  const digits = (max: number) =>
    fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
  const year = fc.integer({ min: 1, max: 9999 }).map((n) => String(n).padStart(4, '0'));
  const parts = fc.tuple(year, digits(15), digits(35), digits(26), digits(63), digits(63));
  let accepted = 0;
  fc.assert(
    fc.property(parts, ([y, mo, d, h, mi, s]) => {
      const text = `${y}-${mo}-${d} ${h}:${mi}:${s}`;
      const instant = parseShanghai(text);
      if (instant === null) return;
      accepted++;
      equal(formatShanghai(instant), text);
    }),
    { numRuns: 5000 },
  );
  equal(accepted > 1000 && accepted < 4900, true, `${accepted} of 5000 were accepted`);
});
