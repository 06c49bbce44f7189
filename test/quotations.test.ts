// Every quotation in a comment or in the title of a test stands in a vendor's document or in a settled.md.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { quotationsIn } from './quotations.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

/** White space and the signs of Markdown do not count, nor which of two commas a copy of a document has. */
const plain = (text: string): string =>
  text
    .replaceAll(/[\s`*]+/g, '')
    .replaceAll('，', ',')
    .replaceAll('：', ':')
    .toLowerCase();

const AUTHORITY = plain(globSync('src/**/documents/*', { cwd: root }).map(read).join('\n'));

/** `…` stands for words that are left out. */
const isFound = (words: string): boolean =>
  words
    .split(/…|\.\.\.|\$\{[^}]*\}/)
    .map(plain)
    .every((part) => AUTHORITY.includes(part));

/** An RFC is public, and no copy of it is here: a line that quotes one names it. */
const namesAnRfc = (within: string): boolean => /\bRFC \d{4}/.test(within);

test('every quotation is found', () => {
  const files = globSync(['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'], {
    cwd: root,
  });
  assert.ok(files.length > 200);
  let found = 0;
  const missing: string[] = [];
  for (const file of files.filter((one) => !one.startsWith('test/quotations'))) {
    for (const { line, words, within } of quotationsIn(read(file))) {
      if (isFound(words)) found++;
      else if (!namesAnRfc(within)) missing.push(`${file}:${line} "${words}"`);
    }
  }
  assert.deepEqual(missing, [], 'quote words of a document, or write without quotation marks');
  assert.ok(found > 50, `${found} quotations`);
});

test('what counts as a quotation: Chinese or three words, in a comment or a title, and no code', () => {
  const words = (source: string) => quotationsIn(source).map((one) => one.words);
  assert.deepEqual(words('// it says "催单成功", "one two three" and "two words"\n'), [
    '催单成功',
    'one two three',
  ]);
  assert.deepEqual(words('/** over "two\n * lines of it" */'), ['two lines of it']);
  assert.deepEqual(words('const a = "no title and no comment";'), []);
  assert.deepEqual(words(`test('"a clause that's said": x', () => {})`.replace("'s", "\\'s")), [
    "a clause that's said",
  ]);
  assert.deepEqual(words('// `"code is no quotation"`\n'), []);
  assert.ok(!isFound('words that stand in no document at all'));
});
