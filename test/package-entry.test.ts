// What `import … from 'ordergate'` gives, and what an older Node is told instead of a stack.
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as main from '../src/main.ts';
import * as entry from '../src/package.ts';
import { runNode } from './server-process.ts';

const ENTRY = new URL('../src/package.ts', import.meta.url).href;

test('the entry exports all that main does', () => {
  deepEqual(Object.keys(entry).sort(), Object.keys(main).sort());
});

test('package.json names the entry', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  deepEqual(exports['.'], {
    '@ordergate/source': './src/package.ts',
    types: './dist/package.d.ts',
    default: './dist/package.js',
  });
});

for (const version of ['20.20.2', '22.14.0', '24.11.9']) {
  test(`Node ${version} is told which Node is needed, and what to do`, async () => {
    const old = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
    const program = `${old}; await import('${ENTRY}')`;
    const { code, stdout, stderr } = await runNode(['--input-type=module', '-e', program]);
    deepEqual([code, stdout], [1, '']);
    match(
      stderr,
      new RegExp(
        `ordergate needs Node 24\\.12 or later, and this is Node ${version}: install a newer Node .* The clients run here: import from 'ordergate/jintong'`,
      ),
    );
    equal(/^ {4}at /m.test(stderr), false, stderr);
  });
}
