// Tests the lines of the process log: calls on request, changes by management, the stop.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { call, form, hasten, KEYS } from '../test/jintong.ts';
import { manage, startTestServer } from '../test/support.ts';

type Line = Readonly<Record<string, unknown>>;

function recorded() {
  const lines: Line[] = [];
  const log = pino(
    { level: 'info' },
    { write: (text: string) => void lines.push(JSON.parse(text)) },
  );
  return { log, of: (msg: string) => lines.filter((line) => line.msg === msg), all: lines };
}

test('ORDERGATE_ACCESS_LOG=100 writes a line for each call, without its body and its digest', async () => {
  const { log, of, all } = recorded();
  const server = await startTestServer({ log, config: { accessLog: 100 } });
  const body = form(hasten('15112480268'));
  await call(server, body);
  await call(server, body);
  const [first, second] = of('call');
  const { platform, party, method, outcome, address, orderId } = first!;
  deepEqual(
    [platform, party, method, outcome, address, orderId],
    ['jintong', 'jane88', 'HastenOrder', 'CallSuccess', '127.0.0.1', '15112480268'],
  );
  equal(second!.outcome, 'CallFail');
  const text = JSON.stringify(all);
  ok(!text.includes('<Request>') && !text.includes(KEYS.jane88));
});

test('no line stands for a call by default, and about half of the calls at 50', async () => {
  const none = recorded();
  const quiet = await startTestServer({ log: none.log });
  await call(quiet, form(hasten('1')));
  equal(none.of('call').length, 0);
  const some = recorded();
  const sampled = await startTestServer({ log: some.log, config: { accessLog: 50 } });
  for (let i = 0; i < 100; i++) await call(sampled, form(hasten('1')));
  const { length } = some.of('call');
  // Outside of these bounds once in 10^8 runs.
  ok(length > 20 && length < 80, `${length} of 100`);
});

test('each change by management has a line that says who and what, and not what was sent', async () => {
  const { log, of } = recorded();
  const server = await startTestServer({ log });
  const changed = { addresses: ['192.0.2.7'] };
  equal((await manage(server, 'PATCH', '/parties/jintong/jane88', changed)).status, 200);
  await manage(server, 'GET', '/parties/jintong/jane88');
  deepEqual(
    of('management').map(({ actor, action, target, outcome, status, address }) => [
      ...[actor, action, target, outcome, status, address],
    ]),
    [['admin', 'changeParty', 'jintong/jane88', 'done', 200, '127.0.0.1']],
  );
  ok(!JSON.stringify(of('management')).includes('192.0.2.7'));
});

test('a stop has a line when it begins and one when it has ended', async () => {
  const { log, all } = recorded();
  const server = await startTestServer({ log });
  await server.close();
  deepEqual(
    all.slice(-2).map(({ msg }) => msg),
    ['stopping: calls in progress are finished', 'stopped'],
  );
});
