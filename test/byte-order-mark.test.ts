// A byte order mark before a body is no part of it, on every platform; Suning signs it all the same.
import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import * as jintong from './jintong.ts';
import * as suning from './suning.ts';
import { startTestServer } from './support.ts';
import * as ytx from './ytx.ts';

const server = await startTestServer();
const MARK = '\uFEFF';

const request = jintong.detail('15112480268');
const fields = {
  Partner: 'jane88',
  Action: 'GetOrderDetail',
  RequestFmt: 'XML',
  ResponseFmt: 'XML',
  SignType: 'MD5',
  Version: '1.0.0.0',
  Sign: /<Sign>(.*)<\/Sign>/.exec(request)![1]!,
  Param: `${MARK}<OrderID>15112480268</OrderID><UserName>jane88</UserName>`,
};
const JINTONG: Readonly<Record<string, string>> = {
  'the document as the body': MARK + request,
  'the document in a field': jintong.form(MARK + request),
  'a form, and the document in its field': MARK + jintong.form(MARK + request),
  'a form of fields, and the elements of Param': MARK + new URLSearchParams(fields).toString(),
  'the encoded document without a name': encodeURIComponent(MARK + request),
};
for (const [where, body] of Object.entries(JINTONG)) {
  test(`Jintong: before ${where}`, async () => {
    const { code, description } = await jintong.call(server, body);
    equal(code, 'CallSuccess', description);
  });
}

const leaguer = suning.leaguer('180', '404', '404').body as string;
const declared = '\n <?xml version="1.0" encoding="gb2312"?>';
for (const [format, body] of [
  ['json', MARK + (suning.history().body as string)],
  ['xml', MARK + leaguer],
  ['xml', MARK + declared + leaguer],
] as const) {
  const method = format === 'json' ? suning.HISTORY : suning.LEAGUER;
  test(`Suning: before ${JSON.stringify(body.slice(1, 12))} in ${format}, as a part of the signed bytes`, async () => {
    const { code } = await suning.call(server, { method, format, body });
    match(code, /^success$|invalid-biz:101$/);
    const unsigned = { body: body.slice(1) };
    const other = await suning.call(server, { method, format, body, signed: unsigned });
    equal(other.code, 'sys.check.app-sign:error');
  });
}

test('ytx: before the JSON', async () => {
  const answer = JSON.parse(await ytx.post(server, MARK + JSON.stringify(ytx.query('404'))));
  equal(answer.statusCode, '-704');
});

test('OAuth: before the form and before the JSON; the request is read, and its code refused', async () => {
  const [id, secret] = suning.APPS.oauth;
  const asked = {
    client_id: id,
    client_secret: secret,
    grant_type: 'authorization_code',
    code: 'x',
    redirect_uri: 'https://isv.example/back',
  };
  for (const body of [JSON.stringify(asked), new URLSearchParams(asked).toString()]) {
    const response = await fetch(`${server.url}/api/oauth/token`, {
      method: 'POST',
      body: MARK + body,
    });
    equal(JSON.parse(await response.text()).error, 'invalid_grant');
  }
});

test('the management API: before the JSON', async () => {
  const body = `${MARK}${JSON.stringify({ advanceSeconds: 1 })}`;
  const response = await fetch(`${server.url}/manage/v1/clock`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}` },
    body,
  });
  equal(response.status, 200);
});
