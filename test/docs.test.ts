// What README says is true: its settings, its commands, its first call, its links.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { commandNames } from '../src/cli/commands.ts';
import { platforms } from '../src/platforms/index.ts';
import { ALL_SETTINGS } from '../src/settings.ts';
import { TABLES } from '../src/storage/transfer/tables.ts';
import { startTestServer } from './support.ts';

const root = new URL('..', import.meta.url);
const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const server = await startTestServer();
const shell = async (script: string): Promise<string> => {
  const local = script.replaceAll('http://127.0.0.1:8787', server.url);
  return (await promisify(execFile)('sh', ['-c', local])).stdout;
};

const manageCall = (path: string, body: string): Promise<Response> =>
  fetch(`${server.url}/manage/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}` },
    body,
  });
const equalStatus = ({ status }: Response): void => assert.equal(status, 200);

const PAGES = ['README.md', 'README.zh-CN.md'];
const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``, 'g'))].map(
    (found) => found[1]!,
  );

for (const page of PAGES) {
  test(`${page}: the first signed call, pasted, answers what is printed; pasted again, that it was just hastened`, async () => {
    const call = blocks(page, 'sh').find((block) => block.includes('/Api/OrderOpenApi.ashx'))!;
    await fetch(`${server.url}/manage/v1/clock`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminToken}` },
      body: '{"advanceSeconds":600}',
    });
    assert.equal((await shell(call)).trim(), blocks(page, 'xml')[0]);
    const again = await shell(call);
    const promised = /`(10分钟内才刚催单，不能再催单!)`/.exec(read(page))![1]!;
    assert.ok(again.includes(promised));
  });

  test(`${page}: a first call of each platform, pasted in any order, the clock moved between`, async () => {
    const pairs = [...read(page).matchAll(/```sh\n([^`]*?)\n```\n\n```(?:xml|json)\n(.*)\n```/g)];
    for (const order of [platforms, [...platforms].reverse()]) {
      equalStatus(await manageCall('/sandbox/reset', '{}'));
      for (const { name, paths } of order) {
        const [known] = paths[0]!.path.split(/\{\w+\}/).sort((a, b) => b.length - a.length);
        const pair = pairs.find(([, call]) => call!.includes(known!));
        assert.ok(pair, `${page} has a call of ${name}`);
        assert.equal((await shell(pair[1]!)).trim(), pair[2]);
        equalStatus(await manageCall('/clock', '{"advanceSeconds":600}'));
      }
    }
  });

  test(`${page} names every setting, and no variable that does not exist`, () => {
    const text = read(page);
    const variables = new Set(ALL_SETTINGS.map(([, { variable }]) => variable));
    for (const found of text.match(/`ORDERGATE_[A-Z_]+`/g) ?? []) {
      assert.ok(variables.has(found.slice(1, -1)), `${found} does not exist`);
    }
  });

  test(`${page} names every command`, async () => {
    const commands = commandNames;
    assert.ok(commands.length >= 4);
    for (const command of commands) assert.match(read(page), new RegExp(`\`${command}[ \`]`));
  });
}

test('every relative link of the documents leads to a file', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/README*.md'], { cwd: root });
  pages.push(...globSync('src/platforms/*/README*.md', { cwd: root }));
  assert.ok(pages.length > 12);
  for (const page of pages) {
    const folder = new URL(`../${page}`, import.meta.url);
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(new URL(target!, folder)), `${page} links to ${target}`);
    }
  }
});

test('the management calls that README shows answer', async () => {
  const headers = { authorization: `Bearer ${server.adminToken}` };
  const paths = [
    ...read('README.md').matchAll(/http:\/\/127\.0\.0\.1:8787(\/manage\/v1\/[\w/]+)/g),
  ];
  assert.ok(paths.length >= 3);
  for (const page of PAGES) {
    const asked = [...read(page).matchAll(/^ask '([^']+)'/gm)];
    assert.equal(asked.length, 4);
    for (const [, path] of asked) paths.push(['', `/manage/v1/${path}`] as never);
  }
  for (const [, path] of paths)
    assert.equal((await fetch(server.url + path, { headers })).status, 200, path);
});

test('ARCHITECTURE.md names every dependency and every check of every platform', () => {
  const text = read('ARCHITECTURE.md');
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!name.startsWith('@types/')) assert.ok(text.includes(name), name);
  }
  for (const { name, checks } of platforms) {
    for (const check of checks.names) assert.ok(text.includes(check), `${name}: ${check}`);
  }
});

test('ARCHITECTURE.md takes ten minutes; what goes deeper stands in docs/design/', () => {
  assert.ok(read('ARCHITECTURE.md').split(/\s+/).length <= 2000);
});

test('docs/backup.md has the number of tables of a copy', () => {
  assert.ok(read('docs/backup.md').includes(`each of the ${TABLES.length} tables`));
});
