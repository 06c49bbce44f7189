// Tests that a repeated fault gives one log line per second with a count.
import { deepEqual, equal } from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import { FaultLog } from './fault-log.ts';

test('the first fault is logged at once, and its repetitions within a second as one line with a count', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: { msg: string; repeated?: number; path?: string }[] = [];
  const to = new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)));
      done();
    },
  });
  const faults = new FaultLog(pino({ level: 'warn' }, to));
  for (let i = 0; i < 500; i++)
    faults.write('error', { err: new Error('disk'), path: `/${i}` }, 'failed');
  faults.write('error', { err: new Error('other') }, 'failed');
  const told = () => lines.splice(0).map(({ msg, repeated }) => [msg, repeated]);
  deepEqual(told(), [
    ['failed', undefined],
    ['failed', undefined],
  ]);
  t.mock.timers.tick(1000);
  deepEqual(told(), [['failed', 499]]);
  t.mock.timers.tick(1000);
  equal(lines.length, 0);
  faults.write('error', { err: new Error('disk') }, 'failed');
  deepEqual(told(), [['failed', undefined]], 'after a quiet second it is new again');
});
