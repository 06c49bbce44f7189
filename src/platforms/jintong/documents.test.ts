// Compares the documents with the code: every row of their tables is implemented, and nothing else
// is.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES } from './codes.ts';
import { contract } from './contract.ts';
import { STATES } from './states.ts';

const read = (name: string): string =>
  readFileSync(new URL(`./documents/${name}.txt`, import.meta.url), 'utf8');
const HASTEN = read('hasten-order');
const CANCEL = read('cancel-order');

/**
 * The rows of the table that begins with `header`, as cells separated by tabs. Blank lines may
 * occur within the table.
 */
function table(text: string, header: string): string[][] {
  const start = text.indexOf(`\n${header}\n`);
  assert.ok(start >= 0, `no table ${header}`);
  const rows: string[][] = [];
  for (const line of text.slice(start + header.length + 2).split('\n')) {
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

const DOCUMENTS = [
  [HASTEN, 'HastenOrder', 'HastenOrderRequestParam'],
  [CANCEL, 'OperateCancelOrder', 'CancelOrderRequestParam'],
] as const;

test('请求基本参数: every parameter of both tables, whether required and signed, and no other', () => {
  const ours = Object.entries(contract.envelope.request).map(([name, field]) => [
    name,
    'string',
    'optional' in field ? '否' : '是',
    field.signed ? '是' : '否',
  ]);
  for (const [text, method, type] of DOCUMENTS) {
    const rows = table(text, '参数类型\t字段名称\t类型\t是否必填\t是否需签名\t描述');
    assert.deepEqual(
      rows.map((row) => row.slice(1, 5)),
      [...ours, ['Param', 'XmlNode[]', '是', '是']],
    );
    // 1.2 repeats the parameters, with the type of the action's Param.
    const again = table(text, '字段名称\t类型\t是否必填\t是否签名\t描述');
    assert.deepEqual(
      again.slice(0, 8).map((row) => row.slice(0, 4)),
      [...ours, ['Param', type, '是', '是']],
      method,
    );
  }
});

test('返回基本参数: every element of both tables, and no other', () => {
  for (const [text] of DOCUMENTS) {
    const rows = table(text, '字段名称\t类型\t是否必填\t是否需签名\t描述').map(([name]) => name);
    assert.deepEqual(rows.slice(0, 2), Object.keys(contract.envelope.reply));
    // "具体到业务方法更多的字段信息": the fields that an action adds are the reply in its contract.
    assert.deepEqual(rows.slice(2), ['具体到业务方法更多的字段信息']);
    const model = table(text, '类型\tMessageModel\t').slice(1);
    assert.deepEqual(
      model.map(([name]) => name),
      Object.keys(contract.envelope.reply.MessageModel.fields),
    );
  }
});

for (const [text, method, type] of DOCUMENTS) {
  test(`${method}: every field of ${type} with what is required, and no other`, () => {
    const rows = table(text, `业务参数: ${type}\t\t\t\t`).slice(1);
    const end = rows.findIndex(([name]) => name === '输出参数');
    const { params, reply } = contract.methods[method];
    assert.deepEqual(
      rows
        .slice(0, end)
        .map((row) => row.slice(0, 3))
        .sort(),
      Object.entries(params)
        .map(([name, field]) => [name, 'string', 'optional' in field ? '否' : '是'])
        .sort(),
    );
    // 输出参数: MessageModel and Sign, which belong to the envelope.
    assert.deepEqual(Object.keys(reply), []);
  });
}

test('001, 签名示例: GetOrderDetail signs the fields that its contract has', () => {
  const signed = /Action=GetOrderDetail&Param=(.*?)&Partner=/s.exec(CANCEL)![1]!;
  const names = [...signed.replaceAll(/\s/g, '').matchAll(/(\w+)=/g)].map(([, name]) => name);
  assert.deepEqual(names, Object.keys(contract.methods.GetOrderDetail.params));
});
