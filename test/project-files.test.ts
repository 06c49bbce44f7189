// The files around the code: workflows, templates, editors, dev container, changelog. They are valid, and what they name exists.
import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runNode } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');
const { scripts, version } = JSON.parse(read('package.json'));

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the file holds.
const readYaml = (file: string): any => parse(read(file));

test('each workflow is YAML, has least rights, and runs scripts that exist', () => {
  const files = globSync('.github/workflows/*.yml', { cwd: root });
  assert.ok(files.length >= 2);
  for (const file of files) {
    const { permissions, jobs } = readYaml(file);
    assert.equal(permissions.contents, 'read', file);
    for (const { steps, 'timeout-minutes': limit } of Object.values<{
      steps: { run?: string; uses?: string }[];
      'timeout-minutes': number;
    }>(jobs)) {
      assert.ok(limit > 0, `${file}: a job without a time limit`);
      for (const { run = '', uses = 'a/b@v1' } of steps) {
        assert.match(uses, /^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/, file);
        for (const [, script] of run.matchAll(/bash (\.ci\/\w+)/g)) {
          assert.ok(existsSync(root + script!), `${file} runs ${script}`);
        }
        for (const [, name] of run.matchAll(/npm run ([\w:-]+)/g)) {
          assert.ok(scripts[name!], `${file} runs npm run ${name}`);
        }
      }
    }
  }
  const { jobs } = readYaml('.github/workflows/ci.yml');
  const runs = (name: string): unknown[] =>
    jobs[name].steps.map((step: { run?: string }) => step.run);
  assert.ok(runs('ci').includes('bash .ci/run'));
  assert.ok(runs('image').includes('bash .ci/image'));
  assert.equal(jobs.image.container, undefined, 'a container has no Docker daemon');
});

test('each issue template is YAML with a name, a description and fields', () => {
  const files = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root });
  assert.ok(files.length >= 3);
  for (const file of files.filter((one) => !one.endsWith('config.yml'))) {
    const { name, description, body } = readYaml(file);
    assert.ok(name && description, file);
    const ids = body.flatMap(({ id }: { id?: string }) => id ?? []);
    assert.equal(new Set(ids).size, ids.length, `${file}: each id stands once`);
    for (const { type, attributes } of body) {
      assert.match(type, /^(markdown|input|textarea|dropdown|checkboxes)$/, file);
      assert.ok(type === 'markdown' ? attributes.value : attributes.label, file);
    }
  }
});

test('the dev container uses the Node of the project, and commands that exist', () => {
  const container = JSON.parse(read('.devcontainer/devcontainer.json'));
  const [major] = JSON.parse(read('package.json')).devDependencies.node.split('.');
  assert.equal(container.image, `node:${major}-bookworm`);
  assert.ok(read('.github/workflows/ci.yml').includes(`image: ${container.image}\n`));
  assert.equal(container.postStartCommand, 'bash .ci/postgres');
  assert.deepEqual(container.forwardPorts, [8787]);
});

test('the debugger of an editor starts a server and a test, with the Node of the checkout', async () => {
  const { configurations } = JSON.parse(read('.vscode/launch.json'));
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the editor fills these in.
  const inFolder = (text: string): string => text.replaceAll('${workspaceFolder}/', root);
  const byName = (name: string) =>
    configurations.find((one: { name: string }) => one.name.startsWith(name));
  for (const { request, runtimeExecutable } of configurations) {
    if (request === 'launch') assert.ok(existsSync(inFolder(runtimeExecutable)));
  }
  const serve = byName('Serve a sandbox');
  const help = await runNode([inFolder(serve.program), ...serve.args, '--help']);
  assert.match(help.stdout, /ordergate serve/);
  const file = byName('Test the open file');
  assert.equal(file.program, '${file}');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the editor fills these in.
  const tests = await runNode([...file.runtimeArgs, `${root}src/core/money.test.ts`]);
  assert.equal(tests.code, 0, tests.stdout);
  const { recommendations } = JSON.parse(read('.vscode/extensions.json'));
  assert.ok(
    recommendations.includes(JSON.parse(read('.vscode/settings.json'))['editor.defaultFormatter']),
  );
});

test('.editorconfig says what the formatter does', () => {
  const text = read('.editorconfig');
  const { formatter } = JSON.parse(read('biome.json'));
  assert.match(text, /^root = true$/m);
  assert.ok(text.includes(`indent_style = ${formatter.indentStyle}\n`));
  assert.ok(text.includes(`indent_size = ${formatter.indentWidth}\n`));
});

const CATEGORIES = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

test('CHANGELOG.md is in the form of Keep a Changelog', () => {
  const headings = read('CHANGELOG.md').match(/^##+ .*$/gm)!;
  assert.equal(headings[0], '## [Unreleased]');
  const dates: string[] = [];
  for (const heading of headings.slice(1)) {
    const [, category] = /^### (\w+)$/.exec(heading) ?? [];
    if (category !== undefined) assert.ok(CATEGORIES.includes(category), heading);
    else dates.push(/^## \[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d)$/.exec(heading)?.[1] ?? heading);
  }
  assert.deepEqual(dates, [...dates].sort().reverse(), 'the newest release stands first');
});

test('`npm run release` writes version and date, and refuses what cannot be a release', async () => {
  const copy = temporaryDirectory();
  mkdirSync(join(copy, 'scripts'));
  for (const file of ['scripts/release.ts', 'package.json', 'package-lock.json', 'CHANGELOG.md']) {
    cpSync(root + file, join(copy, file));
  }
  const release = (...args: string[]) => runNode([join(copy, 'scripts/release.ts'), ...args]);
  const refuses = async (args: string[], problem: RegExp): Promise<void> => {
    const { code, stderr } = await release(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, problem);
  };
  await refuses([], /usage: npm run release/);
  await refuses(['1.2'], /"1\.2" is no version: write it as 1\.2\.3/);
  await refuses(['--check', 'v98.7.6'], /the tag is v98\.7\.6, and package\.json says/);
  assert.equal((await release('98.7.6')).code, 0);
  for (const file of ['package.json', 'package-lock.json']) {
    const changed = readFileSync(join(copy, file), 'utf8');
    assert.equal(changed, read(file).replaceAll(`"version": "${version}"`, '"version": "98.7.6"'));
  }
  const today = new Date().toISOString().slice(0, 10);
  const changes = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8');
  assert.ok(changes.includes(`## [Unreleased]\n\n## [98.7.6] - ${today}\n\n### Added\n`));
  assert.equal((await release('--check', 'v98.7.6')).code, 0);
  await refuses(['98.7.7'], /has nothing under \[Unreleased\]/);
  await refuses(['98.7.6'], /98\.7\.6 is not after 98\.7\.6/);
  writeFileSync(join(copy, 'package.json'), read('package.json'));
  await refuses(['--check', 'v98.7.6'], /the tag is v98\.7\.6, and package\.json says/);
});
