// Tests that a stranger's body and a signed one cost at most ten times the CPU time of a plain body
// of equal length.
import { cpuTests, pipelineOf, type Sent } from '../../../test/cpu-bound.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { ACCOUNT, APP, authorizationOf, signOf, stamp, TOKENS } from '../../../test/ytx.ts';
import { MAX_BODY_BYTES } from './methods.ts';

const server = await startTestServer({ clock: new TestClock() });
const timestamp = stamp(server.clock.now());
const MIB = 1024 * 1024;

const sent = (body: string, query: string): Sent => ({
  path: `/201612/sid/${ACCOUNT}/Unicom/Order.wx`,
  params: { version: '201612', accountSID: ACCOUNT, func: 'Unicom', funcURL: 'Order.wx' },
  query,
  headers: { authorization: authorizationOf(ACCOUNT, timestamp) },
  body: Buffer.from(body),
});
const SIGNED = `Sign=${signOf(ACCOUNT, TOKENS[ACCOUNT], timestamp)}`;
const UNSIGNED = `Sign=${'0'.repeat(32)}`;

/** A query for one order, with an ignored field that fills it up to `length` bytes. */
function filled(length: number, more: (room: number) => string): string {
  const head = `{"action":"getOrderResult","appid":"${APP}",`;
  return `${head}${more(length - head.length - 1)}}`;
}
const plain = (length: number): string =>
  filled(length, (room) => `"requestId":"404","x":"${'x'.repeat(room - 24)}"`);

const BODIES: Readonly<Record<string, (length: number) => string>> = {
  'a requestId of commas': (n) => filled(n, (room) => `"requestId":"${','.repeat(room - 14)}"`),
  'a requestId of commas and ids': (n) =>
    filled(n, (room) => `"requestId":"${'1,'.repeat((room - 14) / 2)}"`),
  'a requestId of blanks': (n) => filled(n, (room) => `"requestId":"${' '.repeat(room - 14)}"`),
  'a requestId of quotes': (n) => filled(n, (room) => `"requestId":"${"'".repeat(room - 14)}"`),
  'an array of empty ids': (n) =>
    filled(n, (room) => `"requestId":["",${'"",'.repeat((room - 19) / 3)}""]`),
  'an array of numbers': (n) =>
    filled(n, (room) => `"requestId":[1,${'1,'.repeat((room - 19) / 2)}1]`),
  'an array of objects': (n) => filled(n, (room) => `"x":[{},${'{},'.repeat((room - 12) / 3)}{}]`),
  'deep arrays': (n) =>
    filled(n, (room) => `"x":${'['.repeat((room - 4) / 2)}${']'.repeat((room - 4) / 2)}`),
  escapes: (n) => filled(n, (room) => `"customParm":"${'\\u003f'.repeat((room - 16) / 6)}"`),
  names: (n) => {
    let text = '"a":1';
    for (let i = 0; text.length < n - 100; i++) text += `,"${i}":1`;
    return filled(n, () => text);
  },
  digits: (n) => filled(n, (room) => `"customParm":${'1'.repeat(room - 14)}`),
  'mobile numbers nearly': (n) =>
    filled(n, (room) => `"rechargeAccount":"${'1 8-8 1 2-3 4 0 8 x'.repeat((room - 21) / 19)}"`),
  'rechargeAccount again and again': (n) => '"rechargeAccount": '.repeat(n / 19),
};

for (const [signature, query] of [
  ['signed', SIGNED],
  ['unsigned', UNSIGNED],
] as const) {
  for (const length of [MAX_BODY_BYTES - 1, MIB]) {
    cpuTests(
      `ytx, ${signature}, ${length} bytes`,
      pipelineOf(server, 'ytx'),
      Object.entries(BODIES).map(([name, body]) => ({
        name,
        bad: sent(body(length), query),
        plain: sent(plain(length), query),
      })),
    );
  }
}
