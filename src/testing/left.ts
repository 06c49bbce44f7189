// What is left to do in a platform that somebody has begun: each line marked with LEFT is a test to do.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * Registers one test "to do" for each line with `LEFT:` in the files of a folder. Node prints such a
 * test with its text and does not count it as a failure. With no line left, one test passes.
 */
export function testWhatIsLeft(folder: URL): void {
  const files = globSync('**/*.{ts,md,json}', { cwd: fileURLToPath(folder) }).sort();
  assert.ok(files.length > 0, `${folder} holds no file`);
  const left = files.flatMap((file) =>
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n')
      .flatMap((line, i) => {
        const [, text] = /\bLEFT: (.+?)(?: -->)?$/.exec(line) ?? [];
        return text === undefined ? [] : [`${file}:${i + 1} ${text}`];
      }),
  );
  for (const one of left) test(`left to do: ${one}`, { todo: true });
  if (left.length === 0) test('nothing is left to do', () => {});
}
