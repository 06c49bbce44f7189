// deploy/backup and deploy/restore-drill: a proved backup, which old ones stay, and a restore that opens.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CLI, makeLedger, run as ordergate } from '../cli-process.ts';
import { temporaryDirectory } from '../support.ts';

const script = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

function run(name: string, args: readonly string[], env: Record<string, string>) {
  const inherited = { PATH: process.env.PATH!, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
  const all = { ...inherited, ORDERGATE: `${process.execPath} ${CLI}`, ...env };
  return new Promise<{ code: number; text: string }>((resolve) => {
    execFile(script(name), args, { env: all, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
    });
  });
}

const data = await makeLedger();
const key = readFileSync(`${data}/master.key`, 'utf8').trim();
const directory = temporaryDirectory();
const names = (): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.gz'))
    .sort();
const stampOf = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

test('backup makes a proved backup, and keeps 14 days and the first of each month for a year', async () => {
  const old = [...Array(30).keys(), 60, 61, 500].map(
    (days) => `ordergate-${stampOf(days + 1)}T030000Z`,
  );
  for (const name of old) writeFileSync(`${directory}/${name}.ndjson.gz`, '');
  writeFileSync(`${directory}/.making-ordergate-20200101T000000Z.ndjson.gz.part`, 'left by a kill');
  const { code, text } = await run('backup', [directory], { ORDERGATE_DATA: data });
  equal(code, 0, text);
  match(text, /backed up \d+ orders/);
  const days = names().map((name) => name.slice(10, 18));
  const recent = days.filter((day) => day >= stampOf(14));
  equal(recent.length, 15, `the new one and 14 of before: ${days.join(' ')}`);
  const months = days.filter((day) => day < stampOf(14)).map((day) => day.slice(0, 6));
  ok(months.length >= 2);
  deepEqual(months, [...new Set(months)], 'one of each older month');
  ok(!days.includes(stampOf(501)));
  ok(!readdirSync(directory).some((name) => name.startsWith('.making')));
});

test('restore-drill restores the newest backup, audits it against a head, and opens it with the key', async () => {
  const head = (await ordergate(['head', '--data', data])).stdout.trim();
  const there = { ORDERGATE_DATA: data, ORDERGATE_HEAD: head };
  const passed = await run('restore-drill', [directory, `${data}/master.key`], there);
  equal(passed.code, 0, passed.text);
  match(passed.text, /drill passed: restored in \d+ s, audited and opened with the key in \d+ s/);
  ok(!passed.text.includes(key));
  const other = { ORDERGATE_DATA: data, ORDERGATE_KEY: '11'.repeat(32) };
  const wrong = await run('restore-drill', [directory], other);
  ok(wrong.code !== 0 && !wrong.text.includes('drill passed'), wrong.text);
  const without = await run('restore-drill', [directory], {});
  deepEqual([without.code, /name the file of the master key/.test(without.text)], [1, true]);
});

test('a backup that cannot be proved gets no name, and the one before stays', async () => {
  const before = names();
  const broken = temporaryDirectory();
  mkdirSync(`${broken}/data`);
  const { code } = await run('backup', [directory], { ORDERGATE_DATA: `${broken}/data` });
  ok(code !== 0);
  deepEqual(names(), before);
});
