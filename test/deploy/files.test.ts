// Each file of deploy/ is driven by a test or a step of CI, and the package brings all of them along.
import { ok } from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = globSync('deploy/**/*', { cwd: root }).filter((file) =>
  statSync(root + file).isFile(),
);
const drivers = [
  ...globSync('test/deploy/*.ts', { cwd: root }).filter((file) => !file.endsWith('files.test.ts')),
  ...globSync('.ci/*', { cwd: root }),
];
const driven = drivers.map((file) => readFileSync(root + file, 'utf8')).join('\n');

/** Files that nothing drives, each with the reason. */
const NOT_DRIVEN: Readonly<Record<string, string>> = {
  'deploy/docker/Dockerfile.dockerignore': 'the build of the image reads it, where Docker is',
};

test('each file of deploy/ is driven by a test or by CI, or the reason stands here', () => {
  ok(files.length >= 15, `${files.length}`);
  for (const file of files) {
    const name = basename(file);
    const isNamed = driven.includes(name) || driven.includes(`'${name}'`);
    ok(isNamed || file in NOT_DRIVEN, `nothing drives ${file}`);
  }
  for (const file of Object.keys(NOT_DRIVEN)) ok(files.includes(file), `${file} is gone`);
});

test('the settings of ordergate.env are settings, and the scripts can be run', async () => {
  const { ALL_SETTINGS } = await import('../../src/settings.ts');
  const known = ALL_SETTINGS.map(([, { variable }]) => variable);
  const env = readFileSync(`${root}deploy/systemd/ordergate.env`, 'utf8');
  const names = [...env.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name!);
  ok(names.length >= 8);
  for (const name of names) ok(known.includes(name), `ordergate.env: ${name}`);
  const [, backups] = /^ORDERGATE_BACKUPS=(.+)$/m.exec(env)!;
  const unit = readFileSync(`${root}deploy/systemd/ordergate-backup.service`, 'utf8');
  ok(unit.includes(`/deploy/backup ${backups}\n`), `the unit makes backups in ${backups}`);
  for (const name of ['backup', 'restore-drill']) {
    ok((statSync(`${root}deploy/${name}`).mode & 0o111) !== 0, `${name} is not executable`);
  }
  const { files: packed } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  ok(packed.includes('deploy'));
});
