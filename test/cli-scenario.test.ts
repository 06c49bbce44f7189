// `ordergate scenario` as a process: what it prints, its exit codes, and a server that runs already.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, serve, stop } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

/** Columns of a terminal: a Chinese character takes two. */
const width = (line: string): number =>
  [...line].reduce((sum, one) => sum + (/[\u2e80-\uffef]/.test(one) ? 2 : 1), 0);
const fits = (text: string): void => {
  for (const line of text.split('\n')) ok(width(line) <= 80, line);
};

test('list, show and run: a shipped scenario can be shown, kept in a file and run', async () => {
  const list = await run(['scenario', 'list']);
  deepEqual([list.code, list.stderr], [0, '']);
  match(list.stdout, /^ytx-top-up-fails\n {4}ytx: a top-up fails, .*\n {4}云通信充值失败/m);
  fits(list.stdout);
  const shown = await run(['scenario', 'show', 'ytx-top-up-fails']);
  match(shown.stdout, /^title:\n {2}zh: 云通信充值失败/);
  const mine = file('mine.yaml', shown.stdout);
  const done = await run(['scenario', 'run', mine, 'replies-that-cannot-be-read']);
  deepEqual([done.code, done.stderr], [0, '']);
  match(done.stdout, /\n {2}ok {4}1 call productOrder {20}success\n/);
  match(done.stdout, /2 scenarios passed\n$/);
  fits(done.stdout.replace(mine, 'mine.yaml'));
});

test('a step that fails names file, step and line, and the exit code is 1', async () => {
  const wrong = file(
    'wrong.yaml',
    'title: wrong\nsteps:\n  - advance: 1 s\n  - order: ytx/1\n    expect: {}\n',
  );
  const { code, stdout, stderr } = await run(['scenario', 'run', wrong]);
  equal(code, 1);
  match(stdout, /\n {2}FAIL {2}2 order ytx\/1\n {10}ytx has no order "1"\n/);
  ok(stdout.replace(/\n {10}/g, ' ').includes(`${wrong}, step 2, line 4`), stdout);
  equal(stderr, '1 of 1 scenarios failed\n');
});

test('--json prints an object a line, first {"type":"ready"}', async () => {
  const { code, stdout } = await run(['scenario', 'run', 'jintong-cancel-unpaid', '--json']);
  equal(code, 0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  deepEqual(
    lines.map(({ type }) => type),
    [...['ready', 'scenario', 'step', 'step', 'step', 'step', 'end', 'done']],
  );
  deepEqual([lines[2].kind, lines[2].ok, lines[2].result], ['order', true, 'C 等待支付']);
  deepEqual(lines.at(-1), { type: 'done', passed: 1, failed: 0 });
  const list = await run(['scenario', 'list', '--json']);
  equal(JSON.parse(list.stdout.split('\n')[0]!).type, 'ready');
});

test('what is no scenario is a mistake in the command line: exit 2, before anything runs', async () => {
  const bad = file('bad.yaml', 'title: bad\nsteps:\n  - cal: x\n');
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['run', 'jintong-cancel-unpaid', bad], /bad.yaml, step 1, line 3: a step is exactly one of/],
    [['run', 'ytx-top-up-fail'], /there is no scenario "ytx-top-up-fail".*ytx-top-up-fails/],
    [['show', 'nothing'], /there is no scenario "nothing"/],
    [['run'], /run takes files or names of scenarios, or --all/],
    [['run', 'ytx-top-up-fails', '--all'], /run takes files or names/],
    [['run', 'ytx-top-up-fails', '--reset'], /--reset, --gateway and --keys are for a server/],
    [['play'], /has no "play"; it has: run, list, show/],
  ];
  for (const [args, problem] of wrong) {
    const { code, stdout, stderr } = await run(['scenario', ...args]);
    deepEqual([code, stdout], [2, ''], stderr);
    match(stderr, problem);
  }
});

test('a server that runs: reset before each, keys of the fixtures, callbacks to this machine; exit 3 where nobody listens', async () => {
  const data = temporaryDirectory();
  const server = await serve(['--data', data], { ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' });
  const token = readFileSync(join(data, 'admin.token'), 'utf8').trim();
  const at = ['--url', server.url, '--reset'];
  const names = [
    'jintong-hasten-ten-minutes',
    'jintong-cancel-unpaid',
    'jintong-hasten-ten-minutes',
  ];
  const done = await run(['scenario', 'run', ...names, ...at], { ORDERGATE_ADMIN_TOKEN: token });
  deepEqual([done.code, done.stderr], [0, '']);
  match(done.stdout, /3 scenarios passed\n$/);
  const answer = await fetch(`${server.url}/manage/v1/callbacks/endpoints`, {
    headers: { authorization: `Bearer ${token}` },
  });
  deepEqual((await answer.json()) as object, { items: [], nextCursor: null });
  const wrong = await run(['scenario', 'run', 'jintong-cancel-unpaid', ...at], {
    ORDERGATE_ADMIN_TOKEN: `${token.slice(1)}x`,
  });
  equal(wrong.code, 1);
  await stop(server);
  const gone = await run(['scenario', 'run', 'jintong-cancel-unpaid', ...at], {
    ORDERGATE_ADMIN_TOKEN: token,
  });
  equal(gone.code, 3);
  match(gone.stderr, /no answer from http:\/\/127\.0\.0\.1:\d+\/manage\/v1\/sandbox\/reset/);
});
