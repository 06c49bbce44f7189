// Profiles: servers by name, whose tokens stand in no file in open text.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  isExplained,
  keepSecret,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const data = temporaryDirectory();
const server = await serve(['--data', data], { ORDERGATE_LOG_LEVEL: 'error' });
after(() => stop(server));
const [token] = readSecrets(data) as [string];
const home = temporaryDirectory();
const env = { XDG_CONFIG_HOME: home, ORDERGATE_DATA: join(home, 'none') };
const file = (name: string): string => join(home, 'ordergate', name);
const read = (name: string): string => readFileSync(file(name), 'utf8');

test('a profile signs a command in; its files are for their owner, and hold no token', async () => {
  const added = await run(
    ['profile', 'add', 'local', '--url', server.url, '--token-file', join(data, 'admin.token')],
    env,
  );
  deepEqual([added.code, added.stdout], [0, 'profile local is kept\n']);
  for (const name of ['profiles.json', 'profile.key']) {
    ok(!read(name).includes(token), name);
    equal(statSync(file(name)).mode & 0o777, 0o600, name);
  }
  equal(statSync(join(home, 'ordergate')).mode & 0o777, 0o700);
  const { code, stdout } = await run(['users', 'list', '--json', '--profile', 'local'], env);
  deepEqual([code, JSON.parse(stdout).items], [0, []]);
});

test('an altered URL gets no token', async () => {
  const kept = read('profiles.json');
  writeFileSync(file('profiles.json'), kept.replace(server.url, 'http://127.0.0.1:1'));
  isExplained(await run(['users', 'list', '--profile', 'local'], env), /does not open: its line/);
  writeFileSync(file('profiles.json'), kept);
});

test('a token from a variable, and from a command', async () => {
  const url = ['--url', server.url];
  await run(['profile', 'add', 'ci', ...url, '--token-variable', 'CI_TOKEN'], env);
  isExplained(await run(['users', 'list', '--profile', 'ci'], env), /CI_TOKEN, which is not set/);
  equal((await run(['users', 'list', '--profile', 'ci'], { ...env, CI_TOKEN: token })).code, 0);
  const command = `cat ${join(data, 'admin.token')}`;
  await run(['profile', 'add', 'pass', ...url, '--token-command', command], env);
  equal((await run(['users', 'list', '--profile', 'pass'], env)).code, 0);
  ok(!read('profiles.json').includes(token));
});

test('list, use, remove, and a name that is not there', async () => {
  const { stdout } = await run(['profile', 'list'], env);
  match(stdout, /^\* local {2}http:\S+ {2}\(token: sealed\)$/m);
  match(stdout, /^ {2}ci {5}http:\S+ {2}\(token: variable\)$/m);
  equal((await run(['profile', 'use', 'ci'], env)).code, 0);
  const { items } = JSON.parse((await run(['profile', 'list', '--json'], env)).stdout);
  deepEqual(
    items.map((item: { name: string; isCurrent: boolean }) => [item.name, item.isCurrent]),
    [
      ['local', false],
      ['ci', true],
      ['pass', false],
    ],
  );
  isExplained(await run(['profile', 'use', 'loca'], env), /The nearest is: local$/m, 2);
  equal((await run(['profile', 'remove', 'ci'], env)).code, 0);
  equal(JSON.parse(read('profiles.json')).current, null);
  const both = ['users', 'list', '--profile', 'local', '--url', server.url];
  isExplained(await run(both, env), /either --url or --profile/, 2);
});

test('a mistake in a profile keeps nothing', async () => {
  const before = read('profiles.json');
  keepSecret('a-password-in-an-url');
  for (const [args, problem] of [
    [['--url', 'ftp://a'], /--url has to be like/],
    [['--url', 'http://u:a-password-in-an-url@a'], /without a user/],
    [['--url', server.url], /say where the token comes from/],
    [['--url', server.url, '--token-file', join(home, 'ordergate', 'none')], /ENOENT/],
  ] as const) {
    const { code, stderr } = await run(['profile', 'add', 'x', ...args], env);
    ok(code !== 0);
    match(stderr, problem);
  }
  equal(read('profiles.json'), before);
});

test('no server there: the exit code is 3', async () => {
  const args = ['users', 'list', '--url', 'http://127.0.0.1:1', '--token', 'a'.repeat(16)];
  isExplained(await run(args, env), /no answer from http:\/\/127\.0\.0\.1:1/, 3);
});

test('none of all this has printed a secret', () => nothingWasBetrayed({ texts: 20, secrets: 3 }));
