// `ordergate conformance` in real processes: a first run, its exit codes, its files, and targets whose data and clock are commands.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { exec } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSecrets, run, serve, start } from './cli-process.ts';
import { KEYS } from './jintong.ts';
import { temporaryDirectory } from './support.ts';

const data = temporaryDirectory();
const server = await serve(['--data', data]);
const [token] = readSecrets(data);
const port = new URL(server.url).port;
const directory = temporaryDirectory();
const inFile = (name: string, content: object | string): string => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const HERE = ['conformance', '--data', data, '--port', port];
const jane = { jane88: { secret: KEYS.jane88 } };

test('a first run needs the platform only; it prints the counts and ends with 0', async () => {
  const { code, stdout, stderr } = await run([...HERE, '--platform', 'jintong']);
  deepEqual([code, stderr], [0, '']);
  match(stdout, /^Conformance of a server · jintong$/m);
  match(stdout, /^ {2}fail +0 /m);
  match(stdout, /^ {2}pass +9\d /m);
  match(stdout, /^Result: no failure$/m);
});

test('exit code 4, and all files, where a clause fails; the printed command repeats it', async () => {
  const target = inFile('wrong key.json', {
    url: server.url,
    parties: { jane88: { secret: 'wrong' } },
  });
  const [junit, html, baseline] = ['r.xml', 'r.html', 'base'].map((name) => join(directory, name));
  const clause = ['--clause', 'no-such-order'];
  const args = ['conformance', '--platform', 'jintong', '--target', target, ...clause];
  const failed = await run([
    ...args,
    '--lang',
    'zh',
    '--junit',
    junit!,
    '--html',
    html!,
    '--write-baseline',
    baseline!,
  ]);
  equal(failed.code, 4);
  match(failed.stdout, /^失败 {2}no-such-order$/m);
  match(readFileSync(junit!, 'utf8'), /failures="1"/);
  match(readFileSync(html!, 'utf8'), /no-such-order/);
  const json = await run([...args, '--json']);
  equal(json.code, 4);
  const { repeat } = JSON.parse(json.stdout).results[0];
  equal(
    repeat,
    `ordergate conformance --platform jintong --target '${target}' --clause no-such-order`,
  );
  equal((await run([...args, '--baseline', baseline!])).code, 0, 'a known failure');
  const good = inFile('good.json', { url: server.url, parties: jane });
  const stale = await run([...args.with(4, good), '--baseline', baseline!]);
  equal(stale.code, 4);
  match(stale.stdout, /Stale entries of the baseline/);
});

test('exit code 2 for a wrong flag, platform, target or clause; 3 where nothing listens', async () => {
  const platform = ['--platform', 'jintong'];
  const nowhere = inFile('nowhere.json', { url: 'http://127.0.0.1:1', parties: jane });
  const unusable = inFile('bad.json', { url: 'ftp://x', fixture: 1 });
  for (const [code, args, names] of [
    [2, ['--platform', 'jingtong'], /it has to be one of jintong, suning, ytx/],
    [2, [], /--platform is missing/],
    [2, [...platform, '--lang', 'fr'], /zh, en/],
    [2, [...platform, '--clauses', 'x'], /nearest is --clause/],
    [2, [...platform, '--clause', 'nothing-*'], /no clause fits nothing-\*; --list/],
    [2, [...platform, '--target', unusable], /bad\.json is not usable\. url: .*fixture/s],
    [2, [...platform, '--target', 'absent.json'], /absent\.json cannot be read/],
    [3, [...platform, '--target', nowhere], /cannot be reached/],
  ] as const) {
    const ended = await run([...HERE, ...args]);
    equal(ended.code, code, args.join(' '));
    match(ended.stderr, names);
    ok(!/^ {4}at /m.test(ended.stderr), ended.stderr);
  }
});

test('--list prints the ids; a pattern chooses among them', async () => {
  const { stdout } = await run([...HERE, '--platform', 'ytx', '--list']);
  ok(stdout.trim().split('\n').length >= 80);
  const some = await run([...HERE, '--platform', 'ytx', '--clause', 'sign-*', '--json']);
  const { results } = JSON.parse(some.stdout);
  ok(results.length >= 5);
  for (const { id, verdict } of results) {
    match(id, /^sign-/);
    equal(verdict, 'pass', id);
  }
});

test('a target whose data, clock and secrets are commands and variables, and whose names are its own', async () => {
  // What an operator of another server would write: here it speaks to our management API.
  const program = inFile(
    'load.ts',
    `
    import { text } from 'node:stream/consumers';
    const post = async (path: string, body: object): Promise<void> => {
      const headers = { authorization: 'Bearer ${token}' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch('${server.url}/manage/v1' + path, init);
      const answer = await response.json();
      if (!response.ok || answer.refused?.length) throw new Error(JSON.stringify(answer).slice(0, 500));
    };
    const seconds = process.env.CONFORMANCE_SECONDS;
    if (seconds) await post('/clock', { advanceSeconds: Number(seconds) });
    else {
      const lines = (await text(process.stdin)).trim().split('\\n').map((line) => JSON.parse(line));
      const rows = lines.map(({ platform, section, ...row }, i) => (
        { line: i + 1, place: { platform, section }, text: JSON.stringify(row) }));
      await post('/import', { rows });
    }`,
  );
  const command = `'${process.execPath}' '${program}'`;
  const target = inFile('commands.json', {
    url: server.url,
    parties: { jane88: { id: 'acme01', secret: { env: 'ACME_KEY' } } },
    values: { wang01: 'acme02' },
    methods: ['HastenOrder', 'OperateCancelOrder'],
    newSecrets: 'of this test',
    fixtures: { command },
    clock: { command },
  });
  const env = { ACME_KEY: '3f1d7a5b9c0e2468ace013579bdf8642' };
  const args = ['conformance', '--platform', 'jintong', '--target', target, '--json'];
  const { code, stdout, stderr } = await run(
    [
      ...args,
      '--clause',
      '{hasten,cancel,detail,order-of}*',
      '--clause',
      'user-of-another-partner',
    ],
    env,
  );
  const { results, counts } = JSON.parse(stdout || '{}');
  equal(code, 0, stderr + stdout);
  deepEqual(
    results
      .filter(({ verdict }: { verdict: string }) => verdict === 'skip')
      .map(({ id }: { id: string }) => id),
    ['detail', 'order-of-another-partner'],
  );
  ok(counts.pass >= 50, JSON.stringify(counts));
  ok(!stdout.includes('3f1d7a5b9c0e2468ace013579bdf8642'));
  const failing = inFile('failing.json', {
    ...JSON.parse(readFileSync(target, 'utf8')),
    fixtures: { command: 'echo no table >&2; exit 7' },
  });
  const ended = await run(args.with(4, failing), env);
  equal(ended.code, 2);
  match(ended.stderr, /the command of fixtures ended with exit code 7[\s\S]*no table/);
});

test('orders that a server has already are given to the clauses that need such', async () => {
  const row = {
    ...{ userName: 'jane88', pnr: 'JX8K2P', flightNo: 'MU5101', amount: '1280.00' },
    createdAt: '2015-11-03 09:12:33',
  };
  const orders = [
    { ...row, orderId: '15119900001', state: 'D' },
    { ...row, orderId: '15119900002', state: 'C' },
  ];
  const file = inFile('orders.json', {
    jintong: { orders: orders.map((one) => ({ ...one, partner: 'jane88' })) },
  });
  const imported = await run(['import', file, '--data', data, '--url', server.url]);
  equal(imported.code, 0, imported.stderr);
  const target = inFile('rows.json', {
    url: server.url,
    parties: jane,
    fixtures: { rows: orders },
  });
  const { code, stdout } = await run([
    'conformance',
    '--platform',
    'jintong',
    '--target',
    target,
    '--json',
  ]);
  equal(code, 0, stdout);
  const { results } = JSON.parse(stdout) as {
    results: { id: string; verdict: string; bytesSent: string }[];
  };
  const used = results.filter(({ bytesSent }) => /151199000/.test(bytesSent ?? ''));
  deepEqual(
    used.map(({ id, verdict }) => [id, verdict]),
    [
      ['hasten', 'pass'],
      ['cancel', 'pass'],
    ],
  );
});

const CALLER = `'${process.execPath}' '${fileURLToPath(new URL('conformance/caller.ts', import.meta.url))}'`;
const SUPPLIER = ['conformance', '--platform', 'suning'];

test('--command judges a caller: exit code 4 with the call and the reply that show the fault, 0 without', async () => {
  const clause = ['--clause', 'refusal-in-200'];
  const bad = await run([...SUPPLIER, '--command', `FAULT=takes-errors ${CALLER}`, ...clause]);
  equal(bad.code, 4, bad.stderr);
  match(bad.stdout, /^FAIL {2}refusal-in-200$/m);
  match(bad.stdout, /The caller took the refusal for a success/);
  match(bad.stdout, /AppMethod: suning\.selfmarket/);
  match(
    bad.stdout.replaceAll(/ \\\n +/g, ' '),
    /again +ordergate conformance --platform suning --command 'FAULT=/,
  );
  const good = await run([...SUPPLIER, '--command', CALLER, ...clause, '--lang', 'zh']);
  equal(good.code, 0, good.stdout);
  match(good.stdout, /^调用方一致性报告 · suning$/m);
  const curious = ['--command', 'echo "got $ORDERGATE_ADMIN_TOKEN" >&2; exit 3'];
  const token = { ORDERGATE_ADMIN_TOKEN: 'a-token-of-the-operator' };
  const told = await run([...SUPPLIER, ...curious, ...clause], token);
  ok(!told.stdout.includes('a-token-of-the-operator'));
  match(told.stdout, /wrote: got/);
  const silent = await run([...SUPPLIER, '--command', 'echo no network >&2; exit 3', ...clause]);
  equal(silent.code, 4);
  match(silent.stdout.replaceAll(/\s+/g, ' '), /No call came\. The caller wrote: no network/);
});

test('--as-platform says which order is for which trial, and judges who has called when it is stopped', async () => {
  const receiver = createServer((request, response) => {
    request.resume();
    posts++;
    response.writeHead(204).end();
  });
  let posts = 0;
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const callbacks = ['--callback-url', `http://127.0.0.1:${port}/callback`];
  const judge = start([...SUPPLIER, '--as-platform', '--port', '0', '--json', ...callbacks], {});
  let told = '';
  judge.child.stderr!.on('data', (text) => {
    told += text;
  });
  const until = Date.now() + 30_000;
  while (!told.includes('SIGTERM') && Date.now() < until) await sleep(50);
  const [, url, party, secret] = /the platform is at (\S+); party (\w+), secret (\w+)/.exec(told)!;
  for (const [trial, fault] of [
    ['plain', ''],
    ['refusal', 'repeats-errors'],
    ['callbacks', ''],
  ] as const) {
    const line = new RegExp(`^${trial}: .*$`, 'm').exec(told)![0];
    const order = Object.fromEntries(
      [...line.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [
        `CONFORMANCE_${name}`,
        value,
      ]),
    );
    const env = {
      ...order,
      CONFORMANCE_URL: url,
      CONFORMANCE_PARTY: party,
      CONFORMANCE_SECRET: secret,
      FAULT: fault,
    };
    await promisify(exec)(CALLER, { env: { ...process.env, ...env } as NodeJS.ProcessEnv }).catch(
      () => {},
    );
  }
  while (posts < 6 && Date.now() < until) await sleep(50);
  await sleep(500);
  judge.child.kill('SIGTERM');
  const { code, stdout, stderr } = await judge.ended;
  equal(code, 4, stderr);
  const { results } = JSON.parse(stdout) as {
    results: { id: string; verdict: string; reason: { en: string } | null }[];
  };
  const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
  equal(verdicts['job-done'], 'pass');
  equal(verdicts.signature, 'pass');
  equal(verdicts['refusal-is-final'], 'fail');
  equal(verdicts['after-a-timeout'], 'skip');
  equal(verdicts['refusal-in-200'], 'skip', 'its end is not seen');
  equal(verdicts['callback-taken'], 'pass');
  equal(verdicts['callback-replayed'], 'fail', 'it was acknowledged');
  equal(verdicts['callback-duplicate'], 'skip');
  receiver.close();
  for (const { verdict, reason } of results) if (verdict === 'skip') ok(reason?.en);
});

test('a platform that is not ours states its clauses beside its code: examples/platform has 0 failures, twice', async () => {
  const data = temporaryDirectory();
  const platforms = [
    '--platforms',
    fileURLToPath(new URL('../examples/platform/index.ts', import.meta.url)),
  ];
  const { url } = await serve(['--data', data, ...platforms]);
  const { port } = new URL(url);
  const args = [
    'conformance',
    '--platform',
    'lantern',
    '--data',
    data,
    '--port',
    port,
    ...platforms,
  ];
  for (let i = 0; i < 2; i++) {
    const { code, stdout, stderr } = await run([...args, '--json']);
    equal(code, 0, stderr + stdout);
    deepEqual(JSON.parse(stdout).counts, { pass: 17, fail: 0, differs: 0, skip: 0 });
  }
  const caller = await run([...args, '--command', 'true']);
  equal(caller.code, 2);
  match(caller.stderr, /lantern states no rules for callers/);
});
