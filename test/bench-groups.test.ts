// `npm run bench -- --groups` with few calls: it makes the servers, seeds each ledger, checks every answer, counts plans, and writes the figures.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { skip } from './cluster.ts';
import { temporaryDirectory } from './support.ts';

const run = promisify(execFile);

test('one database beside four groups on two servers', { skip }, async () => {
  const out = join(temporaryDirectory(), 'figures.json');
  const sizes = ['--sizes', '4', '--parties', '4', '--orders', '256', '--rounds', '1'];
  const counts = ['--reads', '20', '--writes', '4', '--warm-reads', '20', '--warm-writes', '4'];
  const flags = ['--groups', '--only', 'Jintong', ...sizes, ...counts, '--out', out];
  const { stdout } = await run(process.execPath, ['bench/run.ts', ...flags]);
  match(stdout, /\| Jintong HastenOrder \| 4 groups \|/);
  const { figures, plans, memory } = JSON.parse(readFileSync(out, 'utf8'));
  for (const name of ['Jintong GetOrderDetail', 'Jintong HastenOrder']) {
    deepEqual(Object.keys(figures[name]), ['one database', '4 groups']);
    equal(figures[name]['4 groups'].length, 1);
  }
  // So few calls may find every plan kept.
  ok(plans['Jintong GetOrderDetail']['4 groups'].perCall >= 0, 'plans are counted');
  ok(memory['4 groups'].sessions.length >= 5);
});
