// What /requests keeps of a body: no signature that could be sent again, and no more than it may.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { document, form, md5, post } from '../../test/jintong.ts';
import { manage, startTestServer } from '../../test/support.ts';

const server = await startTestServer();
const newest = async () => (await manage(server, 'GET', '/requests?limit=1')).body.items[0];
const param = { OrderID: '15112480268', UserName: 'jane88' };
const signed = document('jane88', 'HastenOrder', { param });

describe('a signed request stays valid for ever, so no logged body keeps a signature that could be sent again', () => {
  const sign = /<Sign>(\w{32})</.exec(signed)![1]!;
  const tag = `<Sign>${sign}</Sign>`;
  const digits = (digit: (c: string) => string) => Array.from(sign, digit).join('');
  const code = (c: string) => c.charCodeAt(0).toString(16);
  const fields = Object.entries({
    Partner: 'jane88',
    Action: 'HastenOrder',
    RequestFmt: 'XML',
    ResponseFmt: 'XML',
    SignType: 'MD5',
    Version: '1.0.0.0',
    Sign: sign,
    Param: '<OrderID>15112480268</OrderID><UserName>jane88</UserName>',
  });
  const carriers: Readonly<Record<string, string>> = {
    'in a field': form(signed),
    'as the body': signed,
    'in upper case': signed.replace(sign, sign.toUpperCase()),
    'as form fields': new URLSearchParams(fields).toString(),
  };
  /** No client is known to write it so, and the gateway accepts it all the same. */
  const strange: Readonly<Record<string, string>> = {
    'its digits URL-encoded': form(signed).replace(
      sign,
      digits((c) => `%${code(c)}`),
    ),
    'its digits as references': signed.replace(
      tag,
      `<Sign>${digits((c) => `&#x${code(c)};`)}</Sign>`,
    ),
    'with a comment in it': signed.replace(
      tag,
      `<Sign>${sign.slice(0, 9)}<!-- -->${sign.slice(9)}</Sign>`,
    ),
    'as two CDATA sections': signed.replace(
      tag,
      `<Sign><![CDATA[${sign.slice(0, 9)}]]><![CDATA[${sign.slice(9)}]]></Sign>`,
    ),
  };
  for (const [spelling, body] of Object.entries({ ...carriers, ...strange })) {
    test(spelling, async () => {
      await post(server, body);
      const item = await newest();
      equal(item.refusedBy, null, 'the gateway takes it');
      const plain = decodeURIComponent(item.body.replaceAll('+', ' '))
        .replace(/&#x(\w+);/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/<!--.*?-->|<!\[CDATA\[|\]\]>/g, '');
      ok(!plain.toLowerCase().includes(sign), item.body);
      if (spelling in carriers) match(plain, /15112480268/, 'the rest is kept');
    });
  }

  test('the beginning of the signature stays, to tell two calls apart', async () => {
    await post(server, signed);
    equal((await newest()).body, signed.replace(sign, `${sign.slice(0, 6)}...`));
  });

  test('a wrong signature is masked like a right one', async () => {
    const wrong = md5('wrong');
    await post(server, document('jane88', 'HastenOrder', { basic: { Sign: wrong }, param }));
    ok(!(await newest()).body.includes(wrong));
  });
});

test('a body is kept to 16384 characters where its signature was right, to 4096 where it names a partner, to 1024 of anybody else', async () => {
  for (const [stranger, kept] of [
    [undefined, 16_384],
    [{ Sign: md5('wrong') }, 4096],
    [{ Partner: 'nobody' }, 1024],
  ] as const) {
    const long = `${document('jane88', 'HastenOrder', { basic: stranger ?? {}, param })}${' '.repeat(30_000)}`;
    await post(server, long);
    equal((await newest()).body.length, kept);
  }
  await post(server, `a=${'订'.repeat(20_000)}`);
  equal((await newest()).body, `a=${'订'.repeat(1022)}`);
});

test('of a body that is not UTF-8 the readable part is kept', async () => {
  await post(server, new Uint8Array([0x61, 0x3d, 0xff]));
  deepEqual([(await newest()).body, (await newest()).outcome], ['a=\uFFFD', 'ArgumentDecryptFail']);
});
