// The documents in Chinese keep step with those in English: the same headings, code blocks and tables, and links both ways.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Pages for those who change Ordergate, and a log of dated measurements: English only. */
const ENGLISH_ONLY = /^docs\/(design\/|performance-log\.md$)/;
/** Pages that stand at the root, where a newcomer and a forge look for them. */
const AT_ROOT: Readonly<Record<string, string>> = {
  'README.md': 'README.zh-CN.md',
  'UPGRADING.md': 'docs/zh/upgrading.md',
  'SECURITY.md': 'docs/zh/security.md',
};

const inDocs = globSync('docs/**/*.md', { cwd: root, exclude: ['docs/zh/**'] });
const PAIRS: readonly (readonly [english: string, chinese: string])[] = [
  ...Object.entries(AT_ROOT),
  ...inDocs
    .filter((page) => !ENGLISH_ONLY.test(page))
    .map((page) => [page, page.replace('docs/', 'docs/zh/')] as const),
  // What `npm run new-platform` copies is the beginning of somebody else's README.
  ...globSync(['src/platforms/*/README.md', 'examples/{.,*}/README.md'], {
    cwd: root,
    exclude: ['examples/skeleton/**'],
  }).map((page) => [page, page.replace('README.md', 'README.zh-CN.md')] as const),
];

interface Block {
  readonly language: string;
  readonly code: string;
}

/**
 * The code blocks without comments, which are translated. Where a program takes the text in the page's
 * language, its output has as many lines. A drawing has to be there.
 */
function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)\n```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: codeOf(language!, code!),
  }));
}

function codeOf(language: string, code: string): string {
  if (language === '') return 'a drawing';
  if (language === 'text') return `${code.split('\n').length} lines`;
  // Names for people in a YAML file are translated.
  return withoutComments(code)
    .replaceAll(/\.zh\b/g, '.en')
    .replaceAll(/\bname: .*$/gm, 'name');
}

const withoutComments = (code: string): string =>
  code
    .split('\n')
    .map((line) => line.replace(/(^|\s+)(#|\/\/|--) .*$/, '').trimEnd())
    .filter((line) => line !== '')
    .join('\n');

const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');
const headingsOf = (text: string): string[] =>
  [...prose(text).matchAll(/^(#+) /gm)].map(([, marks]) => marks!);
/** The number of columns of each row. */
const rowsOf = (text: string): number[] =>
  [...prose(text).matchAll(/^\|.*\|$/gm)].map(([row]) => row.split(/(?<!\\)\|/).length);

assert.ok(PAIRS.length >= 18);
for (const [english, chinese] of PAIRS) {
  test(`${chinese} keeps step with ${english}`, () => {
    assert.ok(existsSync(join(root, chinese)), `there is no ${chinese}: translate ${english}`);
    const [en, zh] = [read(english), read(chinese)];
    assert.deepEqual(headingsOf(zh), headingsOf(en), 'the levels of the headings');
    assert.deepEqual(blocksOf(zh), blocksOf(en), 'the code blocks, but for their comments');
    assert.deepEqual(rowsOf(zh), rowsOf(en), 'the rows of the tables, by their columns');
    const linkTo = (from: string, to: string): string => `](${relative(dirname(from), to)})`;
    assert.ok(en.includes(linkTo(english, chinese)), `${english} links to ${chinese}`);
    assert.ok(zh.includes(linkTo(chinese, english)), `${chinese} links to ${english}`);
    const hanzi = zh.match(/\p{Script=Han}/gu)?.length ?? 0;
    assert.ok(hanzi > prose(en).split(/\s+/).length * 0.5, `${chinese} is in Chinese: ${hanzi}`);
  });
}

test('each page of docs/ begins with the time that it takes', () => {
  for (const [english, chinese] of PAIRS) {
    if (!english.startsWith('docs/') && !english.endsWith('ING.md')) continue;
    const beginning = (page: string): string => read(page).split('\n').slice(0, 6).join('\n');
    assert.match(beginning(english), /\b(minutes?|hours?)\b/, english);
    assert.match(beginning(chinese), /分钟|小时/, chinese);
  }
});

test('a Chinese page links to Chinese pages where there are any', () => {
  const inChinese = new Map(PAIRS);
  for (const [english, chinese] of PAIRS) {
    for (const [, target] of prose(read(chinese)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const page = join(dirname(chinese), target!);
      const better = inChinese.get(page);
      if (better === undefined || page === english) continue;
      assert.fail(`${chinese} links to ${page}, and there is ${better}`);
    }
  }
});

test('the index of docs/ has every page', () => {
  for (const [english, chinese] of PAIRS) {
    const isIndexed =
      !/^(docs\/|examples\/.*)?README\.md$/.test(english) || english.startsWith('src/');
    if (!isIndexed) continue;
    assert.ok(
      read('docs/README.md').includes(`](${relative('docs', english)})`),
      `docs/README.md lacks ${english}`,
    );
    assert.ok(
      read('docs/zh/README.md').includes(`](${relative('docs/zh', chinese)})`),
      `docs/zh/README.md lacks ${chinese}`,
    );
  }
});
