// The suite of limits: windows, simultaneous calls, pauses, and counts that outlast a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/clock.ts';
import type { LimitWindow } from '../../src/core/limits.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import { newPlatform, type OpenDirectory, suiteDirectory, T0 } from './fixtures.ts';

export function limitRules(open: () => OpenStorage): void {
  const second = (now: number, max: number): LimitWindow => ({
    name: 'second',
    startsAt: Math.floor(now / SECOND) * SECOND,
    length: SECOND,
    max,
  });
  const day = (now: number, max: number): LimitWindow => ({
    name: 'day',
    startsAt: Math.floor(now / DAY) * DAY,
    length: DAY,
    max,
  });

  test('a window admits its number of calls, and the next window admits as many', async () => {
    const { limits } = open();
    const key = newPlatform();
    const enter = async (now: number) =>
      (await limits.enter(key, null, [second(now, 2)], now)).refusedBy;
    const start = second(T0, 2).startsAt;
    assert.deepEqual(
      [
        await enter(start),
        await enter(start + 1),
        await enter(start + 999),
        await enter(start + 1000),
      ],
      [null, null, 'second', null],
    );
  });

  test('a call that one window refuses is not counted in another window', async () => {
    const { limits } = open();
    const key = newPlatform();
    const start = second(T0, 1).startsAt;
    const enter = async (now: number) =>
      (await limits.enter(key, null, [second(now, 1), day(now, 2)], now)).refusedBy;
    assert.deepEqual(
      [
        await enter(start),
        await enter(start),
        await enter(start + 1000),
        await enter(start + 2000),
      ],
      [null, 'second', null, 'day'],
    );
  });

  test('only the allowed number of calls run at once; a call that ends makes room for one', async () => {
    const { limits } = open();
    const key = newPlatform();
    const enter = () => limits.enter(key, 2, [], T0);
    const [a, b, c] = [await enter(), await enter(), await enter()];
    assert.deepEqual([a.refusedBy, b.refusedBy, c.refusedBy], [null, null, 'at-once']);
    c.leave();
    assert.equal((await enter()).refusedBy, 'at-once');
    a.leave();
    a.leave();
    assert.equal((await enter()).refusedBy, null);
    assert.equal((await enter()).refusedBy, 'at-once');
  });

  test('of a thousand simultaneous calls, a window admits exactly its number', async () => {
    const { limits } = open();
    const key = newPlatform();
    const admissions = await Promise.all(
      Array.from({ length: 1000 }, () => limits.enter(key, null, [day(T0, 100)], T0)),
    );
    assert.equal(admissions.filter(({ refusedBy }) => refusedBy === null).length, 100);
  });

  test('a pause lasts its length, and a refused key does not make it longer', async () => {
    const { limits } = open();
    const [a, b] = [newPlatform(), newPlatform()];
    const pause = (keys: string[], now: number) => limits.pause(keys, MINUTE, now);
    assert.deepEqual(await pause([a], T0), [true]);
    assert.deepEqual(await pause([a, b, b], T0 + MINUTE - 1), [false, true, false]);
    assert.deepEqual(await pause([a, b], T0 + MINUTE), [true, false]);
  });

  test('a pause that began while the clock was set ahead ends when the clock is set back', async () => {
    const { limits } = open();
    const key = newPlatform();
    const pause = (now: number) => limits.pause([key], MINUTE, now);
    assert.deepEqual(await pause(T0 + 5 * HOUR), [true]);
    assert.deepEqual(await pause(T0 + 5 * HOUR + 1), [false]);
    assert.deepEqual(await pause(T0), [true], 'and another begins');
    assert.deepEqual(await pause(T0 + MINUTE - 1), [false]);
    assert.deepEqual(await pause(T0 + MINUTE), [true]);
    assert.deepEqual(await pause(T0 + MINUTE - 500), [false], 'clocks of nodes that differ');
  });

  test('a window that was counted while the clock was ahead refuses no later call', async () => {
    const { limits } = open();
    const key = newPlatform();
    const enter = async (now: number) =>
      (await limits.enter(key, null, [second(now, 2), day(now, 4)], now)).refusedBy;
    const start = second(T0, 1).startsAt;
    for (const ahead of [2 * DAY, 2 * DAY, 2 * DAY + 1000, 2 * DAY + 1000])
      assert.equal(await enter(start + ahead), null);
    assert.equal(await enter(start + 2 * DAY + 2000), 'day');
    assert.equal(await enter(start), null);
    assert.equal(await enter(start + 1), null);
    assert.equal(await enter(start + 2), 'second');
  });
}

export function limitRestartRules(openDirectory: OpenDirectory): void {
  test('a day’s count and a pause outlast a restart', async () => {
    const directory = suiteDirectory();
    const windows = [{ name: 'day', startsAt: T0, length: DAY, max: 3 }];
    const first = await openDirectory(directory);
    for (let i = 0; i < 2; i++) await first.limits.enter('app', null, windows, T0);
    await first.limits.pause(['order'], MINUTE, T0);
    await first.close();
    const again = await openDirectory(directory);
    const third = await again.limits.enter('app', null, windows, T0 + 5);
    const fourth = await again.limits.enter('app', null, windows, T0 + 5);
    assert.deepEqual([third.refusedBy, fourth.refusedBy], [null, 'day']);
    assert.deepEqual(await again.limits.pause(['order'], MINUTE, T0 + 5), [false]);
    await again.close();
  });
}
