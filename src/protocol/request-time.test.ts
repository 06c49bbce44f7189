// Tests that a request's time is valid by the sandbox's clock or by real time, and that a refusal
// states the offset.
import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { call as callSuning, HISTORY } from '../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { call as callYtx, query } from '../../test/ytx.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../core/clock.ts';
import { judgeRequestTime } from './request-time.ts';

const BODY =
  '<sn_request><sn_body><queryHistoryOrder><startTime>2026-01-01 00:00:00</startTime><endTime>2026-01-02 00:00:00</endTime><pageNo>1</pageNo><pageSize>10</pageSize></queryHistoryOrder></sn_body></sn_request>';

async function moved(advanceSeconds: number) {
  const clock = new TestClock('2026-01-02T03:04:05.000Z');
  const server = await startTestServer({ clock });
  await manage(server, 'POST', '/clock', { advanceSeconds });
  const detail = async () => {
    const { body } = await manage(server, 'GET', '/requests?limit=1');
    return body.items[0].detail as string;
  };
  const suning = async (at: number) =>
    (await callSuning(server, { method: HISTORY, body: BODY, at })).code;
  const ytx = async (at: number) =>
    (await callYtx(server, query('2016010000000299'), { at })).statusCode;
  return { server, world: clock.now(), sandbox: server.clock.now(), detail, suning, ytx };
}

test("\"In a sandbox only, AppRequestTime and ytx's timestamp are good by the sandbox's clock or by the world's\"", async () => {
  const { world, sandbox, suning, ytx } = await moved(3 * 86_400);
  equal(sandbox - world, 3 * DAY);
  for (const near of [world, sandbox]) {
    for (const off of [-10 * MINUTE, 0, 10 * MINUTE]) {
      equal(await suning(near + off), 'biz.handler.data-get:no-result');
    }
    for (const off of [-DAY, 0, 10 * MINUTE]) equal(await ytx(near + off), '-704');
  }
  for (const between of [world + HOUR, sandbox - HOUR, world - HOUR, sandbox + HOUR]) {
    equal(await suning(between), 'sys.check.app-time:error');
  }
  for (const between of [world + HOUR, sandbox - DAY - SECOND, world - DAY - SECOND]) {
    equal(await ytx(between), '-203');
  }
});

test("a refusal's detail states the offset and its direction", async () => {
  const { world, suning, ytx, detail } = await moved(7200);
  await suning(world + HOUR);
  equal(
    await detail(),
    "AppRequestTime 2026-01-02 12:04:05 is 60 min behind the sandbox's time 2026-01-02 13:04:05 and 60 min ahead of the world's time 2026-01-02 11:04:05; allowed are 10 min behind and 10 min ahead. The sandbox's clock has offsetSeconds 7200",
  );
  await ytx(world + 3 * HOUR);
  equal(
    await detail(),
    "timestamp 20260102140405 is 60 min ahead of the sandbox's time 2026-01-02 13:04:05 and 180 min ahead of the world's time 2026-01-02 11:04:05; allowed are 1440 min behind and 10 min ahead. The sandbox's clock has offsetSeconds 7200",
  );
});

test("ytx refuses a time that is ahead with -203, too; the log states the direction, the sent time and the server's time", async () => {
  const { world, ytx, suning, detail } = await moved(0);
  equal(await ytx(world + 11 * MINUTE), '-203');
  equal(
    await detail(),
    "timestamp 20260102111505 is 11 min ahead of the server's time 2026-01-02 11:04:05; allowed are 1440 min behind and 10 min ahead",
  );
  equal(await ytx(world - DAY - SECOND), '-203');
  ok((await detail()).startsWith("timestamp 20260101110404 is 86401 s behind the server's time"));
  equal(await suning(world + 11 * MINUTE), 'sys.check.app-time:error');
  ok((await detail()).startsWith('AppRequestTime 2026-01-02 11:15:05 is 11 min ahead of'));
});

test("all other rules read only the sandbox's clock and never real time", async () => {
  const { server, world } = await moved(86_400);
  const ask = () => callYtx(server, query('2016010000000219'), { at: world });
  equal((await ask()).orderSts, '1');
  equal((await ask()).statusCode, '-705');
  await manage(server, 'POST', '/clock', { advanceSeconds: 60 });
  equal((await ask()).orderSts, '1', 'a minute of the sandbox is a minute');
});

test('"Production has one": where both times are one, only that one counts', () => {
  const tolerance = { behindMs: MINUTE, aheadMs: MINUTE };
  const at = 1_767_323_045_000;
  equal(judgeRequestTime({ now: at, worldNow: at }, at - MINUTE, tolerance), null);
  ok(
    judgeRequestTime({ now: at, worldNow: at }, at - MINUTE - 1, tolerance)?.includes(
      '61 s behind',
    ),
  );
});
