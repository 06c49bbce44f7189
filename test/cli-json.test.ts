// `--json` in real processes, of every command that has an answer without a server: each line of it is JSON.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROTOCOLS } from '../src/callers.ts';
import { makeLedger, run } from './cli-process.ts';
import { temporaryDirectory } from './support.ts';

const data = await makeLedger();
const out = temporaryDirectory();
const env = { ORDERGATE_DATA: data, HOME: out };

/** The lines of standard output, parsed. */
async function rows(args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await run([...args, '--json'], env);
  equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const backup = join(out, 'backup.gz');
for (const line of [
  'seed --platform jintong --orders 2',
  'head',
  'verify',
  'lost',
  `backup ${backup}`,
  `restore ${backup} --verify`,
  'users list',
  'move --platform jintong --order 15112480268 --to E',
  'scenario list',
  'profile list',
  'docs',
  'docs SignFail',
  'docs 100',
  'docs HastenOrder',
  'call HastenOrder OrderID=1 UserName=jane88 --dry-run',
  'export --to postman',
  `export --to http --out ${join(out, 'http')}`,
  'reset',
]) {
  test(line.replaceAll(out, 'DIR'), async () => {
    ok((await rows(line.split(' '))).length > 0);
  });
}

test('conformance --list: the clauses of every platform, for a server and for a caller', async () => {
  for (const platform of Object.keys(PROTOCOLS)) {
    for (const role of [[], ['--as-platform']]) {
      const args = ['conformance', '--platform', platform, '--list', ...role];
      const clauses = (await run(args, env)).stdout.trimEnd().split('\n');
      ok(clauses.length > 5, `${clauses.length}`);
      deepEqual(await rows(args), [{ platform, clauses }]);
    }
  }
});
