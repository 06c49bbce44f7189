// The documents against the code: every row of their tables is here, and nothing is here besides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES, OTHER_TEXTS } from './codes.ts';
import { CONTRACTS, DETAIL_FIELDS, ORDER_FIELDS, SYSTEM_PARAMETERS } from './contracts.ts';

const read = (name: string): string =>
  readFileSync(new URL(`./documents/${name}.txt`, import.meta.url), 'utf8');
const LEAGUER = read('leaguer-status');
const HISTORY = read('history-order');

/** The tables that begin with `header`, each with its rows cut into cells. */
function tables(text: string, header: string): string[][][] {
  const found: string[][][] = [];
  let rows: string[][] | undefined;
  for (const line of text.split('\n')) {
    if (line === header) {
      rows = [];
      found.push(rows);
    } else if (/^(名称|异常码) \|/.test(line)) rows = undefined;
    else if (rows && !line.startsWith('---|')) {
      const cells = line.split('|').map((cell) => cell.trim());
      if (cells.length < 3) rows = undefined;
      else rows.push(cells);
    }
  }
  return found;
}

const CODE_HEADER = '异常码 | 错误描述 | 解决方案 |';
const FIELD_HEADER = '名称 | 类型 | 是否必须 | 示例值 | 描述 |';
const REPLY_HEADER = '名称 | 类型 | 示例值 | 描述 |';

const codeTables = [LEAGUER, HISTORY].map((text) => tables(text, CODE_HEADER));

test('异常码: both documents have two tables, and the second is the same', () => {
  assert.deepEqual(
    codeTables.map((both) => both.map((rows) => rows.length)),
    [
      [19, 38],
      [4, 38],
    ],
  );
  assert.deepEqual(codeTables[0]![1], codeTables[1]![1]);
});

test('异常码 / 错误描述: every row of the four tables with its text, and no code besides', () => {
  const rows = codeTables.flat(2);
  for (const [code, text] of rows as [keyof typeof CODES, string][]) {
    const other = OTHER_TEXTS[code as keyof typeof OTHER_TEXTS];
    assert.ok(text === CODES[code] || text === other, `${code}: ${text}`);
  }
  const documented = new Set(rows.map(([code]) => code));
  assert.deepEqual(new Set(Object.keys(CODES)), documented);
});

test('系统参数: the same seven in both documents', () => {
  for (const text of [LEAGUER, HISTORY]) {
    const [system] = tables(text, FIELD_HEADER);
    assert.deepEqual(
      system!.map(([name]) => name),
      SYSTEM_PARAMETERS,
    );
    const optional = system!.filter(([, , required]) => required === 'N').map(([name]) => name);
    assert.deepEqual(optional, ['format', 'access_token']);
  }
});

for (const [text, method, extra] of [
  [LEAGUER, 'suning.selfmarket.leaguerstatus.add', ['cardCode', 'cardSec']],
  [HISTORY, 'suning.fws.historyorder.query', []],
] as const) {
  test(`${method}: its fields in the document's order, with what is required`, () => {
    const rows = tables(text, FIELD_HEADER)[1]!.map(([name, , required]) => [name, required]);
    const ours = Object.entries(CONTRACTS[method].fields).map(([name, field]) => [
      name,
      field.required ? 'Y' : 'N',
    ]);
    assert.deepEqual(rows, [...ours, ...extra.map((name) => [name, 'N'])]);
  });
}

test('返回参数 of queryHistoryOrder: 17 names in the order of the table', () => {
  const names = tables(HISTORY, REPLY_HEADER)[0]!.map(([name]) => name);
  assert.deepEqual(names, [...ORDER_FIELDS, ...DETAIL_FIELDS]);
});
