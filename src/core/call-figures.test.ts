// Tests that the figures of any span equal a count over the calls themselves.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CallFigures, type CountedCall, quantile, sumOf } from './call-figures.ts';
import { MINUTE, SECOND } from './clock.ts';

const START = 1_700_000_000_000 - (1_700_000_000_000 % MINUTE);

const aCall = fc.record({
  platform: fc.constantFrom('jintong', 'ytx'),
  party: fc.constantFrom('a', 'b', null),
  outcome: fc.constantFrom('ok', 'SignFail', 'busy'),
  refused: fc.boolean(),
  micros: fc.integer({ min: 0, max: 2_000_000 }),
});
const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), aCall), { maxLength: 200 });

test('calls of a span and in all equal a count of the calls', () => {
  fc.assert(
    fc.property(calls, fc.constantFrom(1, 5, 60), (steps, minutes) => {
      const figures = new CallFigures(START);
      let now = START;
      const made: [number, CountedCall][] = [];
      for (const [step, call] of steps) {
        now += step;
        figures.count(now, call);
        made.push([now, call]);
      }
      const width = minutes === 1 ? 5 * SECOND : MINUTE;
      const first = (Math.floor((now - minutes * MINUTE) / width) + 1) * width;
      const within = made.filter(([at]) => at >= first);
      const counted = figures.read(now, minutes * MINUTE);
      const sum = sumOf(counted.map(([, count]) => count));
      equal(sum.calls, within.length);
      equal(sum.refused, within.filter(([, { refused }]) => refused).length);
      equal(
        sum.micros,
        within.reduce((total, [, { micros }]) => total + micros, 0),
      );
      equal(
        sum.buckets.reduce((a, b) => a + b, 0),
        within.length,
      );
      for (const [of, count] of counted) {
        const its = within.filter(
          ([, call]) => call.platform === of.platform && call.party === of.party,
        );
        equal(count.calls, its.length);
        for (const [outcome, n] of count.outcomes) {
          equal(n, its.filter(([, call]) => call.outcome === outcome).length);
        }
      }
      equal(sumOf(figures.totals().map(([, count]) => count)).calls, made.length);
    }),
  );
});

test('a quantile is rounded up to its bucket, and never above the longest call', () => {
  const figures = new CallFigures(START);
  const call = { platform: 'p', party: null, outcome: 'ok', refused: false };
  for (const micros of [100, 200, 300, 3_000, 7_000_000]) figures.count(START, { ...call, micros });
  const [[, count]] = figures.totals() as [[unknown, Parameters<typeof quantile>[0]]];
  deepEqual(
    [quantile(count, 0.5), quantile(count, 0.8), quantile(count, 0.99)],
    [500, 5_000, 7_000_000],
  );
  equal(quantile(sumOf([]), 0.5), null);
});
