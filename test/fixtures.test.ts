// docs/sandbox.md says which order of the sandbox answers what: each row is called, in both languages.
import { equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import * as jintong from './jintong.ts';
import * as suning from './suning.ts';
import { manage, startTestServer } from './support.ts';
import * as ytx from './ytx.ts';

const server = await startTestServer();
const rows = (page: string): [call: string, answers: string][] =>
  [
    ...readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8').matchAll(
      /^\| `([^`]+)` \| `([^`]+)` \|/gm,
    ),
  ].map(([, call, answers]) => [call!, answers!]);

const PARTNERS: Readonly<Record<string, jintong.Partner>> = {
  jinrigoji7: '989457552' as unknown as jintong.Partner,
  ipbound01: 'ipbound01',
  hastenonly01: 'hastenonly01',
};

/** What a platform answers to the words of a row behind its name. */
const CALLS: Readonly<Record<string, (words: readonly string[]) => Promise<string>>> = {
  async jintong([action, order, user]) {
    const partner = PARTNERS[user!] ?? 'jane88';
    const param =
      action === 'OperateCancelOrder'
        ? { Consumer: user!, OrderID: order!, Remark: '取消' }
        : { OrderID: order!, UserName: user! };
    const document = jintong.document(partner, action!, { param });
    const text = decodeURIComponent(await jintong.post(server, jintong.form(document)));
    return /<MessageCode>(\w+)</.exec(text)![1]!;
  },
  async suning([iqStatus, orderId, orderItemId, cards]) {
    const fields = {
      iqStatus: iqStatus!,
      orderId: orderId!,
      orderItemId: orderItemId!,
      ...(iqStatus === '210' && { failReason: '号码错误' }),
      ...(cards && { cardList: suning.cards(Number(cards.slice('cards='.length))) }),
    };
    const body = suning.json('addLeaguerstatus', fields);
    const { code } = await suning.call(server, { method: suning.LEAGUER, format: 'json', body });
    return code.replace('biz.selfmarket.addleaguerstatus.', '');
  },
  async ytx([action, what]) {
    const body = action === 'productOrder' ? ytx.submit('mine-1', what) : ytx.query(what);
    const { orderSts, statusCode } = await ytx.call(server, body);
    return orderSts ?? statusCode;
  },
};

test('both languages hold the same rows, for every platform', () => {
  equal(JSON.stringify(rows('zh/sandbox.md')), JSON.stringify(rows('sandbox.md')));
  const named = new Set(rows('sandbox.md').map(([call]) => call.split(' ')[0]));
  for (const { name } of platforms) ok(named.has(name), name);
});

for (const [call, answers] of rows('sandbox.md')) {
  test(`${call}: ${answers}`, async () => {
    equal((await manage(server, 'POST', '/sandbox/reset', {})).status, 200);
    const [platform, ...words] = call.split(' ');
    equal(await CALLS[platform!]!(words), answers);
  });
}
