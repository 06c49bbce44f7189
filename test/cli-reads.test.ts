// The commands that look up and repair, against a running server; and `docs`, which needs none.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PROTOCOLS } from '../src/callers.ts';
import { verifyCallback } from '../src/client/webhooks.ts';
import { change, startCallbackServer } from './callback-server.ts';
import { isExplained, nothingWasBetrayed, run, start } from './cli-process.ts';
import { call, cancel, form, hasten } from './jintong.ts';
import { startReceiver, status } from './receiver.ts';

const OWN = '{"type":"my.own","timestamp":"2026-01-02T03:04:05.000Z","data":{}}';
const { server, clock, register, drain } = await startCallbackServer();
const receiver = await startReceiver();
const { endpointId, secret } = await register(receiver.url);
await change(server, clock, 1);
await call(server, form(hasten('15112480268'))); // Too soon: refused.
await drain();
const env = { ORDERGATE_ADMIN_TOKEN: server.adminToken, TZ: 'UTC' };
const ask = async (...args: string[]) => {
  const ended = await run([...args, '--url', server.url], env);
  return { ...ended, lines: ended.stdout.trimEnd().split('\n') };
};
const rows = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));

describe('requests', () => {
  test('list: the newest first, in columns; --why says why', async () => {
    const { code, lines } = await ask('requests', '--why', '--limit', '2');
    equal(code, 0);
    match(lines[0]!, /\d {2}\d+ {2}CallFail {2}HastenOrder {2}15112480268 {2}jane88 {2}jintong$/);
    match(lines[1]!, /^ {4}too-soon/);
    match(lines[2]!, / {2}CallSuccess {2}/);
  });

  test('--json: NDJSON whose first line says that it is ready; filters', async () => {
    const { lines } = await ask(
      'requests',
      '--json',
      '--outcome',
      'CallFail',
      '--order',
      '15112480268',
    );
    const [ready, ...found] = rows(lines);
    deepEqual(ready, { type: 'ready' });
    deepEqual(
      found.map(({ outcome }) => outcome),
      ['CallFail'],
    );
    const refused = rows((await ask('requests', '--json', '--refused', '--party', 'jane88')).lines);
    ok(refused.slice(1).every((row) => row.refused && row.party === 'jane88'));
  });

  test('show: one call; a wrong signature is explained', async () => {
    const wrong = form(cancel('15112480268')).replace(/Sign%3E[0-9a-f]{6}/, 'Sign%3E000000');
    await call(server, wrong);
    let id = 0;
    while (id === 0) {
      const found = rows((await ask('requests', '--json', '--outcome', 'SignFail')).lines);
      id = found[1]?.id ?? 0;
    }
    const { code, stdout } = await ask('requests', 'show', String(id));
    equal(code, 0);
    match(stdout, /^outcome: SignFail$/m);
    match(stdout, /^The signature is wrong\.$/m);
    const { stdout: json } = await ask('requests', 'show', String(id), '--json');
    equal(JSON.parse(json).signature.ok, false);
  });

  test('tail: prints each call as it comes, and ends with 0 at SIGTERM', async () => {
    const one = start(['requests', 'tail', '--json', '--url', server.url], env);
    let text = '';
    one.child.stdout!.on('data', (more: string) => {
      text += more;
    });
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until(/^\{"type":"ready"\}\n/);
    await change(server, clock, 1);
    await until(/"outcome":"CallSuccess"/);
    one.child.kill('SIGTERM');
    equal((await one.ended).code, 0);
    equal(text.trimEnd().split('\n').length, 2);
  });
});

test('orders and parties: list and show', async () => {
  const { code, lines } = await ask('orders', '--platform', 'jintong', '--limit', '3');
  equal(code, 0);
  match(lines[0]!, /jintong {2}\S+ +v\d+ {2}\S+.* {2}jane88/);
  match(lines.at(-1)!, /^There is more: --cursor /);
  const shown = await ask('orders', 'show', '15112480268');
  match(shown.stdout, /^orderId: 15112480268$/m);
  match(shown.stdout, /action: hastened/);
  const json = rows((await ask('orders', 'show', '15112480268', '--json')).lines);
  equal(json[1].orderId, '15112480268');
  const parties = await ask('parties', '--platform', 'jintong');
  match(parties.stdout, /^jintong {2}jane88 +on {2}1 key /m);
  match((await ask('parties', 'show', 'jane88')).stdout, /^partyId: jane88$/m);
  isExplained(await ask('parties', 'show', 'jan88'), /no party "jan88"; there are: .*jane88/, 2);
});

test('callbacks: list, show, replay, attempt, give up, and the endpoints', async () => {
  const [, first] = rows((await ask('callbacks', '--json', '--endpoint', endpointId)).lines);
  const id = String(first.deliveryId);
  match(
    (await ask('callbacks', '--state', 'delivered')).stdout,
    /order\.hastened {2}15112480268 v2 {2}delivered/,
  );
  match((await ask('callbacks', 'show', id)).stdout, new RegExp(`^deliveryId: ${id}$`, 'm'));
  match(
    (await ask('callbacks', 'endpoints')).stdout,
    new RegExp(`^${endpointId} {2}jintong {2}jane88 {2}on`),
  );
  equal((await ask('callbacks', 'replay', id)).stdout, `callback ${id} is sent again\n`);
  receiver.answer = status(500);
  const failed = await ask('callbacks', 'attempt', id);
  deepEqual([failed.code, failed.stdout], [1, `callback ${id} was sent now: status 500\n`]);
  receiver.answer = (response) => void response.end('ok');
  const sent = await ask('callbacks', 'attempt', id);
  deepEqual([sent.code, sent.stdout], [0, `callback ${id} was sent now: status 200\n`]);
  await ask('callbacks', 'replay', id);
  equal(
    (await ask('callbacks', 'give-up', id, '--note', 'a test')).stdout,
    `callback ${id} is given up\n`,
  );
  isExplained(await ask('callbacks', 'replay', 'x'), /"x" is no number of a callback/, 2);
  isExplained(await ask('callbacks', 'replya', '1'), /The nearest is: replay$/m, 2);
  isExplained(await ask('callbacks', 'show', '999999'), /no (such )?(callback|delivery)/);
});

describe('callbacks send', () => {
  test('the server signs and posts to the endpoint; the exit code says whether it was acknowledged', async () => {
    const before = receiver.received.length;
    const sent = await ask('callbacks', 'send', '--body', OWN, '--endpoint', endpointId);
    equal(sent.code, 0, sent.stderr);
    const { body, headers } = receiver.received[before]!;
    equal(body, OWN);
    equal(
      verifyCallback(body, headers as Record<string, string>, secret).id,
      headers['webhook-id'],
    );
    receiver.answer = status(503, {}, 'later');
    const refused = await ask('callbacks', 'send', '--body', '{}', '--endpoint', endpointId);
    equal(refused.code, 1);
    match(refused.stdout, /^answered 503: later\nnot acknowledged: status 503$/m);
    receiver.answer = (response) => void response.end('ok');
  });

  test('--to: the server only signs, and this machine posts', async () => {
    const hook = await startReceiver();
    const sent = await ask(
      'callbacks',
      'send',
      '--body',
      OWN,
      '--endpoint',
      endpointId,
      '--to',
      hook.url,
      '--json',
    );
    equal(sent.code, 0, sent.stderr);
    const { body, headers } = hook.received[0]!;
    equal(
      verifyCallback(body, headers as Record<string, string>, secret).id,
      headers['webhook-id'],
    );
    equal(JSON.parse(sent.stdout).headers['webhook-id'], headers['webhook-id']);
    isExplained(await ask('callbacks', 'send', '--body', '{}'), /say what goes where/, 2);
  });
});

test('clock: show and move', async () => {
  match((await ask('clock')).stdout, /^\d{4}-.*Z \(.*\)\n$/);
  const before = JSON.parse((await ask('clock', '--json')).stdout).offsetSeconds;
  const after = JSON.parse((await ask('clock', 'move', '2h', '--json')).stdout).offsetSeconds;
  equal(after - before, 7200);
  isExplained(
    await ask('clock', 'move', '2 hours'),
    /clock move is "2 hours"; it has to be a time span/,
    2,
  );
});

describe('docs, without a server', () => {
  test('each method and each code of each platform, in both languages, in 80 columns', async () => {
    const wide = /[\u2e80-\uffef]/u;
    const width = (line: string) => [...line].reduce((sum, c) => sum + (wide.test(c) ? 2 : 1), 0);
    for (const [platform, names] of [
      ['jintong', ['HastenOrder', 'SignFail']],
      ['suning', ['leaguerstatus.add', 'suning.fws.historyorder.query']],
      ['ytx', ['productOrder']],
    ] as const) {
      for (const name of names) {
        for (const lang of ['en', 'zh']) {
          const { code, stdout, stderr } = await run([
            'docs',
            name,
            '--platform',
            platform,
            '--lang',
            lang,
          ]);
          equal(code, 0, stderr);
          for (const line of stdout.split('\n')) ok(width(line) <= 80, `${width(line)}: ${line}`);
        }
      }
    }
    const { stdout } = await run(['docs', 'SignFail', '--lang', 'en']);
    match(stdout, /^jintong SignFail: 签名验证失败\n {2}Cause: /m);
  });

  test('without a name it lists everything; a typing mistake gets the nearest', async () => {
    const { stdout } = await run(['docs']);
    for (const { contract } of Object.values(PROTOCOLS)) {
      for (const name of Object.keys(contract.methods)) ok(stdout.includes(name), name);
    }
    isExplained(await run(['docs', 'SignFial']), /The nearest is: SignFail/, 2);
  });
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 40, secrets: 3 }));
