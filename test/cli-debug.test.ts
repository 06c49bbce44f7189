// `ordergate debug signature` in real processes: README's call that is refused, explained and repaired, and its exit codes.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  isExplained,
  makeLedger,
  nothingWasBetrayed,
  readSecrets,
  run,
  serve,
  stop,
} from './cli-process.ts';
import { KEYS } from './jintong.ts';
import { temporaryDirectory } from './support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const TEXT =
  'Action=HastenOrder&Param=OrderID=15112480268&UserName=jane88&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0';

for (const page of ['README.md', 'README.zh-CN.md']) {
  test(`${page}: a call is refused, explained, and right when it is repaired`, async () => {
    const data = temporaryDirectory();
    const server = await serve(['--data', data]);
    const [token] = readSecrets(data);
    const blocks = readFileSync(join(root, page), 'utf8').matchAll(/```sh\n([\s\S]*?)\n```/g);
    const block = [...blocks]
      .map((found) => found[1]!)
      .find((text) => text.includes('debug signature'))!;
    const script = block
      .replaceAll('http://127.0.0.1:8787', server.url)
      .replaceAll(/(reply|headers)\.txt/g, (name) => join(data, name))
      .replaceAll('npm run -s ordergate --', `'${process.execPath}' '${root}src/cli/index.ts'`);
    const env = { ...process.env, ORDERGATE_ADMIN_TOKEN: token };
    const { stdout } = await promisify(execFile)('sh', ['-c', script], { env });
    match(stdout, /^SignFail\nThe signature is wrong\.\n\nkey-position\n/);
    match(stdout, /CallSuccess\n$/);
    for (const line of stdout.split('\n')) ok(line.length <= 80 || line.includes('Action='), line);
    await stop(server);
  });
}

test('on the ledger itself: a string with its digest, right and wrong, as text and as JSON', async () => {
  const data = await makeLedger();
  const file = join(data, 'string.txt');
  writeFileSync(file, `${TEXT}\n`);
  const ask = (digest: string, ...more: string[]) =>
    run([
      'debug',
      'signature',
      '--data',
      data,
      '--platform',
      'jintong',
      '--string',
      file,
      '--digest',
      digest,
      ...more,
    ]);
  const right = await ask(md5(TEXT + KEYS.jane88));
  deepEqual([right.code, right.stderr], [0, '']);
  match(right.stdout, /^The signature is right\.\n/);
  const wrong = await ask(md5(TEXT + KEYS.jane88.toUpperCase()), '--json');
  equal(wrong.code, 1);
  const answer = JSON.parse(wrong.stdout);
  deepEqual([answer.ok, answer.causes.map(({ id }: { id: string }) => id)], [false, ['key-case']]);
});

test('what is missing or cannot be read is explained', async () => {
  const data = await makeLedger();
  isExplained(
    await run(['debug', 'signature', '--data', data]),
    /usage: ordergate debug signature/,
    2,
  );
  isExplained(
    await run(['debug', 'signature', '--data', data, '--platform', 'jintong', '--request', '1']),
    /no call 1 of jintong is in the request log/,
  );
  isExplained(
    await run(['debug', 'signature', '--data', data, '--platform', 'none', '--request', '1']),
    /no platform "none"; there are/,
  );
  const bad = await run(['debug', 'signature', '--requestid', '1']);
  equal(bad.code, 2);
});

test('no process printed a secret', () => nothingWasBetrayed({ texts: 10, secrets: 5 }));
