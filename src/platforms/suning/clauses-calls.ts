// Clauses of Suning about headers, signature, app, token, limits and the document of a body.
import type { ClauseRequest, Mutation } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import {
  APP,
  clause,
  codeRow,
  EXPIRED_TOKEN,
  FOUND,
  header,
  queryOf,
  STATUS,
  type SuningClause,
  settled,
  statusOf,
  TOKEN,
} from './clauses-given.ts';

const MINUTE = 60_000;
const SHAPE = 'sys.check.request-params:error';
const KEY_UNKNOWN = '用户key不存在';

/** A query whose call differs from a usual one. */
const mutated = (
  id: string,
  code: SuningClause['expects']['code'],
  source: Source,
  mutate: Mutation,
  more: { readonly party?: string; readonly method?: string; readonly words?: string } = {},
): SuningClause =>
  clause(
    id,
    code,
    source,
    { ...queryOf({}, mutate), ...(more.method && { method: more.method }) },
    more.party ? { party: more.party } : {},
    more.words,
  );

/** A query that is answered although something about it is unusual. */
const answered = (
  id: string,
  source: Source,
  mutate: Mutation,
  party: string = APP.plain,
): SuningClause => ({
  id,
  source,
  given: { party, orders: FOUND.orders },
  request: queryOf(FOUND.request.params, mutate),
  expects: { code: 'success' },
});

const absent = (name: string, code: SuningClause['expects']['code'], quote: string) =>
  (['absent', 'empty'] as const).map((how) =>
    mutated(`${name.toLowerCase()}-${how}`, code, codeRow(`${code} | ${quote}`), {
      sent: { [name]: how === 'absent' ? null : '' },
    }),
  );

export const HEADER_CLAUSES: readonly SuningClause[] = [
  ...absent('AppMethod', 'sys.check.header-param:null', 'header参数为空'),
  ...absent('AppKey', 'sys.check.header-param:null', 'header参数为空'),
  ...absent('AppRequestTime', 'sys.check.missing-parameter:appRequestTime', '请求时间丢失'),
  ...absent('VersionNo', 'sys.check.missing-parameter:apiversion', 'API版本号未指定'),
  ...absent('signInfo', 'sys.check.app-sign:null', '签名信息为空'),
  mutated('time-in-another-form', SHAPE, header('格式为yyyy-MM-dd HH:mm:ss'), {
    signed: { AppRequestTime: '2026-01-02T11:04:05' },
  }),
  mutated('time-on-a-day-that-is-none', SHAPE, settled('S22'), {
    signed: { AppRequestTime: '2026-02-30 00:00:00' },
  }),
  mutated('format-neither-xml-nor-json', SHAPE, header('默认xml,可指定格式为xml,json'), {
    sent: { Format: 'yaml' },
  }),
  mutated('path-of-another-method', SHAPE, settled('S1'), {
    path: `/api/http/sopRequest/${STATUS}`,
  }),
  mutated('version-other-than-v1.2', SHAPE, header('API的版本,目前为v1.2版本'), {
    signed: { VersionNo: 'v1.3' },
  }),
  ...[-10, 10].flatMap((minutes) => {
    const side = minutes < 0 ? 'behind' : 'ahead';
    const allowance = header('API服务端允许客户端请求时间误差为10分钟');
    // The stated time has whole seconds, so that one more second keeps it within the ten minutes.
    const time = minutes * MINUTE;
    return [
      answered(`time-ten-minutes-${side}`, allowance, { time: minutes < 0 ? time + 1000 : time }),
      mutated(`time-over-ten-minutes-${side}`, 'sys.check.app-time:error', allowance, {
        time: time + Math.sign(minutes) * 1000,
      }),
    ];
  }),
  mutated(
    'app-unknown',
    'sys.check.user-permission:inexistence',
    codeRow(`sys.check.user-permission:inexistence | ${KEY_UNKNOWN}`),
    { signed: { AppKey: '0'.repeat(32) } },
    { words: KEY_UNKNOWN },
  ),
  mutated(
    'app-key-malformed',
    'sys.check.user-permission:inexistence',
    settled('S8'),
    { signed: { AppKey: '../party' } },
    { words: KEY_UNKNOWN },
  ),
  mutated(
    'signature-with-another-secret',
    'sys.check.app-sign:error',
    codeRow('sys.check.app-sign:error | 签名信息错误'),
    { secretOf: APP.queries },
  ),
  mutated('signature-of-other-bytes', 'sys.check.app-sign:error', settled('S5'), {
    replace: ['{"sn_request"', ' {"sn_request"'],
  }),
  mutated('signature-of-another-second', 'sys.check.app-sign:error', settled('S5'), {
    signsAnotherSecond: true,
  }),
  answered('signature-in-upper-case', settled('S5'), { digits: 'upper-case' }),
  mutated(
    'method-unknown',
    'sys.check.api-permission:inexistence',
    codeRow('sys.check.api-permission:inexistence | Api方法不存在'),
    {},
    { method: 'suning.custom.order.query' },
  ),
  mutated(
    'method-named-like-a-property',
    'sys.check.api-permission:inexistence',
    settled('S22'),
    {},
    { method: 'constructor' },
  ),
  mutated(
    'method-retired',
    'sys.check.api-permission:overdue',
    codeRow('sys.check.api-permission:overdue | Api方法已过期'),
    {},
    { method: 'suning.custom.category.query' },
  ),
  clause(
    'method-not-granted',
    'sys.check.method-permission:authority',
    codeRow('sys.check.method-permission:authority | 无权操作此api'),
    statusOf({ iqStatus: '180', orderId: '404', orderItemId: '405' }),
    { party: APP.queries },
  ),
  mutated(
    'token-absent',
    'sys.check.user-permission:inexistence',
    header('采用OAuth授权方式为必填参数'),
    {},
    { party: APP.oauth },
  ),
  mutated(
    'token-unknown',
    'sys.check.user-permission:inexistence',
    codeRow('sys.check.user-permission:inexistence | 访问令牌不存在'),
    { sent: { access_token: 'a1c5c62b08df3a3cbf7efd0000000000' } },
    { party: APP.oauth },
  ),
  mutated(
    'token-expired',
    'sys.check.user-permission:overdue',
    codeRow('sys.check.user-permission:overdue | 访问令牌已过期'),
    { sent: { access_token: EXPIRED_TOKEN } },
    { party: APP.oauth },
  ),
  answered(
    'token-good',
    header('采用OAuth授权方式为必填参数'),
    { sent: { access_token: TOKEN } },
    APP.oauth,
  ),
];

const limited = (
  id: string,
  party: string,
  code: SuningClause['expects']['code'],
  words: string,
  given: Partial<SuningClause['given']>,
): SuningClause =>
  clause(id, code, codeRow(`${code} | ${words}`), FOUND.request, {
    party,
    orders: FOUND.orders,
    ...given,
  });

const times = (count: number): ClauseRequest[] =>
  Array.from({ length: count }, () => FOUND.request);

export const LIMIT_CLAUSES: readonly SuningClause[] = [
  limited(
    'third-call-in-a-second',
    APP.twoPerSecond,
    'sys.controller.api-frequency:limit',
    '访问频率限制',
    {
      before: times(2),
    },
  ),
  limited(
    'fourth-call-in-a-day',
    APP.threePerDay,
    'sys.controller.api-request:limit',
    'Api请求受控',
    {
      before: times(3),
    },
  ),
  limited('second-call-at-once', APP.oneAtOnce, 'sys.controller.api-access:limit', '访问限制', {
    during: FOUND.request,
  }),
];
