// Clauses of ytx about the URL, the Authorization header, the signature and the time of a call.
import type { ClauseRequest, Mutation } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import { ACCOUNT, OTHER_ACCOUNT, queryOf, settled, type YtxClause } from './clauses-given.ts';
import type { Code } from './codes.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A query with one thing wrong in its URL, its header or its signature. */
function refused(
  id: string,
  code: Code,
  source: Source,
  mutate: Mutation,
  request: ClauseRequest = queryOf('2016030000000000'),
): YtxClause {
  return {
    id,
    source,
    given: { party: ACCOUNT },
    request: { ...request, mutate },
    expects: { code },
  };
}

const base64 = (text: string): string => btoa(text);
export const parameter = (quote: string): Source => ({
  document: 'order-query.txt',
  section: '公共请求参数:',
  quote,
});

export const CALL_CLAUSES: readonly YtxClause[] = [
  refused('version-unknown', '-207', parameter('目前可选版本:201612'), {
    sent: { version: '201611' },
  }),
  refused('function-not-served', '-207', parameter('当前功能属:Unicom'), { sent: { func: 'sms' } }),
  refused('function-in-another-case', '-207', settled('Y18'), { sent: { func: 'unicom' } }),
  refused(
    'branch-not-served',
    '-207',
    parameter('业务功能的各类具体操作分支 当前功能属:Order.wx'),
    {
      sent: { funcURL: 'TemplateSMS.wx' },
    },
  ),
  refused(
    'function-goes-before-all-else',
    '-207',
    settled('Y18'),
    { sent: { func: 'z', Authorization: null, Sign: null } },
    { raw: '' },
  ),
  refused('authorization-absent', '-202', settled('Y18'), { sent: { Authorization: null } }),
  refused('authorization-empty', '-202', settled('Y18'), { sent: { Authorization: '' } }),
  refused('authorization-not-base64', '-202', settled('Y1'), {
    sent: { Authorization: `${ACCOUNT}|20260102110405` },
  }),
  refused(
    'authorization-of-the-sample-has-no-time',
    '-202',
    { document: 'order-query.txt', section: '报文示例:', quote: 'jAwN2M6MjAxMzAyMDExNTABCDE=' },
    {
      signed: { accountSID: OTHER_ACCOUNT },
      sent: {
        Authorization: 'ZmY4MDgwODEzYzM3ZGE1MzAxM2M4MDRmODA3MjAwN2M6MjAxMzAyMDExNTABCDE=',
      },
    },
  ),
  refused('authorization-with-another-separator', '-202', settled('Y1'), {
    sent: { Authorization: base64(`${ACCOUNT}-20260102110405`) },
  }),
  refused('authorization-on-a-day-that-is-none', '-202', parameter('格式"yyyyMMddHHmmss"'), {
    sent: { Authorization: base64(`${ACCOUNT}|20260231120000`) },
  }),
  refused('authorization-of-another-account', '-202', settled('Y18'), {
    sent: { Authorization: base64(`${OTHER_ACCOUNT}|20260102110405`) },
  }),
  refused('account-unknown', '-204', settled('Y18'), { signed: { accountSID: 'nobody' } }),
  refused('account-named-like-a-property', '-204', settled('Y18'), {
    signed: { accountSID: 'constructor' },
  }),
  refused('sign-absent', '-201', parameter('*URL后必须带有Sign参数'), { sent: { Sign: null } }),
  refused('sign-empty', '-201', settled('Y18'), { sent: { Sign: '' } }),
  refused('sign-with-another-token', '-201', parameter('MD5加密(账户Id + 账户授权令牌 +时间戳)'), {
    secretOf: OTHER_ACCOUNT,
  }),
  refused('sign-of-another-second', '-201', parameter('*时间戳需与Authorization中时间戳相同'), {
    signsAnotherSecond: true,
  }),
  refused('sign-of-the-document', '-201', parameter('Sign=AAABBBCCCDDDEEEFFFGGG'), {
    sent: { Sign: 'AAABBBCCCDDDEEEFFFGGG' },
  }),
  refused('sign-given-twice', '-201', settled('Y4'), { twice: ['Sign'] }),
  refused('time-over-a-day-old', '-203', parameter('时间戳有效时间为24小时'), {
    time: -DAY - SECOND,
  }),
  refused('time-over-ten-minutes-ahead', '-203', settled('Y3'), { time: 10 * MINUTE + 2 * SECOND }),
];
