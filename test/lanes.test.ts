// The lanes of the tests: what is left out of `npm test` is there, says why, and runs in CI.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LONG } from '../scripts/test-lanes.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('each entry of the long lane fits a test file and says why it is slow', () => {
  for (const { files, because } of LONG) {
    assert.ok(globSync(files, { cwd: root }).length > 0, `${files} fits no file`);
    assert.ok(because.length > 5, files);
  }
});

test('CI runs both lanes, and CONTRIBUTING.md lists what steers the tests', () => {
  assert.match(readFileSync(`${root}.ci/run`, 'utf8'), /^npm test$[\s\S]*npm run test:long$/m);
  const sources = globSync(['test/**/*.ts', 'src/**/*.test.ts', 'scripts/*.ts'], { cwd: root });
  const used = new Set(
    sources.flatMap((file) =>
      [...readFileSync(root + file, 'utf8').matchAll(/process\.env\.(ORDERGATE_[A-Z_]+)/g)].map(
        ([, name]) => name!,
      ),
    ),
  );
  const text = readFileSync(`${root}CONTRIBUTING.md`, 'utf8');
  assert.ok(used.size >= 5);
  for (const name of used) assert.ok(text.includes(`\`${name}\``), `CONTRIBUTING.md lacks ${name}`);
});
