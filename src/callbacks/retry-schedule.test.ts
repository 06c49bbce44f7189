// Tests the retry presets exactly: every wait, the limits of the jitter, and the effect of
// Retry-After.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCHEDULES } from '../protocol/retry-schedule.ts';
import { nextWait, readRetryAfter } from './retry-schedule.ts';

/** All waits of a preset in seconds, until it gives up. */
function waits(preset: keyof typeof SCHEDULES, random: () => number): number[] {
  const all: number[] = [];
  for (let wait = nextWait(SCHEDULES[preset], 0, random); wait !== null; ) {
    all.push(wait / 1000);
    wait = nextWait(SCHEDULES[preset], all.length, random);
  }
  return all;
}
const never = (): number => assert.fail('no jitter');
const [m, h] = [60, 3600];

test('standard: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h', () => {
  const exact = [0, 5, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 10 * h];
  assert.deepEqual(
    waits('standard', () => 0.5),
    exact,
  );
});

test('standard: ±20 % jitter from the given random source', () => {
  const lowest = [0, 4, 240, 1440, 5760, 14_400, 28_800, 28_800];
  const highest = [0, 6, 360, 2160, 8640, 21_600, 43_200, 43_200];
  assert.deepEqual(
    waits('standard', () => 0),
    lowest,
  );
  const almost = waits('standard', () => 1 - 2 ** -53);
  assert.deepEqual(almost, highest);
  const source = [0.25, 0.75, 0.1, 0.9, 0.5, 0, 0.3, 0.6];
  let i = 0;
  const mixed = waits('standard', () => source[i++]!);
  assert.deepEqual(mixed, [0, 5.5, 252, 2088, 7200, 14_400, 33_120, 37_440]);
});

test('wechat: 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h - 总计 24h4m, after a first one at once', () => {
  const gaps = [15, 15, 30, 3 * m, 10 * m, 20 * m, 30 * m, 30 * m, 30 * m, 60 * m];
  const all = waits('wechat', never);
  assert.deepEqual(all, [0, ...gaps, 3 * h, 3 * h, 3 * h, 6 * h, 6 * h]);
  assert.equal(
    all.reduce((a, b) => a + b),
    24 * h + 4 * m,
  );
});

test('alipay: 25 小时以内完成 8 次通知（通知的间隔频率一般是：4m,10m,10m,1h,2h,6h,15h）', () => {
  const all = waits('alipay', never);
  assert.deepEqual(all, [0, 4 * m, 10 * m, 10 * m, 1 * h, 2 * h, 6 * h, 15 * h]);
  assert.equal(all.length, 8);
});

test('Retry-After makes a wait longer, never shorter, and at most twice as long as the step', () => {
  const wait = (retryAfter: number) => nextWait(SCHEDULES.wechat, 4, never, retryAfter)! / 1000;
  assert.equal(wait(0), 180);
  assert.equal(wait(179_000), 180);
  assert.equal(wait(200_000), 200);
  assert.equal(wait(360_000), 360);
  assert.equal(wait(86_400_000), 360);
  // The limit is twice the step itself, not twice the step with its jitter.
  assert.equal(
    nextWait(SCHEDULES.standard, 1, () => 0, 999_999),
    10_000,
  );
  assert.equal(
    nextWait(SCHEDULES.standard, 1, () => 0.75, 5_200),
    5_500,
  );
  assert.equal(nextWait(SCHEDULES.alipay, 8, never, 1000), null, 'it does not add an attempt');
});

test('Retry-After as seconds, and as an HTTP date by the receiver’s own clock', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.equal(readRetryAfter('120', now), 120_000);
  assert.equal(readRetryAfter(' 0 ', now), 0);
  assert.equal(readRetryAfter('Fri, 02 Jan 2026 03:04:45 GMT', now), 40_000);
  assert.equal(readRetryAfter('Fri, 02 Jan 2026 03:00:00 GMT', now), 0);
  for (const bad of [undefined, '', '-1', '1.5', '1e3', 'soon', '2026-01-02', '1'.repeat(10)]) {
    assert.equal(readRetryAfter(bad, now), null, String(bad));
  }
});
