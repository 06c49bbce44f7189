// A platform in the list of platforms is everywhere: in the package, both READMEs and the sandbox's page.
// What holds of the platform itself is the suite's, in contracts.test.ts.
import { equal, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import { platformProblems } from '../src/protocol/check-platforms.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const has = (path: string): boolean => existsSync(new URL(path, root));

for (const { name, title } of platforms) {
  test(`${name} is exported with its client`, async () => {
    const { exports } = JSON.parse(read('package.json'));
    const entry = exports[`./${name}`];
    ok(entry, `package.json exports no ./${name}`);
    equal(entry['@ordergate/source'], `./src/platforms/${name}/client.ts`);
    ok(entry.default.endsWith(`/platforms/${name}/client.js`));
    const clients = await import(`../src/platforms/${name}/client.ts`);
    equal(clients[name].contract.name, name);
  });

  test(`${name} stands in both READMEs and both pages of the sandbox`, () => {
    for (const page of ['README.md', 'README.zh-CN.md']) {
      const row = read(page)
        .split('\n')
        .find((line) => line.startsWith('| ') && line.includes(`](src/platforms/${name}/${page})`));
      ok(row?.includes(title.slice(0, 2)), `${page} has a row for ${title}`);
    }
    for (const page of ['docs/sandbox.md', 'docs/zh/sandbox.md']) {
      ok(new RegExp(`^\\| \`${name} `, 'm').test(read(page)), `${page} has a call of ${name}`);
    }
  });
}

test('each entry of package.json has a source, so that a checkout resolves it', () => {
  const { exports } = JSON.parse(read('package.json'));
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const source = (target as Record<string, string>)['@ordergate/source'];
    ok(source && has(source), `${entry}: ${source}`);
  }
});

test('nothing keeps our own platforms from being served', () => {
  equal(platformProblems(platforms).join('\n'), '');
});
