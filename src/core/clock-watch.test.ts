// Tests that each step of the clock is reported once, and that slow corrections and late timers are
// not reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR } from './clock.ts';
import { ClockWatch, LEAST_STEP_MS } from './clock-watch.ts';

function watched() {
  const time = { world: 1_700_000_000_000, steady: 5000 };
  const watch = new ClockWatch({ now: () => time.world }, () => time.steady);
  return (world: number, steady: number): number | null => {
    time.world += world;
    time.steady += steady;
    return watch.step();
  };
}

test('setting the clock five hours ahead, and back, is reported once each', () => {
  const after = watched();
  assert.equal(after(1000, 1000), null);
  assert.equal(after(5 * HOUR + 1000, 1000), 5 * HOUR);
  assert.equal(after(1000, 1000), null);
  assert.equal(after(-5 * HOUR + 1000, 1000), -5 * HOUR);
  assert.equal(after(1000, 1000), null);
});

test('a late timer or a slow correction is not a step', () => {
  const after = watched();
  assert.equal(after(60_000, 60_000), null, 'the process stood for a minute');
  for (let i = 0; i < 100; i++) assert.equal(after(10_005, 10_000), null);
  assert.equal(after(10_000 + LEAST_STEP_MS - 1, 10_000), null);
  assert.equal(after(10_000 + LEAST_STEP_MS, 10_000), LEAST_STEP_MS);
});
