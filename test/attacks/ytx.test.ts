// Attacks on ytx: signatures of others and of other times, apps and orders of others, lists, submissions again.
import {
  ACCOUNT,
  APP,
  authorizationOf,
  MOBILE,
  OTHER_ACCOUNT,
  type Parts,
  post,
  query,
  signOf,
  stamp,
  submit,
  TOKENS,
} from '../ytx.ts';
import { type Attack, codeOf, runAttacks, startTarget } from './runner.ts';

const target = await startTarget();
const now = target.clock.now();
const stamped = stamp(now);
const SIGN = signOf(ACCOUNT, TOKENS[ACCOUNT], stamped);
const TOP_UP = submit('attack-1');
const OTHER_APP = 'cbc6ceb21fd34664b6e452ca2aa40b3f';
const FOREIGN_APP = 'aaaabbbbccccddddeeeeffff00001111';

const attack = (
  name: string,
  parts: Parts,
  becomes: Attack['becomes'],
  body: unknown = TOP_UP,
  more: Partial<Attack> = {},
): Attack => ({
  name,
  send: async ({ server }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return codeOf(await post(server, text, parts).catch(String)) ?? 'no code';
  },
  becomes,
  ...more,
});
const signed = (name: string, sign: string, becomes: Attack['becomes'] = '-201'): Attack =>
  attack(name, { query: `?Sign=${sign}` }, becomes);
const authorized = (name: string, text: string, becomes: Attack['becomes'] = '-202'): Attack =>
  attack(name, { authorization: Buffer.from(text).toString('base64') }, becomes);

runAttacks('a forged signature', target, [
  attack('none', { query: '' }, '-201'),
  signed('empty', ''),
  signed('twice, both right', `${SIGN}&Sign=${SIGN}`),
  signed('twice, the right one first', `${SIGN}&Sign=0`),
  signed('twice, the right one last', `0&Sign=${SIGN}`),
  signed('the digest of nothing', 'd41d8cd98f00b204e9800998ecf8427e'),
  signed('without the authToken', signOf(ACCOUNT, '', stamped)),
  signed('without the time', signOf(ACCOUNT, TOKENS[ACCOUNT], '')),
  signed('without the account', signOf('', TOKENS[ACCOUNT], stamped)),
  signed('the authToken alone', signOf('', TOKENS[ACCOUNT], '')),
  signed('with undefined for the authToken', signOf(ACCOUNT, 'undefined', stamped)),
  signed('with the authToken of another account', signOf(ACCOUNT, TOKENS[OTHER_ACCOUNT], stamped)),
  signed('of another account', signOf(OTHER_ACCOUNT, TOKENS[OTHER_ACCOUNT], stamped)),
  signed('of another second', signOf(ACCOUNT, TOKENS[ACCOUNT], stamp(now - 1000))),
  signed('a digit less', SIGN.slice(1)),
  signed('a digit more', `${SIGN}0`),
  signed('with a NUL behind it', `${SIGN}%00`),
  signed('with a blank behind it', `${SIGN}%20`),
  signed('half a percent sign', '%'),
  attack('Sign in small letters', { query: `?sign=${SIGN}` }, '-201'),
  attack('Sign[] as PHP reads it', { query: `?Sign[]=${SIGN}` }, '-201'),
]);

runAttacks('an Authorization that is not this account’s, or not of this time', target, [
  attack('none', { authorization: null }, '-202'),
  attack('empty', { authorization: '' }, '-202'),
  attack('not base64', { authorization: '!!!' }, '-202'),
  attack(
    'Basic before it',
    { authorization: `Basic ${authorizationOf(ACCOUNT, stamped)}` },
    '-202',
  ),
  attack(
    'two of them',
    { authorization: `${authorizationOf(ACCOUNT, stamped)}, ${authorizationOf(ACCOUNT, stamped)}` },
    '-202',
  ),
  authorized('of another account', `${OTHER_ACCOUNT}|${stamped}`),
  authorized('of the account in capitals', `${ACCOUNT.toUpperCase()}|${stamped}`),
  authorized('without a time', ACCOUNT),
  authorized('with an empty time', `${ACCOUNT}|`),
  authorized('with another separator', `${ACCOUNT},${stamped}`),
  authorized('with two times', `${ACCOUNT}|${stamped}|${stamped}`),
  authorized('with a NUL in it', `${ACCOUNT}|${stamped}\0`),
  authorized('with the 31st of February', `${ACCOUNT}|20260231110405`, /-202|-201/),
  authorized('with a time in full-width digits', `${ACCOUNT}|２０２６０１０２１１０４０５`),
  authorized('of a second later than the Sign', `${ACCOUNT}|${stamp(now + 1000)}`, '-201'),
  attack('a day and a second old', { at: now - 86_401_000 }, '-203'),
  attack('ten minutes and a second ahead', { at: now + 601_000 }, '-203'),
  attack('of an account that is not', { account: 'f'.repeat(32), token: 'x' }, '-204'),
  attack('of an account named __proto__', { account: '__proto__', token: 'x' }, /-204|-202/),
  attack(
    'the account’s last characters moved into its authToken',
    { account: ACCOUNT.slice(0, -1), token: ACCOUNT.slice(-1) + TOKENS[ACCOUNT] },
    '-204',
  ),
  attack(
    'the path of one account, Authorization and Sign of another',
    { path: `/201612/sid/${ACCOUNT}/Unicom/Order.wx`, account: OTHER_ACCOUNT },
    '-202',
  ),
  attack('another version', { path: `/201611/sid/${ACCOUNT}/Unicom/Order.wx` }, '-207'),
  attack('another func', { path: `/201612/sid/${ACCOUNT}/sms/Order.wx` }, '-207'),
  attack('another funcURL', { path: `/201612/sid/${ACCOUNT}/Unicom/order.wx` }, '-207'),
  attack(
    'a NUL in the path',
    { path: `/201612/sid/${ACCOUNT}%00/Unicom/Order.wx` },
    /-202|no code/,
  ),
]);

runAttacks('apps and orders of others', target, [
  attack('an app of another account', {}, '-205', submit('attack-1', 'P1', MOBILE, FOREIGN_APP)),
  attack(
    'an app of production',
    {},
    '-205',
    submit('attack-1', 'P1', MOBILE, '3215ad6a7d0247ae8b39728b854fa59c'),
  ),
  attack(
    'an app without the function',
    {},
    '-205',
    submit('attack-1', 'P1', MOBILE, '11112222333344445555666677778888'),
  ),
  attack('an app in capitals', {}, '-205', submit('attack-1', 'P1', MOBILE, APP.toUpperCase())),
  attack('an app named constructor', {}, '-205', submit('attack-1', 'P1', MOBILE, 'constructor')),
  attack('an order of another app of the account', {}, '-704', query('2016010000000205')),
  attack('an order of another account', {}, '-704', query('2016010000000301')),
  attack('by the other account’s customParm', {}, '-704', {
    action: 'getOrderResult',
    appid: APP,
    customParm: '777777',
  }),
  attack(
    'an order of the other app by its own account',
    { account: OTHER_ACCOUNT },
    '-704',
    query('2016010000000219', FOREIGN_APP),
  ),
  attack(
    'with another account’s app for it',
    { account: OTHER_ACCOUNT },
    '-205',
    query('2016010000000219'),
  ),
  attack('101 ids', {}, '-101', query(Array.from({ length: 101 }, (_, i) => String(i)))),
  attack('a list within a list', {}, '-101', query([['2016010000000219']])),
  attack('a product named __proto__', {}, '-301', submit('attack-1', '__proto__')),
  attack('an action named toString', {}, '-206', { ...TOP_UP, action: 'toString' }),
  attack('an action in capitals', {}, '-206', { ...TOP_UP, action: 'PRODUCTORDER' }),
  attack('an action that is a list', {}, '-206', { ...TOP_UP, action: ['productOrder'] }),
]);

runAttacks('bodies that are traps', target, [
  attack('60,000 brackets', {}, '-101', '['.repeat(60_000)),
  attack('60,000 commas for an id', {}, '-101', query(','.repeat(60_000))),
  attack('a name twice', {}, '-101', JSON.stringify(TOP_UP).replace('{', '{"appid":"x",')),
  attack(
    'a name twice, one of them escaped',
    {},
    '-101',
    JSON.stringify(TOP_UP).replace('{', '{"\\u0061ppid":"x",'),
  ),
  attack(
    '__proto__ with an app',
    {},
    /-2|-205|-101/,
    `{"__proto__":{"appid":"${APP}"},"action":"productOrder"}`,
  ),
  attack(
    'bytes beyond the bound',
    {},
    '-101',
    JSON.stringify({ ...TOP_UP, x: 'x'.repeat(70_000) }),
  ),
  attack('a form', {}, '-101', 'action=productOrder'),
  attack('XML', {}, '-101', '<action>productOrder</action>'),
  attack('nothing', {}, '-101', ''),
  attack('a mobile number of objects', {}, '-101', { ...TOP_UP, rechargeAccount: { $ne: null } }),
  attack('an app of objects', {}, '-101', { ...TOP_UP, appid: { $gt: '' } }),
  attack('a customParm that is lost', {}, '-101', submit('????')),
]);

runAttacks('repeats', target, [
  attack('the top-up that all of these were made of is accepted', {}, '0', TOP_UP, {
    changes: true,
  }),
  attack('the same top-up again makes no second one', {}, '0'),
  attack(
    'another mobile number under the same customParm',
    {},
    '-101',
    submit('attack-1', 'P1', '18812340805'),
  ),
  attack('another product under the same customParm', {}, '-101', submit('attack-1', 'VIP-MONTH')),
  {
    name: 'the same top-up 50 times at once makes no second one',
    send: async ({ server }) => {
      const all = Array.from({ length: 50 }, () => post(server, JSON.stringify(TOP_UP)));
      return String(new Set(await Promise.all(all)).size);
    },
    becomes: '1',
  },
  attack(
    'the same customParm of another app is another order',
    {},
    '0',
    submit('attack-1', 'P1', MOBILE, OTHER_APP),
    { changes: true },
  ),
  attack('an order is asked for', {}, /orderSts|0/, query('2016010000000219')),
  attack('and again within the minute', {}, '-705', query('2016010000000219')),
]);
