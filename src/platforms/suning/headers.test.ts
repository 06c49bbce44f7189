// Tests a repeated system parameter in any spelling: equal values count once, different values are
// refused.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  type Call,
  GATEWAY,
  history,
  readAnswer,
  signedHeaders,
  TOKEN,
} from '../../../test/suning.ts';
import { manage, startTestServer, TestClock } from '../../../test/support.ts';

const server = await startTestServer({ clock: new TestClock() });

type Header = readonly [name: string, value: string];

/**
 * Posts the signed headers, with further headers before or after them; returns the answer and the
 * log record.
 */
async function send(its: Call, further: readonly Header[], where: 'after' | 'before' = 'after') {
  const signed = Object.entries(signedHeaders(its, server.clock.now()));
  const all = where === 'after' ? [...signed, ...further] : [...further, ...signed];
  const length = String(Buffer.byteLength(its.body as string));
  const headers = [['Host', 'test'], ['Content-Length', length], ...all].flat();
  const url = new URL(server.url + GATEWAY);
  const sent = request(url, { method: 'POST', headers });
  const answered = new Promise<string>((resolve, reject) => {
    sent.once('response', (response) => resolve(readText(response))).once('error', reject);
  });
  sent.end(its.body);
  const answer = readAnswer(await answered);
  const { body } = await manage(server, 'GET', '/requests?limit=1');
  return { ...answer, detail: body.items[0].detail as string | null };
}

const NAMES = ['AppMethod', 'AppRequestTime', 'Format', 'AppKey', 'VersionNo', 'signInfo'];
const SPELLINGS: readonly [what: string, spell: (name: string) => string][] = [
  ['the same spelling', (name) => name],
  ['another spelling', (name) => name[0]!.toLowerCase() + name.slice(1)],
  ['upper case', (name) => name.toUpperCase()],
];
const value = (name: string): string => signedHeaders(history(), server.clock.now())[name]!;

for (const [what, spell] of SPELLINGS) {
  for (const name of NAMES) {
    test(`${name} twice with one value, in ${what}, counts once`, async () => {
      const { code } = await send(history(), [[spell(name), value(name)]]);
      assert.equal(code, 'success');
    });
  }
}

for (const name of NAMES) {
  for (const where of ['after', 'before'] as const) {
    for (const [what, other] of [
      ['another value', 'x'],
      ['an empty one', ''],
      ['the value in other letters', value(name).toUpperCase().toLowerCase().concat('?')],
    ] as const) {
      test(`${name} with ${what} ${where} it: request-params:error, and the log names the header`, async () => {
        const { code, detail } = await send(history(), [[name.toLowerCase(), other]], where);
        assert.equal(code, 'sys.check.request-params:error');
        assert.match(detail!, new RegExp(`^header ${name} is given 2 times with different values`));
      });
    }
  }
}

test('access_token counts, too, also of an app that needs none', async () => {
  const its: Call = { ...history(), headers: { access_token: TOKEN } };
  assert.equal((await send(its, [['Access_Token', TOKEN]])).code, 'success');
  for (const other of ['x', '']) {
    const { code, detail } = await send(its, [['ACCESS_TOKEN', other]]);
    assert.equal(code, 'sys.check.request-params:error');
    assert.match(detail!, /^header access_token is given 2 times/);
    assert.ok(!detail!.includes(TOKEN));
  }
});

test('three times: two equal ones and another', async () => {
  const { code, detail } = await send(history(), [
    ['appkey', value('AppKey')],
    ['APPKEY', 'other1'],
  ]);
  assert.equal(code, 'sys.check.request-params:error');
  assert.match(detail!, /^header AppKey is given 3 times/);
});

test('an absent header goes before one given twice (settled.md, S22): two values of one, and another header absent or empty twice', async () => {
  const twice: Header = ['appkey', 'other1'];
  const absent = { ...history(), headers: { signInfo: undefined } };
  assert.equal((await send(absent, [twice])).code, 'sys.check.app-sign:null');
  const empty = { ...history(), headers: { signInfo: '' } };
  const both: Header[] = [twice, ['SIGNINFO', '']];
  assert.equal((await send(empty, both)).code, 'sys.check.app-sign:null');
});

test('a repeated header is refused before the time, the app and the signature are checked', async () => {
  const late = { ...history(), at: server.clock.now() - 3_600_000 };
  const further: Header[] = [['APPMETHOD', 'suning.other.thing']];
  assert.equal((await send(late, further)).code, 'sys.check.request-params:error');
});

test('a single value with a comma counts as one header', async () => {
  const { code, detail } = await send({ ...history(), headers: { Format: 'json, json' } }, []);
  assert.equal(code, 'sys.check.request-params:error');
  assert.equal(detail, 'Format is neither xml nor json');
});
