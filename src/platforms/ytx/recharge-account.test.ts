// rechargeAccount: how a number may be written, products that charge other accounts, masks, and repeats.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer } from '../../../test/support.ts';
import { APP, call, MOBILE, query, submit } from '../../../test/ytx.ts';
import { isAccount, maskAccount, normalizeAccount } from './recharge-account.ts';
import { redactBody } from './redact.ts';

const server = await startTestServer();
const attributes = async (id: string) =>
  (await manage(server, 'GET', `/orders/ytx/${id}`)).body.attributes;
let key = 0;
const next = (): string => `account-${++key}`;
const saveProduct = (code: string, document: object) =>
  manage(server, 'PUT', `/catalog/ytx/product/${code}`, document);

for (const written of [
  `+86${MOBILE}`,
  `0086${MOBILE}`,
  `86${MOBILE}`,
  '188 1234 0804',
  '188-1234-0804',
  ' +86 188-1234-0804 ',
  '0086 188 1234 0804',
  '86-188\u201312340804',
  '188\u00A01234\u30000804',
  Number(MOBILE),
  Number(`86${MOBILE}`),
]) {
  test(`"taken off a mobile number": ${written} is kept as ${MOBILE}, shown as 188****0804`, async () => {
    const customParm = next();
    const body = { ...submit(customParm), rechargeAccount: written };
    const { requestId } = await call(server, body);
    assert.equal((await attributes(requestId)).mobile, MOBILE);
    assert.equal((await call(server, query(requestId))).mobile, '188****0804');
    // A repeat is compared normalised: however it is written the next time.
    for (const again of [MOBILE, `+86-${MOBILE}`]) {
      assert.equal((await call(server, submit(customParm, 'P1', again))).requestId, requestId);
    }
    assert.equal((await call(server, submit(customParm, 'P1', '18812340805'))).statusCode, '-101');
  });
}

for (const wrong of [
  '1881234080',
  '188123408041',
  '8618812340',
  '+8528812340804',
  '+1 18812340804',
  '12812340804',
  'a@b.cn',
  '86',
  '١٨٨١٢٣٤٠٨٠٤',
]) {
  test(`P1 charges a mobile number, and ${wrong} is none: -101`, async () => {
    assert.equal((await call(server, submit(next(), 'P1', wrong))).statusCode, '-101');
  });
}

for (const [account, shown] of [
  ['player@example.com', 'pla****com'],
  ['游戏玩家一二三四五', '游戏****五'],
  ['12345', '1****'],
  ['ab', '****'],
  ['x'.repeat(64), `${'x'.repeat(11)}****${'x'.repeat(10)}`],
  [`+86${MOBILE}`, '+8****04'],
  [MOBILE, '188****0804'],
  ['🎮🎮🎮🎮🎮🎮', '🎮****🎮'],
] as const) {
  test(`account: any (1 to 64 visible characters). Kept whole; shown with at most a third: ${account}`, async () => {
    const customParm = next();
    const { requestId } = await call(server, submit(customParm, 'VIP-MONTH', ` ${account} `));
    const kept = await attributes(requestId);
    assert.deepEqual([kept.mobile, kept.account], [account, 'any']);
    assert.equal((await call(server, query(requestId))).mobile, shown);
    const again = await call(server, submit(customParm, 'VIP-MONTH', account));
    assert.equal(again.requestId, requestId);
    const found = await manage(
      server,
      'GET',
      `/orders?platform=ytx&q=${encodeURIComponent(account)}`,
    );
    assert.ok(found.body.items.some((item: { orderId: string }) => item.orderId === requestId));
  });
}

for (const wrong of [
  'a b',
  'x'.repeat(65),
  'a\u0000b',
  'a\nb',
  'a\u200Bb',
  '\uD800x',
  'a\u3000b',
]) {
  test(`VIP-MONTH: ${JSON.stringify(wrong).slice(0, 20)} is not 1 to 64 visible characters: -101`, async () => {
    assert.equal((await call(server, submit(next(), 'VIP-MONTH', wrong))).statusCode, '-101');
  });
}

test('The check stands in its place: a wrong account goes before the app, a missing field before it', async () => {
  const wrong = submit(next(), 'P1', 'x');
  assert.equal((await call(server, { ...wrong, appid: 'nosuchapp' })).statusCode, '-101');
  assert.equal((await call(server, { ...wrong, customParm: '' })).statusCode, '-2');
});

test('an unknown product is judged as any, so that -301 comes, whatever the account', async () => {
  for (const account of ['a@b.cn', MOBILE, '188 1234 0804']) {
    assert.equal((await call(server, submit(next(), 'GONE', account))).statusCode, '-301');
  }
  assert.equal((await call(server, submit(next(), 'GONE', 'x'.repeat(65)))).statusCode, '-101');
});

test('where the product has gone, the first requestId is answered (settled.md, Y17): compared by the kind that the order keeps', async () => {
  await saveProduct('M', { amountFen: 1 });
  await saveProduct('A', { amountFen: 1, account: 'any' });
  const mobile = await call(server, submit('gone-m', 'M'));
  const any = await call(server, submit('gone-a', 'A', 'player-1'));
  for (const name of ['M', 'A']) await manage(server, 'DELETE', `/catalog/ytx/product/${name}`);
  for (const account of [MOBILE, `+86${MOBILE}`, '188 1234 0804']) {
    assert.deepEqual(await call(server, submit('gone-m', 'M', account)), mobile);
  }
  assert.deepEqual(await call(server, submit('gone-a', 'A', 'player-1')), any);
  // A hyphen of another account is a part of it.
  assert.equal((await call(server, submit('gone-a', 'A', 'player1'))).statusCode, '-101');
});

test('a product that charges another kind now does not change what a repeat means', async () => {
  await saveProduct('KIND', { amountFen: 1, account: 'mobile' });
  const first = await call(server, submit('kind-1', 'KIND'));
  await saveProduct('KIND', { amountFen: 1, account: 'any' });
  assert.deepEqual(await call(server, submit('kind-1', 'KIND', `+86${MOBILE}`)), first);
});

test('a product says what it charges through both ways in; nothing else is taken', async () => {
  assert.equal(
    (await saveProduct('K', { amountFen: 1, account: 'any' })).body.document.account,
    'any',
  );
  assert.equal((await saveProduct('K', { amountFen: 1, account: 'email' })).status, 400);
});

test('an imported order: normalized, by the kind that it names', async () => {
  const row = { platform: 'ytx', appid: APP, orderSts: '0', oriAmount: '1.00', productCode: 'P1' };
  const create = (more: object) => manage(server, 'POST', '/orders', { ...row, ...more });
  assert.equal((await create({ requestId: '91', mobile: `+86 ${MOBILE}` })).status, 201);
  assert.equal((await attributes('91')).mobile, MOBILE);
  assert.equal((await create({ requestId: '92', mobile: 'a@b.cn', account: 'any' })).status, 201);
  for (const wrong of [{ mobile: 'a@b.cn' }, { mobile: 'a b', account: 'any' }]) {
    const { status, body } = await create({ requestId: '93', ...wrong });
    assert.deepEqual([status, body.error.field], [400, 'mobile']);
  }
});

test('nothing is shown of an account beyond a third, whatever it is', () => {
  for (let length = 1; length <= 64; length++) {
    const account = Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
    const shown = [...maskAccount(account).replace('****', '')];
    assert.ok(shown.length * 3 <= length && isAccount('any', account));
  }
});

test('to normalize twice changes nothing', () => {
  for (const text of [`+86 ${MOBILE}`, ' a ', '86', '', '+86', '0086-1']) {
    const once = normalizeAccount('mobile', text);
    assert.equal(normalizeAccount('mobile', once), once);
  }
});

for (const written of [
  '188 1234 0804',
  '188-1234-0804',
  '+86 188 1234 0804',
  '１８８１２３４０８０４',
  '1 8 8 1 2 3 4 0 8 0 4',
]) {
  test(`the request log keeps no whole number that is written as ${written}`, () => {
    for (const name of ['rechargeAccount', 'customParm', 'note']) {
      const kept = redactBody(
        JSON.stringify({ [name]: `x ${written} y`, id: '2016010000000219' }),
        [],
      );
      assert.ok(!kept.includes(written) && kept.includes('2016010000000219'), kept);
      assert.ok(!kept.replaceAll(/[\s-]/g, '').includes(MOBILE), kept);
    }
  });
}
