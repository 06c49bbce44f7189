// `ordergate serve` in a real process: its one line, its log, its signals, and the files that it makes.
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  ask,
  CLI,
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { form, GATEWAY, hasten } from './jintong.ts';
import { SANDBOX_ORDERS } from './sandbox.ts';
import { temporaryDirectory } from './support.ts';

describe('serve', () => {
  test('prints exactly one line on standard output; its log is JSON on standard error; SIGTERM ends it with 0', async () => {
    const data = temporaryDirectory();
    const server = await serve(['--data', data]);
    equal((await fetch(`${server.url}/healthz`)).status, 200);
    equal((await ask(server.url, data, '/orders?limit=1000')).body.items.length, SANDBOX_ORDERS);
    const { code, signal, stdout, stderr } = await stop(server);
    deepEqual([code, signal], [0, null]);
    match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    equal(stdout, `ordergate listening on ${server.url}\n`);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { level, msg, url, environment } = lines.find((line) => line.msg === 'started');
    deepEqual(
      { level, msg, url, environment },
      { level: 30, msg: 'started', url: server.url, environment: 'sandbox' },
    );
    for (const line of lines) ok(line.level < 40 && line.time > 0, JSON.stringify(line));
  });

  test('SIGTERM lets the call under way finish: it is answered, and on disk', async () => {
    const data = temporaryDirectory();
    const server = await serve(['--data', data], { ORDERGATE_LOG_LEVEL: 'error' });
    const { hostname, port } = new URL(server.url);
    const body = form(hasten('15112480268'));
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    const head = `POST ${GATEWAY} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`;
    socket.write(head);
    await new Promise((resolve) => socket.once('data', resolve)); // 100 Continue: it has read the head
    server.child.kill('SIGTERM');
    const listens = () =>
      fetch(`${server.url}/healthz`).then(
        () => true,
        () => false,
      );
    while (await listens()) await new Promise((resolve) => setImmediate(resolve));
    let answer = '';
    socket.on('data', (text) => {
      answer += text;
    });
    socket.write(body);
    await new Promise((resolve) => socket.once('close', resolve));
    match(answer, /^HTTP\/1\.1 200 .*CallSuccess/s);
    const { code, signal, stderr } = await server.ended;
    deepEqual([code, signal, stderr], [0, null, '']);
    const again = await serve(['--data', data]);
    const { history } = (await ask(again.url, data, '/orders/jintong/15112480268')).body;
    equal(history.at(-1).action, 'hastened');
    equal((await stop(again, 'SIGINT')).code, 0);
  });
});

describe('the admin token and the master key', () => {
  const mode = (path: string): number => statSync(path).mode & 0o777;

  test('are made at the first start, for their owner only, and stay the same', async () => {
    const data = join(temporaryDirectory(), 'new', 'data');
    equal((await stop(await serve(['--data', data]))).code, 0);
    deepEqual(
      ['.', 'admin.token', 'master.key'].map((name) => mode(join(data, name))),
      [0o700, 0o600, 0o600],
    );
    const [token, key] = readSecrets(data);
    match(token!, /^[\w-]{32}$/);
    match(key!, /^[0-9a-f]{64}$/);
    const again = await serve(['--data', data]);
    equal((await ask(again.url, data, '/clock')).status, 200);
    await stop(again);
    deepEqual(readSecrets(data), [token, key]);
    const other = join(temporaryDirectory(), 'data');
    await stop(await serve(['--data', other]));
    notEqual(readFileSync(join(other, 'master.key'), 'utf8').trim(), key);
  });

  test('that others can read are refused, by name and with what to do', async () => {
    const data = temporaryDirectory();
    await stop(await serve(['--data', data]));
    for (const name of ['admin.token', 'master.key']) {
      for (const open of [0o640, 0o604]) {
        chmodSync(join(data, name), open);
        const problem = `${join(data, name)} can be read by others than its owner; run: chmod 600 ${join(data, name)}`;
        isExplained(await run(['serve', '--port', '0', '--data', data]), new RegExp(problem));
      }
      chmodSync(join(data, name), 0o600);
    }
    equal((await stop(await serve(['--data', data]))).code, 0);
  });

  test('a key that is gone is asked for, and no other takes its place', async () => {
    const data = temporaryDirectory();
    await stop(await serve(['--data', data]));
    const [path, kept] = [join(data, 'master.key'), join(temporaryDirectory(), 'kept.key')];
    renameSync(path, kept);
    for (const command of [['serve', '--port', '0'], ['verify']]) {
      isExplained(
        await run([...command, '--data', data]),
        /master\.key is missing.*Put the file back/,
      );
      equal(existsSync(path), false);
    }
    renameSync(kept, path);
    equal((await stop(await serve(['--data', data]))).code, 0);
  });

  test('from the environment win, and then no file is made', async () => {
    const data = temporaryDirectory();
    const env = {
      ORDERGATE_KEY: 'c5'.repeat(32),
      ORDERGATE_ADMIN_TOKEN: 'token of the environment',
    };
    keepSecret(...Object.values(env));
    const server = await serve(['--data', data], env);
    const headers = { authorization: `Bearer ${env.ORDERGATE_ADMIN_TOKEN}` };
    equal((await fetch(`${server.url}/manage/v1/clock`, { headers })).status, 200);
    await stop(server);
    deepEqual(
      ['admin.token', 'master.key'].filter((name) => existsSync(join(data, name))),
      [],
    );
    const base64 = Buffer.from(env.ORDERGATE_KEY, 'hex').toString('base64');
    keepSecret(base64);
    equal((await run(['verify', '--data', data], { ORDERGATE_KEY: base64 })).code, 0);
    isExplained(
      await run(['verify', '--data', data], { ORDERGATE_KEY: 'd6'.repeat(32) }),
      /is not the key it was sealed with/,
    );
  });
});

test('production starts empty and without a clock; its directory is never a sandbox’s, nor the other way round', async () => {
  const [real, toy] = [temporaryDirectory(), temporaryDirectory()];
  const server = await serve(['--data', real, '--env', 'production']);
  deepEqual((await ask(server.url, real, '/orders')).body, { items: [], nextCursor: null });
  deepEqual((await ask(server.url, real, '/parties')).body, { items: [], nextCursor: null });
  equal((await ask(server.url, real, '/clock')).status, 404);
  await stop(server);
  await stop(await serve(['--data', toy]));
  const refused = (is: string, wanted: string) =>
    new RegExp(
      `is a ${is} ledger, and ORDERGATE_ENV \\(--env\\) is ${wanted}\\. Set it to ${is}, or choose`,
    );
  for (const command of [
    ['serve', '--port', '0'],
    ['import', CLI],
  ]) {
    isExplained(
      await run([...command, '--data', toy], { ORDERGATE_ENV: 'production' }),
      refused('sandbox', 'production'),
    );
    isExplained(await run([...command, '--data', real]), refused('production', 'sandbox'));
  }
  // The setting may be what a hand has changed: verify reads on and names it with the rest.
  const verified = await run(['verify', '--data', real]);
  equal(verified.code, 1);
  match(verified.stderr, refused('production', 'sandbox'));
});

test('a directory with another file in the ledger’s place is left as it is', async () => {
  const data = join(temporaryDirectory(), 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'ledger.db'), 'my letters');
  isExplained(
    await run(['serve', '--port', '0', '--data', data]),
    /ledger\.db is damaged .*Nothing was changed/,
  );
  equal(readFileSync(join(data, 'ledger.db'), 'utf8'), 'my letters');
});

test('help and version are printed, also without a command', async () => {
  for (const args of [[], ['help'], ['--help']]) {
    const { code, stdout, stderr } = await run(args);
    deepEqual([code, stderr], [0, '']);
    for (const name of ['serve', 'import', 'seed', 'verify', 'help settings'])
      ok(stdout.includes(name), name);
  }
  const settings = (await run(['help', 'settings'])).stdout;
  for (const name of ['ORDERGATE_DATA', '--port']) ok(settings.includes(name), name);
  for (const args of [
    ['help', 'restore'],
    ['restore', '--help'],
    ['--help', 'restore'],
  ]) {
    const { stdout } = await run(args);
    ok(stdout.includes('ordergate restore FILE') && !stdout.includes('ordergate import'));
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  equal((await run(['--version'])).stdout, `${version}\n`);
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 20, secrets: 12 }));
