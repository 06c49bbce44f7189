// Every cause has words in both languages, and a row in docs/signature.md and docs/zh/signature.md with those words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CAUSE_IDS, CAUSES } from './causes.ts';

for (const [page, language] of [
  ['docs/signature.md', 'en'],
  ['docs/zh/signature.md', 'zh'],
] as const) {
  test(`${page} has a row for each cause, in the order in which they are named`, () => {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([\w:-]+)` \| (.+) \| (.+) \|$/gm)];
    const found = rows.filter(([, id]) => id! in CAUSES).map(([, id, did, fix]) => [id, did, fix]);
    const expected = CAUSE_IDS.map((id) => {
      const { text, fix } = CAUSES[id];
      return [id, text[language], fix[language]];
    });
    assert.deepEqual(found, expected);
  });
}
