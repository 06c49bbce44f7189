// ARCHITECTURE.md draws the checks of each platform as they are: their order, their names, and the codes of each exit.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lifecycleOf, withLifecycles } from '../scripts/lifecycle.ts';
import { platforms } from '../src/platforms/index.ts';

const page = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');

test('the lifecycles in ARCHITECTURE.md are those of the checks; else run node scripts/lifecycle.ts', () => {
  assert.equal(page, withLifecycles(page));
});

for (const platform of platforms) {
  test(`${platform.name}: the drawing has every check in its order, and every code that a call can get`, () => {
    const drawn = lifecycleOf(platform);
    const names = drawn.split('\n').map((line) => /^\w+/.exec(line)?.[0]);
    assert.deepEqual(
      names.filter((name) => name !== undefined),
      [...platform.checks.names, 'execute', 'reply'],
    );
    for (const line of drawn.split('\n')) assert.ok(line.length <= 110, line);
    const reached = [
      ...platform.checks.stated.flatMap(({ refuses }) => Object.keys(refuses)),
      ...Object.values(platform.contract.methods).flatMap(({ codes }) => codes),
      platform.contract.success,
    ];
    for (const code of reached) {
      const [end] = code.split(':').slice(-1);
      assert.ok(drawn.includes(end!), code);
    }
  });
}
