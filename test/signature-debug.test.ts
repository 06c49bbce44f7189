// Why a signature is wrong, asked of a whole server: of a row of its log, of raw HTTP, of curl, and of a string.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { document, form, GATEWAY, KEYS, post } from './jintong.ts';
import { APPS, LEAGUER, post as postSuning, shanghai } from './suning.ts';
import { manage, startTestServer } from './support.ts';
import { ACCOUNT, post as postYtx, query, stamp, TOKENS } from './ytx.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const server = await startTestServer();
const ask = (body: object) => manage(server, 'POST', '/debug/signature', body);
const idsOf = (body: { causes: { id: string }[] }): string[] => body.causes.map(({ id }) => id);

const TEXT = `Action=HastenOrder&Param=OrderID=15112480268&UserName=jane88&Partner=jane88&RequestFmt=XML&ResponseFmt=XML&Version=1.0.0.0`;
const sent = (sign: string): string =>
  document('jane88', 'HastenOrder', {
    param: { OrderID: '15112480268', UserName: 'jane88' },
    basic: { Sign: sign },
  });

test('a row of the log keeps the answer, and neither the whole signature nor a key', async () => {
  const sign = md5(`${TEXT}&key=${KEYS.jane88}`);
  await post(server, form(sent(sign)));
  const { body: page } = await manage(server, 'GET', '/requests?outcome=SignFail&limit=1');
  const [row] = page.items;
  assert.deepEqual(row.why.causes, ['key-position']);
  assert.deepEqual(row.why.body, { platform: 'jintong', requestId: row.id });
  const { status, body } = await ask(row.why.body);
  assert.equal(status, 200);
  assert.deepEqual([body.ok, idsOf(body)], [false, ['key-position']]);
  assert.equal(body.stringToSign, `${TEXT}{Key}`);
  assert.equal(body.received, `${sign.slice(0, 6)}…`);
  assert.deepEqual(body.firstDifference, { at: TEXT.length, ours: '{Key}', yours: '&key={Key}' });
  const all = JSON.stringify([page, body]);
  for (const secret of [sign, md5(TEXT + KEYS.jane88), KEYS.jane88])
    assert.ok(!all.includes(secret));
});

test('a raw request, a curl line and a URL with its body give the same answer', async () => {
  const sign = md5(KEYS.jane88 + TEXT);
  const body = form(sent(sign));
  const type = 'application/x-www-form-urlencoded';
  const questions = [
    {
      raw: `POST ${GATEWAY} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}\n`,
    },
    {
      curl: `curl -s 'http://127.0.0.1:8787${GATEWAY}' \\\n  --data-urlencode 'request=${sent(sign)}'`,
    },
    { url: `https://open.example.cn${GATEWAY}`, headers: { 'Content-Type': type }, body },
    { url: GATEWAY, bodyBase64: Buffer.from(body).toString('base64') },
  ];
  for (const question of questions) {
    const { status, body: answer } = await ask({ platform: 'jintong', ...question });
    assert.equal(status, 200, JSON.stringify(answer));
    assert.deepEqual(idsOf(answer), ['key-position'], JSON.stringify(question));
    assert.equal(answer.received, sign);
    assert.equal(answer.expected, md5(TEXT + KEYS.jane88));
  }
});

test('a right signature has no cause, and the answer says what else refuses the call', async () => {
  const body = form(sent(md5(TEXT + KEYS.jane88)));
  const { body: right } = await ask({ platform: 'jintong', url: GATEWAY, body });
  assert.deepEqual([right.ok, right.causes, right.refusedBy], [true, [], null]);
  const other = TEXT.replace('UserName=jane88', 'UserName=nobody1');
  const unknown = form(
    document('jane88', 'HastenOrder', {
      param: { OrderID: '15112480268', UserName: 'nobody1' },
      basic: { Sign: md5(other + KEYS.jane88) },
    }),
  );
  const { body: refused } = await ask({ platform: 'jintong', url: GATEWAY, body: unknown });
  assert.equal(refused.ok, true);
  assert.equal(refused.refusedBy.check, 'findUser');
  assert.equal(refused.refusedBy.code, 'UnfoundUserInfo');
});

test('a mere string: the key that differs is named, and no other party', async () => {
  const question = { platform: 'jintong', string: TEXT };
  const right = await ask({ ...question, digest: md5(TEXT + KEYS.jane88) });
  assert.equal(right.body.ok, true, JSON.stringify(right.body));
  const wrong = await ask({ ...question, digest: md5(TEXT + KEYS['989457552']) });
  assert.deepEqual(idsOf(wrong.body), ['wrong-key:other-party']);
  assert.ok(!JSON.stringify(wrong.body).includes('989457552'));
});

test('for a string alone, the answer says where the key stands in it', async () => {
  const question = { platform: 'jintong', string: TEXT };
  const key = KEYS.jane88;
  for (const signed of [key + TEXT, `${TEXT}&key=${key}`, key + TEXT + key, TEXT]) {
    const { body } = await ask({ ...question, digest: md5(signed) });
    assert.deepEqual(idsOf(body), ['key-position'], JSON.stringify(body));
    assert.ok(!JSON.stringify({ ...body, expected: '' }).includes(key));
  }
});

test('a question without a platform is refused, and the answer names the missing field', async () => {
  const { status, body } = await ask({ raw: 'POST / HTTP/1.1' });
  assert.equal(status, 400);
  assert.equal(
    body.error.message,
    'platform: has to be the name of the platform that the call is for',
  );
});

test('a key that was sent as the signature is not repeated', async () => {
  const { body } = await ask({ platform: 'jintong', url: GATEWAY, body: form(sent(KEYS.jane88)) });
  assert.equal(body.received, '***');
  assert.ok(!JSON.stringify(body).includes(KEYS.jane88));
});

test('an ended key is named by its place and its day, and forgotten where the rotation says so', async () => {
  const rotated = await manage(server, 'POST', '/parties/jintong/jane88/keys', {
    overlapSeconds: 0,
  });
  assert.equal(rotated.status, 201);
  const question = { platform: 'jintong', url: GATEWAY, body: form(sent(md5(TEXT + KEYS.jane88))) };
  const { body } = await ask(question);
  assert.deepEqual(idsOf(body), ['wrong-key:retired']);
  assert.match(body.causes[0].text.en, /your first key, retired \d{4}-\d\d-\d\d/);
  await manage(server, 'POST', '/parties/jintong/jane88/keys', { overlapSeconds: 0 });
  assert.deepEqual(idsOf((await ask(question)).body), ['wrong-key:retired']);
  await manage(server, 'POST', '/parties/jintong/jane88/keys', { overlapSeconds: 0, forget: true });
  assert.deepEqual(idsOf((await ask(question)).body), []);
  assert.ok(!JSON.stringify(body).includes(KEYS.jane88));
});

test('a stranger cannot ask', async () => {
  const response = await fetch(`${server.url}/manage/v1/debug/signature`, {
    method: 'POST',
    body: '{}',
  });
  assert.equal(response.status, 401);
});

test('what cannot be read is 400 and says where', async () => {
  for (const [question, field] of [
    [{}, 'requestId'],
    [{ raw: 'x', curl: 'y' }, 'curl'],
    [{ raw: 'hello' }, 'raw'],
    [{ curl: 'curl http://a/b -d "$BODY"' }, 'curl'],
    [{ url: '/nowhere', body: '' }, 'url'],
    [{ string: TEXT }, 'digest'],
  ] as const) {
    const { status, body } = await ask({ platform: 'jintong', ...question });
    assert.deepEqual([status, body.error.field], [400, field], JSON.stringify(body));
  }
  assert.equal((await ask({ platform: 'jintong', requestId: 1 })).status, 404);
  assert.equal((await ask({ platform: 'none', requestId: 1 })).status, 404);
});

test('a row of Suning and one of ytx keep two mistakes, and no card', async () => {
  const cards = Array.from({ length: 30 }, (_, i) => ({
    cardNum: `N${i}`,
    cardSec: `geheim-${i}-卡`,
  }));
  const body = JSON.stringify({
    sn_request: {
      sn_body: { addLeaguerstatus: { orderId: '7700412093', iqStatus: '180', cardList: cards } },
    },
  });
  const pretty = JSON.stringify(JSON.parse(body), null, 2);
  const [appKey, secret] = APPS.plain;
  const time = shanghai(server.clock.worldNow());
  const base64 = Buffer.from(pretty).toString('base64');
  const signInfo = md5(`${secret} ${LEAGUER}${time}${appKey}v1.2${base64}`);
  await postSuning(server, {
    method: LEAGUER,
    format: 'json',
    body,
    headers: { signInfo, AppRequestTime: time },
  });
  const ytxStamp = stamp(server.clock.worldNow());
  const sign = md5(`${ACCOUNT}|${TOKENS[ACCOUNT].toUpperCase()}|${ytxStamp}`);
  await postYtx(server, JSON.stringify(query('2016010000000219')), { query: `?Sign=${sign}` });
  for (const [platform, ids] of [
    ['suning', ['key-blanks', 'body-reformatted']],
    ['ytx', ['key-case', 'separators']],
  ] as const) {
    const { body: page } = await manage(server, 'GET', `/requests?platform=${platform}&limit=1`);
    const { body: answer } = await ask(page.items[0].why.body);
    assert.deepEqual(idsOf(answer), ids, JSON.stringify(answer));
    const all = JSON.stringify([page, answer]);
    for (const hidden of [secret, TOKENS[ACCOUNT], signInfo, sign, 'geheim', base64.slice(0, 40)]) {
      assert.ok(!all.includes(hidden), hidden);
    }
  }
});
