// Jintong's clauses about unreadable bodies, and bodies with elements that no action defines.
import type { Clause, ClauseRequest } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import type { Code } from './codes.ts';
import { CANCEL, HASTEN, row } from './sources.ts';

type JintongClause = Clause<Code>;

const PARAMS = { OrderID: '15120000000', UserName: 'jane88' };
const HASTEN_CALL = { method: 'HastenOrder', params: PARAMS };

/** The document in one form field. */
const form = (document: string): string => `request=${encodeURIComponent(document)}`;

/** An unreadable body names no partner, so that the reply is not signed. */
const unreadable = (
  id: string,
  code: Code,
  source: Source,
  request: ClauseRequest,
): JintongClause => ({
  id,
  source,
  given: { party: 'jane88' },
  request,
  expects: { code, unsigned: true },
});

const undefinedElement = (id: string, request: ClauseRequest): JintongClause => ({
  id,
  source: { settled: 'J9' },
  given: { party: 'jane88' },
  request,
  expects: { code: 'ArgumentDeserializeFail' },
});

const DECRYPT = row(CANCEL, 'ArgumentDecryptFail\t参数解密失败');
const DESERIALIZE = row(HASTEN, 'ArgumentDeserializeFail\t参数反序列化失败');

export const BODY_CLAUSES: readonly JintongClause[] = [
  unreadable('percent-encoding-broken', 'ArgumentDecryptFail', DECRYPT, {
    raw: 'request=%3CRequest%3%',
  }),
  unreadable(
    'percent-encoding-not-utf-8',
    'ArgumentDecryptFail',
    { settled: 'ALL2' },
    {
      raw: 'request=%FF%FE',
    },
  ),
  unreadable(
    'form-not-utf-8',
    'ArgumentDecryptFail',
    { settled: 'ALL2' },
    {
      raw: { base64: 'YT3/' },
    },
  ),
  unreadable(
    'form-multipart',
    'ArgumentDecryptFail',
    { settled: 'J4' },
    {
      raw: '--x\r\nContent-Disposition: form-data; name="request"\r\n\r\n<Request/>\r\n--x--\r\n',
    },
  ),
  unreadable('xml-not-well-formed', 'ArgumentDeserializeFail', DESERIALIZE, {
    raw: form('<Request><Partner>jane88</Request>'),
  }),
  unreadable(
    'xml-sample-that-closes-twice',
    'ArgumentDeserializeFail',
    { settled: 'J25' },
    {
      raw: form('<Request><Partner>jane88</Partner></Request><Param></Param></Request>'),
    },
  ),
  unreadable(
    'xml-with-a-doctype',
    'ArgumentDeserializeFail',
    { settled: 'ALL13' },
    {
      ...HASTEN_CALL,
      mutate: { replace: ['<Request>', '<!DOCTYPE Request><Request>'] },
    },
  ),
  unreadable(
    'xml-over-64-kib',
    'ArgumentDeserializeFail',
    { settled: 'J5' },
    {
      ...HASTEN_CALL,
      mutate: { signed: { Version: 'x'.repeat(65_536) } },
    },
  ),
  unreadable(
    'xml-not-utf-8',
    'ArgumentDeserializeFail',
    { settled: 'ALL2' },
    {
      raw: { base64: 'PP8+' },
    },
  ),
  unreadable(
    'element-given-twice',
    'ArgumentDeserializeFail',
    { settled: 'ALL16' },
    {
      ...HASTEN_CALL,
      mutate: { replace: ['<Partner>', '<Partner>x</Partner><Partner>'] },
    },
  ),
  unreadable(
    'two-fields-with-a-document',
    'ArgumentDeserializeFail',
    { settled: 'J2' },
    {
      raw: `${form('<Request/>')}&again=${encodeURIComponent('<Request/>')}`,
    },
  ),
  unreadable(
    'another-root',
    'ArgumentDeserializeFail',
    { settled: 'J2' },
    {
      raw: form('<Requests></Requests>'),
    },
  ),
  undefinedElement('undefined-element-in-param', {
    method: 'HastenOrder',
    params: { ...PARAMS, Remark: 'x' },
  }),
  undefinedElement('undefined-element-beside-param', {
    ...HASTEN_CALL,
    mutate: { signed: { Extra: 'x' } },
  }),
  unreadable(
    'param-absent',
    'ArgumentIllegal',
    { settled: 'J15' },
    {
      ...HASTEN_CALL,
      mutate: {
        replace: ['<Param><OrderID>15120000000</OrderID><UserName>jane88</UserName></Param>', ''],
      },
    },
  ),
  unreadable('body-empty', 'ArgumentIllegal', { settled: 'J15' }, { raw: '' }),
];
