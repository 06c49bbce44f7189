// Clauses of ytx about bodies that cannot be read, and fields that are absent or malformed.
import type { ClauseRequest } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import { ACCOUNT, APP, queryOf, said, settled, submitOf, type YtxClause } from './clauses-given.ts';
import type { Code } from './codes.ts';

const refused =
  (code: Code) =>
  (id: string, source: Source, request: ClauseRequest): YtxClause => ({
    id,
    source,
    given: { party: ACCOUNT },
    request,
    expects: { code },
  });
const malformed = refused('-101');
const absent = refused('-2');

const ID = '2016010000000221';
const ids = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}`).join();
const NESTED = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

export const BODY_CLAUSES: readonly YtxClause[] = [
  malformed('body-empty', settled('Y18'), { raw: '' }),
  malformed('body-is-a-form', settled('Y6'), { raw: 'action=getOrderResult' }),
  malformed('body-is-an-array', settled('Y18'), { raw: '[]' }),
  malformed('body-is-null', settled('Y18'), { raw: 'null' }),
  malformed('name-given-twice', settled('Y18'), {
    raw: '{"action":"getOrderResult","requestId":"1","requestId":"2","appid":"x"}',
  }),
  malformed('body-not-utf-8', settled('ALL2'), { raw: { base64: 'e/99' } }),
  malformed('over-100-ids', settled('Y10'), queryOf(ids(101))),
  malformed('over-100-ids-go-before-the-action', settled('Y18'), {
    raw: JSON.stringify({ requestId: ids(101) }),
  }),
  malformed('request-id-is-an-object', settled('Y7'), queryOf({ a: 1 })),
  malformed('request-id-nested-deeply', settled('Y7'), { raw: `{"requestId":${NESTED}}` }),
  malformed('appid-is-true', settled('Y7'), queryOf(ID, { appid: true })),
];

export const VALUE_CLAUSES: readonly YtxClause[] = [
  malformed(
    'account-is-no-mobile-number',
    settled('Y16'),
    submitOf('clause-no-mobile', { rechargeAccount: '1881234080' }),
  ),
  malformed('key-lost-in-a-wrong-encoding', settled('Y12'), submitOf('???')),
  malformed('key-too-long', settled('Y13'), submitOf('k'.repeat(65))),
  absent(
    'body-without-fields',
    said('异常示例', '{"statusCode":"-2","statusMsg":"缺少必要参数","requestId":""}'),
    { raw: '{}' },
  ),
  absent('action-absent', said('请求参数:', 'action | string | 是'), {
    raw: JSON.stringify({ appid: APP }),
  }),
  absent('action-empty', settled('Y18'), {
    raw: JSON.stringify({ action: '', requestId: ID, appid: APP }),
  }),
  absent(
    'query-without-appid',
    said('请求参数:', 'appid | string | 是'),
    queryOf(ID, { appid: undefined }),
  ),
  absent('query-without-an-id', said('请求参数:', '提交订单时若有响应requestId,调用此接口必传'), {
    method: 'getOrderResult',
    params: { appid: APP },
  }),
  absent('list-of-ids-without-an-id', settled('Y10'), queryOf('[]')),
  absent('array-of-ids-without-an-id', settled('Y10'), queryOf([])),
  absent('request-id-is-null', settled('Y18'), queryOf(null)),
  ...['appid', 'rechargeAccount', 'productCode', 'customParm'].map((name) =>
    absent(
      `submit-without-${name}`,
      settled('Y14'),
      submitOf(`clause-without-${name}`, { [name]: undefined }),
    ),
  ),
  refused('-206')(
    'action-in-another-case',
    said('请求参数:', '默认值:getOrderResult(区分大小写)'),
    {
      method: 'GetOrderResult',
      params: { requestId: ID, appid: APP },
    },
  ),
  refused('-206')('action-named-like-a-property', settled('Y18'), {
    method: 'constructor',
    params: { requestId: ID, appid: APP },
  }),
  refused('-206')('action-is-a-number', settled('Y18'), {
    raw: JSON.stringify({ action: 1, requestId: ID, appid: APP }),
  }),
];
