// Tests that the process log says how many calls were served and not logged.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { call, form, hasten } from '../test/jintong.ts';
import { manage, startTestServer } from '../test/support.ts';
import { readConfig } from './config.ts';
import { SECOND } from './core/clock.ts';
import { keepHouse } from './housekeeping.ts';

test('calls that a nearly full disk left out of the request log are told every ten seconds, each once', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const requestLog = { maxBytes: 64 * 1024 * 1024, reserveBytes: Number.MAX_SAFE_INTEGER };
  const server = await startTestServer({ config: { databaseUrl: undefined }, requestLog });
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stop = keepHouse(server, readConfig({}, {}), log);
  const calls = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await call(server, form(hasten('404')));
    // A list of calls waits until those before it are in the request log, or left out of it.
    deepEqual((await manage(server, 'GET', '/requests')).body.items, []);
    t.mock.timers.tick(10 * SECOND);
  };
  await calls(2);
  await calls(0);
  await calls(1);
  stop();
  deepEqual(
    lines
      .map((line) => JSON.parse(line))
      .map(({ dropped, problem, msg }) => ({ dropped, problem, msg })),
    [2, 1].map((dropped) => ({
      dropped,
      problem: 'Error: the disk is nearly full; calls are served and not logged',
      msg: 'calls were served and not logged',
    })),
  );
});
