// Compares the documents with the code: every row of their tables is implemented, and nothing else
// is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Field, Fields } from '../../protocol/contract.ts';
import { CODES, OTHER_TEXTS } from './codes.ts';
import { contract } from './contract.ts';

const read = (name: string): string =>
  readFileSync(new URL(`./documents/${name}.txt`, import.meta.url), 'utf8');
const LEAGUER = read('leaguer-status');
const HISTORY = read('history-order');

/** The tables that begin with `header`, each as rows of cells. */
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

/**
 * The fields as in the tables: a list is followed by its fields, and a card's fields are not
 * required by themselves.
 */
function rowsOf(fields: Fields, inList = false): [name: string, required: string][] {
  return Object.entries(fields).flatMap(([name, field]): [string, string][] => [
    [name, field.optional || inList ? 'N' : 'Y'],
    ...(field.type === 'list' && 'fields' in field ? rowsOf(field.fields, true) : []),
  ]);
}

test('系统参数: the same seven in both documents, and no parameter of the envelope besides', () => {
  for (const text of [LEAGUER, HISTORY]) {
    const [system] = tables(text, FIELD_HEADER);
    // The tables write the names in lower case; the SDKs' headers begin with a capital letter.
    assert.deepEqual(
      system!.map(([name, , required]) => [name!.toLowerCase(), required]),
      rowsOf(contract.envelope.request).map(([name, required]) => [name.toLowerCase(), required]),
    );
  }
});

const METHODS = [
  [LEAGUER, 'suning.selfmarket.leaguerstatus.add'],
  [HISTORY, 'suning.fws.historyorder.query'],
] as const;

for (const [text, method] of METHODS) {
  const { params, reply } = contract.methods[method];
  test(`${method}, 请求参数: every field of the table in its order, with what is required, and no other`, () => {
    const rows = tables(text, FIELD_HEADER)[1]!.map(([name, , required]) => [name, required]);
    const ours = rowsOf(params);
    assert.deepEqual(rows, ours);
  });

  test(`${method}: an example of the table is the contract's, and every field takes it`, () => {
    const all = new Map<string, Field>();
    const collect = (fields: Fields): void => {
      for (const [name, field] of Object.entries(fields)) {
        if ('fields' in field) collect(field.fields);
        else all.set(name, field);
      }
    };
    collect(params);
    for (const [name, , , example] of tables(text, FIELD_HEADER)[1]!) {
      const field = all.get(name!);
      if (!field || example === '' || !('example' in field)) continue;
      assert.equal(String(field.example), example, name);
    }
  });

  test(`${method}, 返回参数: every field of the table in its order, and no other`, () => {
    const names = tables(text, REPLY_HEADER)[0]!.map(([name]) => name);
    const ours = rowsOf(reply).map(([name]) => name);
    // The table contains the fields of orderDetail without a row for orderDetail, which the sample
    // shows.
    assert.deepEqual(
      names,
      ours.filter((name) => name !== 'orderDetail'),
    );
    if (ours.includes('orderDetail')) assert.match(text, /<orderDetail> <serverId>/);
  });
}

test('sn_head: the fields of the sample, in its order', () => {
  const head = /<sn_head>(.*?)<\/sn_head>/.exec(HISTORY)![1]!;
  const names = [...head.matchAll(/<(\w+)>/g)].map(([, name]) => name);
  assert.deepEqual(names, Object.keys(contract.methods['suning.fws.historyorder.query'].head));
});
