// How many modules a process loads. Each takes half a millisecond of CPU of every start, and a count is the same on
// every machine.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './support.ts';

const CLI = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));
const COUNT = new URL('count-modules.js', import.meta.url).href;

/** Runs a command of the checkout; a server is stopped when it listens. */
async function loadedBy(...args: string[]) {
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
  const child = spawn(process.execPath, ['--import', COUNT, CLI, ...args], { env });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('listening')) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  equal(code, 0, told);
  match(told, /^modules: \d+$/m);
  const packages = /^packages: (.*)$/m.exec(told)![1]!.split(' ');
  return { modules: Number(/^modules: (\d+)$/m.exec(told)![1]), packages };
}

for (const flag of ['--version', '--help']) {
  test(`ordergate ${flag} loads no server`, async () => {
    const { modules } = await loadedBy(flag);
    ok(modules <= 16, `${modules} modules`);
  });
}

test('a server loads nothing that only a scrape, PostgreSQL, a CSV file or single sign-on needs', async () => {
  const { modules, packages } = await loadedBy(
    ...['serve', '--port', '0', '--data', temporaryDirectory()],
  );
  const late = ['prom-client', '@opentelemetry/api', 'pg', 'csv-parse', 'openid-client', 'yaml'];
  deepEqual(
    late.filter((name) => packages.includes(name)),
    [],
  );
  ok(packages.includes('zod'), packages.join());
  ok(modules <= 640, `${modules} modules`);
});
