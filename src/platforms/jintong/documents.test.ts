// The documents against the code: every row of their tables is here, and nothing is here besides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES } from './codes.ts';
import { BASIC_FIELDS, CONTRACTS } from './contracts.ts';
import { STATES } from './states.ts';

const read = (name: string): string =>
  readFileSync(new URL(`./documents/${name}.txt`, import.meta.url), 'utf8');
const HASTEN = read('hasten-order');
const CANCEL = read('cancel-order');

/** The rows of the table that begins with `header`: cells by tab; blank lines inside belong to it. */
function table(text: string, header: string): string[][] {
  const start = text.indexOf(`${header}\n`);
  assert.ok(start >= 0, `no table ${header}`);
  const rows: string[][] = [];
  for (const line of text.slice(start + header.length + 1).split('\n')) {
    if (line.trim() === '') continue;
    if (!line.includes('\t')) break;
    rows.push(line.split('\t'));
  }
  return rows;
}

for (const [name, text] of [
  ['000', HASTEN],
  ['001', CANCEL],
] as const) {
  test(`${name}: 标识代码 / 描述, every code with its text`, () => {
    const { Unauthorized, ...documented } = CODES;
    assert.deepEqual(Object.fromEntries(table(text, '标识代码\t描述')), documented);
    assert.equal(Unauthorized, '没有访问权限');
  });
}

test('001, 1.3.2 failure sample: Unauthorized 没有访问权限, which its table lacks', () => {
  assert.match(CANCEL, /<MessageCode>Unauthorized<\/MessageCode>\s*<Description>没有访问权限</);
});

test('001, 3.5 订单状态(OrderStates): the 22 states with their meaning', () => {
  const rows = table(CANCEL, '值\t描述');
  assert.equal(rows.length, 22);
  assert.deepEqual(Object.fromEntries(rows), STATES);
});

test('请求基本参数: the basic parameters of both documents', () => {
  for (const text of [HASTEN, CANCEL]) {
    const names = table(text, '参数类型\t字段名称\t类型\t是否必填\t是否需签名\t描述').map(
      (row) => row[1],
    );
    assert.deepEqual(names, [...BASIC_FIELDS, 'Param']);
  }
});

test('业务参数: HastenOrderRequestParam and CancelOrderRequestParam, field by field', () => {
  const fields = (text: string, type: string): Record<string, string> => {
    const rows = table(text, `业务参数: ${type}\t\t\t\t`).slice(1);
    const end = rows.findIndex(([name]) => name === '输出参数');
    return Object.fromEntries(rows.slice(0, end).map((row) => [row[0], row.slice(3).join('')]));
  };
  assert.deepEqual(fields(HASTEN, 'HastenOrderRequestParam'), {
    OrderID: '订单号',
    UserName: '用户名',
  });
  assert.deepEqual(Object.keys(CONTRACTS.HastenOrder.param).sort(), ['OrderID', 'UserName']);
  assert.deepEqual(fields(CANCEL, 'CancelOrderRequestParam'), {
    OrderID: '订单号',
    Consumer: '用户名',
    Remark: '取消原因, 中文字符需要编码 HttpUtility.UrlEncode',
  });
  assert.deepEqual(Object.keys(CONTRACTS.OperateCancelOrder.param).sort(), [
    'Consumer',
    'OrderID',
    'Remark',
  ]);
});
