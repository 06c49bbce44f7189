// `npm run bench -- --console` on a small ledger: it seeds, asks every line, checks each answer, and writes the figures.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { skip } from './postgres.ts';
import { temporaryDirectory } from './support.ts';

const run = promisify(execFile);

async function bench(engine: 'sqlite' | 'postgres'): Promise<void> {
  const out = join(temporaryDirectory(), 'figures.json');
  const sizes = ['--orders', '3000', '--records', '6000', '--samples', '1'];
  const flags = ['--console', '--engine', engine, ...sizes, '--out', out];
  const { stdout } = await run(process.execPath, ['bench/run.ts', ...flags]);
  match(stdout, /\| search: an order id of jintong \|/);
  match(stdout, /\| requests: a text that no call holds \|/);
  const { results } = JSON.parse(readFileSync(out, 'utf8'));
  deepEqual(Object.keys(results), [engine]);
  ok(results[engine].length > 80, `${results[engine].length} lines`);
  equal(
    new Set(results[engine].map(({ name }: { name: string }) => name)).size,
    results[engine].length,
  );
}

test('on SQLite', () => bench('sqlite'));
test('on PostgreSQL', { skip }, () => bench('postgres'));
