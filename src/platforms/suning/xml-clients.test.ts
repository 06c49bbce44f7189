// XML as serializers of real clients write it: nil, type, labels of other encodings, white space before the declaration.
import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { call, HISTORY, LEAGUER, leaguer, xml } from '../../../test/suning.ts';
import { manage, startTestServer } from '../../../test/support.ts';

const server = await startTestServer();
const RANGE = { startTime: '2015-01-01 00:00:00', endTime: '2015-02-01 00:00:00' };
const query = xml('queryHistoryOrder', RANGE);
const ask = async (body: string | Uint8Array<ArrayBuffer>, method = HISTORY) =>
  (await call(server, { method, body })).code;
const lastDetail = async (): Promise<string> =>
  (await manage(server, 'GET', '/requests?limit=1')).body.items[0].detail;
const nil = (name: string): string => `<${name} xsi:nil="true" />`;

test('White space before the declaration is skipped. The bytes decide the encoding, not its label', async () => {
  for (const declaration of [
    '\n<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="gb2312"?>',
    " \r\n<?xml version='1.0' encoding='GBK'?>\r\n",
  ]) {
    equal(await ask(declaration + query), 'success', declaration);
  }
});

test('anything else is refused, and the log says if the bytes would read as GB18030', async () => {
  const [before, behind] = query.split('2015-01-01');
  const bytes = Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="gb2312"?>${before}`),
    Buffer.from([0xc8, 0xa1]),
    Buffer.from([0xcf, 0xfb]),
    Buffer.from(behind!),
  ]);
  equal(await ask(bytes as Uint8Array<ArrayBuffer>), 'sys.check.request-params:error');
  match(await lastDetail(), /the body is not UTF-8; its bytes read as GB18030/);
});

test('nil "is an absent value", but an empty element is a present value', async () => {
  const missing = 'biz.fws.queryhistoryorder.missing-parameter:startTime';
  equal(await ask(query.replace(/<startTime>.*<\/startTime>/, nil('startTime'))), missing);
  const empty = query.replace(/<startTime>.*<\/startTime>/, '<startTime xsi:nil="false"/>');
  equal(await ask(empty), 'sys.check.starttime-value:null');
  const optional = query.replace('<startTime>', `${nil('serverId')}${nil('pageNo')}<startTime>`);
  equal(await ask(optional), 'success');
});

test('xsi:type is ignored; an element given twice and other attributes are still refused', async () => {
  equal(await ask(query.replace('<startTime>', '<startTime xsi:type="xsd:string">')), 'success');
  const REFUSED = 'sys.check.request-params:error';
  equal(await ask(query.replace('<startTime>', `${nil('startTime')}<startTime>`)), REFUSED);
  match(await lastDetail(), /<startTime> given twice/);
  equal(await ask(query.replace('<startTime>', '<startTime xsi:nil="1">')), REFUSED);
  match(await lastDetail(), /<startTime> is nil and holds content/);
  equal(await ask(query.replace('<startTime>', '<startTime id="1">')), REFUSED);
});

test('a cardList that is nil counts as absent', async () => {
  const body = (leaguer('180', '404', '404').body as string).replace(
    '</addLeaguerstatus>',
    `${nil('cardList')}</addLeaguerstatus>`,
  );
  match(await ask(body, LEAGUER), /invalid-biz:101$/);
});
