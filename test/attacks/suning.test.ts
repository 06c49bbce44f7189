// Attacks on Suning: headers and bodies changed after they were signed, tokens and suppliers of others, repeats.
import { hash } from 'node:crypto';
import {
  APPS,
  type AppName,
  type Call,
  call,
  EXPIRED_TOKEN,
  history,
  inOnePacket,
  LEAGUER,
  leaguer,
  post,
  sandboxLine,
  shanghai,
  TOKEN,
} from '../suning.ts';
import { manage } from '../support.ts';
import { type Attack, runAttacks, startTarget } from './runner.ts';

const target = await startTarget();
const OWN = ['ab'.repeat(16), '0123456789abcdef'.repeat(2)] as const;
await manage(target.server, 'POST', '/parties', {
  platform: 'suning',
  partyId: OWN[0],
  secret: OWN[1],
  grants: [LEAGUER, 'suning.fws.historyorder.query'],
  attributes: { supplierCodes: ['10042870'], provider: 'P20002' },
});
const [appKey, appSecret] = APPS.plain;
/** A voucher that is not shipped; 180 ships it. */
const LINE = sandboxLine(3);
const SHIP = leaguer('180', ...LINE);
const md5 = (text: string): string => hash('md5', text);
const at = shanghai(target.clock.now());
const TEXT = `${LEAGUER}${at}${appKey}v1.2${Buffer.from(SHIP.body as string).toString('base64')}`;

const attack = (
  name: string,
  change: Partial<Call>,
  becomes: Attack['becomes'],
  more: Partial<Attack> = {},
): Attack => ({
  name,
  send: async ({ server }) => (await call(server, { ...SHIP, ...change })).code,
  becomes,
  ...more,
});
const headers = (
  name: string,
  changed: Call['headers'],
  becomes: Attack['becomes'] = 'sys.check.app-sign:error',
): Attack => attack(name, { headers: changed! }, becomes);
/** The signature is of the plain body; this one is sent. */
const body = (
  name: string,
  sent: string,
  becomes: Attack['becomes'] = 'sys.check.app-sign:error',
): Attack => attack(name, { signed: { body: SHIP.body as string }, body: sent }, becomes);
const signed = (
  name: string,
  sign: string,
  becomes: Attack['becomes'] = 'sys.check.app-sign:error',
): Attack => headers(name, { signInfo: sign }, becomes);

/** Two lines on the wire; `fetch` would make one of them. */
const twice = (name: string, more: Record<string, string>, app: AppName = 'plain'): Attack => ({
  name,
  send: async ({ server }) => (await inOnePacket(server, { ...SHIP, app, headers: more }))[0]!.code,
  becomes: PARAMS,
});

const PARAMS = 'sys.check.request-params:error';
const UNKNOWN = 'sys.check.user-permission:inexistence';
const BIZ = 'biz.selfmarket.addleaguerstatus.invalid-biz:';
const text = SHIP.body as string;

runAttacks('a signed part that was changed', target, [
  headers('the method is another', { AppMethod: 'suning.fws.historyorder.query' }),
  headers('the method in capitals', { AppMethod: LEAGUER.toUpperCase() }),
  headers('the time is a second later', { AppRequestTime: shanghai(target.clock.now() + 1000) }),
  headers('the time with another separator', { AppRequestTime: at.replace(' ', 'T') }, PARAMS),
  headers('the app is another', { AppKey: APPS.queries[0] }),
  headers('the app in capitals', { AppKey: appKey.toUpperCase() }, /inexistence|app-sign:error/),
  headers('the app is __proto__', { AppKey: '__proto__' }, UNKNOWN),
  headers('the version is another', { VersionNo: 'v1.3' }, PARAMS),
  headers('the version in capitals', { VersionNo: 'V1.2' }, PARAMS),
  headers('the format is another', { Format: 'json' }, /request-params:error|app-sign:error/),
  headers('the format is yaml', { Format: 'yaml' }, PARAMS),
  body('the order is another', text.replace(LINE[0], sandboxLine(6)[0])),
  body('the status is another', text.replace('180', '210')),
  body('a blank behind the body', `${text} `),
  body('a line end behind the body', `${text}\n`),
  body('a byte order mark before the body', `\ufeff${text}`),
  body('a comment in the body', text.replace('<sn_body>', '<sn_body><!-- -->')),
  body('nothing', ''),
  body('the body twice', text + text),
  attack(
    'the path names another method',
    { path: '/api/http/sopRequest/suning.fws.historyorder.query' },
    PARAMS,
  ),
]);

runAttacks('a part that slid into the next: one string to sign, another call', target, [
  headers(
    'the first digit of the time within the method',
    { AppMethod: `${LEAGUER}2`, AppRequestTime: at.slice(1) },
    PARAMS,
  ),
  headers(
    'the last letter of the method within the time',
    { AppMethod: LEAGUER.slice(0, -1), AppRequestTime: `d${at}` },
    PARAMS,
  ),
  headers(
    'the last digit of the time within the app',
    { AppRequestTime: at.slice(0, -1), AppKey: at.slice(-1) + appKey },
    PARAMS,
  ),
  headers(
    'the last digit of the app within the version',
    { AppKey: appKey.slice(0, -1), VersionNo: `${appKey.slice(-1)}v1.2` },
    PARAMS,
  ),
  headers(
    'the version’s first letter within the app',
    { AppKey: `${appKey}v`, VersionNo: '1.2' },
    PARAMS,
  ),
  headers('the whole of the app within the time', { AppRequestTime: at + appKey }, PARAMS),
]);

runAttacks('a forged signature', target, [
  signed('empty', '', 'sys.check.app-sign:null'),
  signed('the digest of nothing', md5('')),
  signed('the digest of the secret alone', md5(appSecret)),
  signed('the digest without the secret', md5(TEXT)),
  signed('the secret behind the string', md5(TEXT + appSecret)),
  signed('the secret of another app', md5(APPS.queries[1] + TEXT)),
  signed('the secret is undefined', md5(`undefined${TEXT}`)),
  signed('the app’s key for the secret', md5(appKey + TEXT)),
  signed('a digit less', md5(appSecret + TEXT).slice(1)),
  signed('a digit more', `${md5(appSecret + TEXT)}0`),
  signed('twice with a comma', `${md5(appSecret + TEXT)},${md5(appSecret + TEXT)}`),
  signed('of sha1', hash('sha1', appSecret + TEXT)),
  signed('a star', '*'),
  signed('8,000 characters', 'a'.repeat(8000)),
]);

const minutes = (n: number): number => target.clock.now() + n * 60_000;

runAttacks('a call at a wrong time, and headers given twice', target, [
  attack('ten minutes and a second ago', { at: minutes(-10) - 1000 }, 'sys.check.app-time:error'),
  attack('ten minutes and a second ahead', { at: minutes(10) + 1000 }, 'sys.check.app-time:error'),
  attack('a year ago', { at: minutes(-525_600) }, 'sys.check.app-time:error'),
  headers('the 31st of February', { AppRequestTime: '2026-02-31 11:04:05' }, PARAMS),
  headers('a minus year', { AppRequestTime: '-026-01-02 11:04:05' }, PARAMS),
  ...(['AppKey', 'AppMethod', 'signInfo', 'VersionNo', 'AppRequestTime', 'Format'] as const).map(
    (name) =>
      twice(`${name} twice with two values, in two spellings`, { [name.toLowerCase()]: 'x' }),
  ),
]);

runAttacks('orders, suppliers, methods and tokens of others, signed in order', target, [
  attack('an app of another supplier ships the order', { app: OWN }, `${BIZ}101`),
  attack(
    'and names its own supplier',
    { app: OWN, ...leaguer('180', ...LINE, { supplierCode: '10042870' }) },
    `${BIZ}101`,
  ),
  attack(
    'and names the order’s supplier',
    { app: OWN, ...leaguer('180', ...LINE, { supplierCode: '10042869' }) },
    'sys.auth.vendor-request:errory',
  ),
  attack(
    'an app of another provider reads the history',
    { app: OWN, ...history({ startTime: '2025-12-01 00:00:00', endTime: '2026-02-01 00:00:00' }) },
    'biz.handler.data-get:no-result',
  ),
  attack('a line of another order', leaguer('180', LINE[0], sandboxLine(6)[1]), `${BIZ}101`),
  attack(
    'a method that is not granted',
    { app: 'queries' },
    'sys.check.method-permission:authority',
  ),
  attack(
    'a method that was retired',
    { method: 'suning.custom.category.query' },
    'sys.check.api-permission:overdue',
  ),
  attack(
    'a method named constructor',
    { method: 'constructor' },
    'sys.check.api-permission:inexistence',
  ),
  attack('an OAuth app without a token', { app: 'oauth' }, UNKNOWN),
  attack('with an empty token', { app: 'oauth', headers: { access_token: '' } }, UNKNOWN),
  attack(
    'with a token that nobody gave',
    { app: 'oauth', headers: { access_token: 'f'.repeat(32) } },
    UNKNOWN,
  ),
  attack(
    'with a token that has ended',
    { app: 'oauth', headers: { access_token: EXPIRED_TOKEN } },
    'sys.check.user-permission:overdue',
  ),
  attack(
    'with its secret for a token',
    { app: 'oauth', headers: { access_token: APPS.oauth[1] } },
    UNKNOWN,
  ),
  attack(
    'with the token’s digest',
    { app: 'oauth', headers: { access_token: hash('sha256', TOKEN, 'base64url') } },
    UNKNOWN,
  ),
  attack(
    'with the token in capitals',
    { app: 'oauth', headers: { access_token: TOKEN.toUpperCase() } },
    UNKNOWN,
  ),
  attack(
    'with the token in the path’s query',
    { app: 'oauth', path: `/api/http/sopRequest?access_token=${TOKEN}` },
    UNKNOWN,
  ),
  attack(
    'with the token as Authorization',
    { app: 'oauth', headers: { authorization: `Bearer ${TOKEN}` } },
    UNKNOWN,
  ),
  twice('with a good token beside a bad one', { access_token: TOKEN, ACCESS_TOKEN: 'x' }, 'oauth'),
]);

const json = (name: string, sent: string, becomes: Attack['becomes']): Attack =>
  attack(name, { format: 'json', body: sent }, becomes);
const xml = (name: string, sent: string, becomes: Attack['becomes'] = PARAMS): Attack =>
  attack(name, { body: sent }, becomes);

runAttacks('bodies that are traps, signed in order', target, [
  json('300,000 brackets', '['.repeat(300_000), PARAMS),
  json('300,000 objects', '{"a":'.repeat(100_000), PARAMS),
  json(
    'a name twice',
    `{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"210","iqStatus":"180","orderId":"${LINE[0]}","orderItemId":"${LINE[1]}"}}}}`,
    PARAMS,
  ),
  json(
    '__proto__ for the node',
    '{"sn_request":{"sn_body":{"__proto__":{"iqStatus":"180"}}}}',
    PARAMS,
  ),
  json(
    '__proto__ for the document',
    '{"__proto__":{"sn_body":{"addLeaguerstatus":{}}}}',
    /request-params|missing-nestElement/,
  ),
  json(
    'an endless number',
    `{"sn_request":${'9'.repeat(400_000)}}`,
    /request-params|missing-nestElement/,
  ),
  json('a text that never ends', `{"sn_request":"${'\\'.repeat(99_999)}`, PARAMS),
  json(
    '340,000 empty objects',
    `{"sn_request":{"sn_body":{"addLeaguerstatus":{"cardList":[${'{},'.repeat(340_000)}{}]}}}}`,
    PARAMS,
  ),
  xml(
    'a billion laughs',
    `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "${'&b;'.repeat(99)}">]>${text}`,
  ),
  xml(
    'an entity of a file',
    `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${text.replace('180', '&b;')}`,
  ),
  xml('100,000 elements deep', '<a>'.repeat(100_000)),
  xml(
    'the method’s node twice',
    text.replace(/<addLeaguerstatus>.*<\/addLeaguerstatus>/, '$&$&'),
    'biz.handler.batch-handler:no-support',
  ),
  xml('another method’s node', text.replaceAll('addLeaguerstatus', 'queryHistoryOrder')),
  xml('a status twice', text.replace('<iqStatus>', '<iqStatus>210</iqStatus><iqStatus>')),
  xml('NUL in the order', text.replace(LINE[0], `${LINE[0]}\0`)),
  xml('NUL by its number', text.replace(LINE[0], `${LINE[0]}&#0;`)),
]);

const CARDS = sandboxLine(1);

runAttacks('repeats', target, [
  attack(
    'the call that all of these were made of is accepted, its digest in capitals',
    { headers: { signInfo: (made) => made.toUpperCase() } },
    'success',
    { changes: true },
  ),
  attack(
    'the very same call gets its first success, and changes nothing',
    { headers: { signInfo: (made) => made.toUpperCase() } },
    'success',
  ),
  attack('its digest in small letters', {}, 'success'),
  attack(
    'a second later it is a new call, and too late',
    { at: target.clock.now() + 1000 },
    `${BIZ}105`,
  ),
  attack('cards shipped with none', leaguer('180', ...CARDS), `${BIZ}113`),
  {
    name: 'the same call 30 times at once',
    send: async ({ server }) => {
      const answers = Array.from({ length: 30 }, () => post(server, SHIP));
      return String(new Set(await Promise.all(answers)).size);
    },
    becomes: '1',
  },
]);
