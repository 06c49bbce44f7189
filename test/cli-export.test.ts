// `ordergate export`: to standard output, into a directory, and what it refuses.
import { equal, match, ok } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

test('postman goes to standard output, with the address of --server', async () => {
  const { code, stdout } = await run([
    ...['export', '--to', 'postman', '--server', 'https://open.example.cn/', '--lang', 'zh'],
  ]);
  equal(code, 0);
  const collection = JSON.parse(stdout);
  match(collection.info.schema, /v2\.1\.0/);
  equal(collection.variable[0].value, 'https://open.example.cn');
  equal(collection.item[0].name, '今通国际');
});

test('bruno and http make a directory, and write over nothing without --force', async () => {
  const out = join(temporaryDirectory(), 'made', 'here');
  const first = await run(['export', '--to', 'bruno', '--out', out]);
  equal(first.code, 0, first.stderr);
  match(first.stdout, /^wrote \d+ files to /);
  ok(readdirSync(join(out, 'ytx')).length > 3);
  writeFileSync(join(out, 'bruno.json'), 'mine');
  const again = await run(['export', '--to', 'bruno', '--out', out]);
  equal(again.code, 2);
  match(again.stderr, /bruno\.json is there already: name another directory, or give --force/);
  equal(readFileSync(join(out, 'bruno.json'), 'utf8'), 'mine');
  equal((await run(['export', '--to', 'bruno', '--out', out, '--force'])).code, 0);
  const asJson = await run(['export', '--to', 'http', '--out', out, '--json']);
  equal(asJson.code, 0, asJson.stderr);
  equal(JSON.parse(asJson.stdout).files.length, 4);
  ok(readFileSync(join(out, 'jintong.http'), 'utf8').startsWith('### HastenOrder'));
});

for (const [args, problem] of [
  [['export'], /usage: ordergate export --to postman/],
  [['export', '--to', 'soap'], /--to has to be one of: postman, bruno, http/],
  [['export', '--to', 'http'], /http takes several files: name a directory with --out/],
  [
    ['export', '--to', 'postman', '--server', 'here'],
    /--server has to be the address of a gateway/,
  ],
  [['export', '--to', 'postman', '--lang', 'fr'], /--lang has to be zh or en/],
] as const) {
  test(`${args.join(' ')} is refused`, async () => {
    const { code, stderr } = await run([...args]);
    equal(code, 2);
    match(stderr, problem);
  });
}
