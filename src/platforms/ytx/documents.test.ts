// Compares the document with the code: every row of its tables is implemented, and nothing else is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTestServer } from '../../../test/support.ts';
import { CODES } from './codes.ts';
import { contract } from './contract.ts';
import { ytx } from './index.ts';
import { FUNC, FUNC_URL, FUNCTIONS, VERSION } from './methods.ts';
import { STATES } from './states.ts';

const text = readFileSync(new URL('./documents/order-query.txt', import.meta.url), 'utf8');

/**
 * The rows of the table after the line `title`: cells separated by ` | `, up to the first line
 * without one.
 */
function table(title: string): string[][] {
  const [header, ...rest] = text.slice(text.indexOf(`\n${title}\n`) + title.length + 2).split('\n');
  assert.match(header!, /^名称 \| /, title);
  const end = rest.findIndex((line) => !line.includes(' | '));
  return rest.slice(0, end).map((line) => line.split('|').map((cell) => cell.trim()));
}

test('公共请求参数: where each of them is read', () => {
  const rows = table('公共请求参数:');
  assert.deepEqual(
    rows.map(([name, , required]) => [name, required]),
    ['accountSID', 'authToken', 'version', 'func', 'funcURL', 'Authorization', 'Sign'].map(
      (name) => [name, '是'],
    ),
  );
  const says = (name: string): string =>
    rows
      .find((row) => row[0] === name)!
      .slice(3)
      .join('|');
  assert.ok(says('version').includes(`目前可选版本:${VERSION}`));
  assert.ok(says('func').includes(`当前功能属:${FUNC}`));
  assert.ok(says('funcURL').includes(`当前功能属:${FUNC_URL}`));
  for (const name of FUNCTIONS) assert.ok(says('func').includes(name), name);
  assert.ok(says('Sign').includes('MD5加密(账户Id + 账户授权令牌 +时间戳)'));
  assert.ok(says('Sign').includes('注:MD5加密32位,无论大小写'));
});

test('请求包头: the URL', () => {
  const url = /^2 \| (\/\{version\}\S*)\?Sign=\{Sign\}/m.exec(text)![1];
  assert.deepEqual(ytx.paths, [{ method: 'POST', path: url }]);
});

test('公共请求参数: every parameter of the table is in the envelope, and the reverse', () => {
  const documented = table('公共请求参数:').map(([name]) => name);
  const ours = Object.entries(contract.envelope.request);
  // authToken is the secret, which is never sent; action stands in the method's table.
  assert.deepEqual(
    documented.filter((name) => name !== 'authToken').sort(),
    ours
      .map(([name]) => name)
      .filter((name) => name !== 'action')
      .sort(),
  );
  const places = Object.fromEntries(ours.map(([name, { place }]) => [name, place]));
  assert.deepEqual(places, {
    version: 'path',
    accountSID: 'path',
    func: 'path',
    funcURL: 'path',
    Sign: 'query',
    Authorization: 'header',
    action: 'body',
  });
});

test('请求参数 of getOrderResult: every field of the table in its order, and no other', () => {
  const { params, oneOf } = contract.methods.getOrderResult;
  const rows = table('请求参数:').map(([name, type, required]) => [name, type, required]);
  assert.deepEqual(
    rows.map(([name]) => name),
    ['action', ...Object.keys(params)],
  );
  for (const [name, type, required] of rows.slice(1)) {
    const field = params[name as keyof typeof params];
    assert.equal(type, 'string', name);
    // The table requires requestId, except for a submission whose requestId never arrived: one of
    // two is required.
    const isOneOf = oneOf.some((names) => (names as readonly string[]).includes(name!));
    assert.equal('optional' in field, required === '否' || isOneOf, name);
  }
});

test('响应参数: every field with its example, in the order of the table and of the samples, and no other', () => {
  const { reply } = contract.methods.getOrderResult;
  assert.deepEqual(
    table('响应参数:').map(([name, type, example]) => [name, type, example]),
    Object.entries(reply).map(([name, { example }]) => [name, 'string', example]),
  );
  const sample = /传一个requestId: (\{[^}]*\})/.exec(text)![1]!;
  assert.deepEqual(Object.keys(JSON.parse(sample)), Object.keys(reply));
});

test('异常示例: the fields of a refusal are those of the envelope, and requestId', () => {
  const sample = JSON.parse(/\{"statusCode"[^}]*\}/.exec(text)![0]);
  assert.deepEqual(Object.keys(sample), [...Object.keys(contract.envelope.reply), 'requestId']);
});

test('orderSts: 1:充值成功 -1:充值失败 0: 充值中 -2: 已退款', () => {
  const row = table('响应参数:').find(([name]) => name === 'orderSts')!;
  const documented = [...row[3]!.matchAll(/(-?\d): ?(\S+)/g)].map(([, value, name]) => [
    value,
    name,
  ]);
  assert.equal(documented.length, 4);
  assert.deepEqual(Object.fromEntries(documented), STATES);
});

test('the two codes that the document prints: -2 缺少必要参数, and -205 应用验证失败', () => {
  const { statusCode, statusMsg } = JSON.parse(/\{"statusCode"[^}]*\}/.exec(text)![0]);
  assert.equal(CODES[statusCode as '-2'], statusMsg);
  assert.match(text, /应用验证失败原因\(-205\)/);
  assert.equal(CODES['-205'], '应用验证失败');
});

test('README.md: the first call, pasted, answers what is printed; pasted again, -705', async () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const block = (language: string): string =>
    new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(readme)![1]!;
  const server = await startTestServer();
  const script = block('sh').replaceAll('http://127.0.0.1:8787', server.url);
  const run = async (): Promise<string> =>
    (await promisify(execFile)('sh', ['-c', script])).stdout.trim();
  assert.equal(await run(), block('json'));
  assert.equal(JSON.parse(await run()).statusCode, '-705');
});
