// Tests a party's limits, which are equal on each platform: simultaneous calls, calls per second,
// calls per day in Shanghai.
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { call as callJintong, form, hasten } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { ACCOUNT, call as callYtx, query } from '../../test/ytx.ts';
import { DAY, HOUR, SECOND } from '../core/clock.ts';

const PARTIES = { jintong: 'jane88', ytx: ACCOUNT } as const;
type Limited = keyof typeof PARTIES;

/** Makes a call that succeeds unless a limit is reached; returns whether a limit refused it. */
async function limited(platform: Limited, limits: object | null) {
  const clock = new TestClock('2026-01-02T03:04:05.000Z');
  const server = await startTestServer({ clock });
  const path = `/parties/${platform}/${PARTIES[platform]}`;
  const set = (to: object | null) => manage(server, 'PATCH', path, { attributes: { limits: to } });
  equal((await set(limits)).status, 200);
  const ask = async (): Promise<boolean> => {
    if (platform === 'ytx') return (await callYtx(server, query('404'))).statusCode === '-706';
    const reply = await callJintong(server, form(hasten('404')));
    if (reply.description === '调用过于频繁，请稍后再试') equal(reply.code, 'CallFail');
    return reply.description === '调用过于频繁，请稍后再试';
  };
  const many = async (count: number) => {
    const refused: boolean[] = [];
    for (let i = 0; i < count; i++) refused.push(await ask());
    return refused;
  };
  const detail = async () =>
    (await manage(server, 'GET', '/requests?limit=1')).body.items[0].detail;
  return { clock, set, ask, many, detail };
}

for (const platform of ['jintong', 'ytx'] as const) {
  test(`${platform}: calls per second, by the sandbox's clock`, async () => {
    const { clock, many, detail } = await limited(platform, { perSecond: 2 });
    deepEqual(await many(3), [false, false, true]);
    match(await detail(), /limit second is reached/);
    clock.advance(SECOND - 1);
    deepEqual(await many(1), [true]);
    clock.advance(1);
    deepEqual(await many(3), [false, false, true]);
  });

  test(`${platform}: calls per day in Shanghai; a refused call is not counted`, async () => {
    const { clock, many } = await limited(platform, { perDay: 2, perSecond: 5 });
    deepEqual(await many(4), [false, false, true, true]);
    clock.advance(12 * HOUR + 55 * 60 * SECOND + 54 * SECOND); // 23:59:59 in Shanghai
    deepEqual(await many(1), [true]);
    clock.advance(SECOND);
    deepEqual(await many(3), [false, false, true]);
    clock.advance(DAY);
    deepEqual(await many(1), [false]);
  });

  test(`${platform}: simultaneous calls`, async () => {
    const { ask } = await limited(platform, { atOnce: 1 });
    const refused = await Promise.all(Array.from({ length: 20 }, ask));
    equal(refused.includes(false), true);
    equal(await ask(), false, 'none is under way any more');
  });

  test(`${platform}: a party without limits is not limited, and limits can be removed`, async () => {
    const { many, set } = await limited(platform, null);
    deepEqual(await many(5), Array(5).fill(false));
    await set({ perDay: 1 });
    deepEqual(await many(2), [false, true]);
    await set(null);
    deepEqual(await many(3), Array(3).fill(false));
  });

  test(`${platform}: invalid limits are refused, and the refusal names the field`, async () => {
    const { set } = await limited(platform, null);
    for (const [limits, field] of [
      [{ perDay: 0 }, 'attributes.limits.perDay'],
      [{ perSecond: '5' }, 'attributes.limits.perSecond'],
      [{ perHour: 5 }, 'attributes.limits.perHour'],
      [5, 'attributes.limits'],
    ] as const) {
      const { status, body } = await set(limits as object);
      deepEqual([status, body.error.field], [400, field]);
    }
  });
}
