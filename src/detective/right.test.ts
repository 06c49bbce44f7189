// A thousand requests with right signatures, made by other code with random values: none has a cause.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { investigate, known, type Sent } from '../../test/detective.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const two = (max: number): string => String(randomInt(max)).padStart(2, '0');
const words = ['取消', 'Li Na', 'a+b', '%41', '~', '改签 ', '100%', '<b>', '"', "'", '😀'];
const word = (): string => words[randomInt(words.length)]! + hex(3);
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

type Made = readonly [platform: string, party: string, secret: string, sent: Sent];

function jintong(): Made {
  const [partner, key, order, remark] = [`p${hex(4)}`, hex(16), String(randomInt(1e12)), word()];
  const text = `Action=OperateCancelOrder&Param=Consumer=${partner}&OrderID=${order}&Remark=${remark}&Partner=${partner}&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0`;
  const body = `<Request><Partner>${partner}</Partner><Action>OperateCancelOrder</Action><RequestFmt>XML</RequestFmt><ResponseFmt>XML</ResponseFmt><SignType>MD5</SignType><Sign>${md5(text + key)}</Sign><Version>1.0.0.0</Version><Param><Remark>${escaped(remark)}</Remark><OrderID>${order}</OrderID><Consumer>${partner}</Consumer></Param></Request>`;
  return ['jintong', partner, key, { body: `request=${encodeURIComponent(body)}` }];
}

function suning(): Made {
  const [appKey, secret, method] = [hex(16), hex(16), 'suning.fws.historyorder.query'];
  const time = `2026-10-04 10:1${randomInt(10)}:${two(60)}`;
  const body = JSON.stringify(
    { sn_request: { sn_body: { x: word(), y: word() } } },
    null,
    randomInt(4),
  );
  const sign = md5(`${secret + method + time + appKey}v1.2${Buffer.from(body).toString('base64')}`);
  const headers = {
    AppMethod: method,
    AppRequestTime: time,
    AppKey: appKey,
    VersionNo: 'v1.2',
    Format: 'json',
    signInfo: sign,
  };
  return ['suning', appKey, secret, { headers, body }];
}

function ytx(): Made {
  const [sid, token, time] = [hex(16), hex(16), `202610041${randomInt(10)}${two(60)}${two(60)}`];
  return [
    'ytx',
    sid,
    token,
    {
      params: { version: '201612', accountSID: sid, func: 'Unicom', funcURL: 'Order.wx' },
      query: `Sign=${md5(sid + token + time)}`,
      headers: { Authorization: Buffer.from(`${sid}|${time}`).toString('base64') },
      body: JSON.stringify({ action: 'getOrderResult', appid: hex(16), requestId: word() }),
    },
  ];
}

for (const [make, count] of [
  [jintong, 400],
  [suning, 300],
  [ytx, 300],
] as const) {
  test(`${count} right requests of ${make.name}`, () => {
    for (let i = 0; i < count; i++) {
      const [platform, party, secret, sent] = make();
      const found = investigate(platform, party, secret, sent, [
        known(hex(16), 'wrong-key:retired'),
      ]);
      assert.deepEqual(
        [found.ok, found.causes, found.otherwise, found.firstDifference],
        [true, [], [], null],
        JSON.stringify(sent),
      );
    }
  });
}
