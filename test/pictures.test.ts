// The drawings in docs/pictures/ are what the program draws now: the imports of src/, and what the commands of README print.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { architecturePicture, importsOfFolders } from '../scripts/architecture-picture.ts';
import { terminalPicture } from '../scripts/terminal-picture.ts';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const AGAIN = 'run `npm run pictures`, look at the picture, and commit it';

test('architecture.svg shows each folder of src/ and what it imports', () => {
  const picture = architecturePicture();
  for (const name of importsOfFolders().keys()) assert.ok(picture.includes(`>${name}`), name);
  assert.ok(picture.includes('<title>platforms imports '), 'platforms import something');
  assert.ok(!picture.includes('<title>core imports '), 'core imports nothing');
  assert.ok(read('docs/pictures/architecture.svg') === picture, `the imports changed: ${AGAIN}`);
});

test('terminal.svg shows what the commands of README print', async () => {
  const picture = await terminalPicture();
  for (const text of ['>SignFail<', '>key-position<', '>CallSuccess<', '>$ npm start<']) {
    assert.ok(picture.includes(text), text);
  }
  assert.ok(read('docs/pictures/terminal.svg') === picture, `the output changed: ${AGAIN}`);
});

test('each picture is shown where a reader begins', () => {
  for (const page of ['README.md', 'README.zh-CN.md']) {
    const text = read(page);
    for (const name of ['terminal.svg', 'architecture.svg', 'reference-', 'console/order-']) {
      assert.ok(text.includes(name), `${page} shows ${name}`);
    }
  }
});
