// The clauses of Jintong: each code, state and rule as a case with its source and all that it needs.
import type { ClauseSet } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import { BODY_CLAUSES } from './clauses-bodies.ts';
import { clause, codeRow, type JintongClause, parameter, settled } from './clauses-given.ts';
import { CANCELLED, HASTENED, refusedIn, STATE_CLAUSES } from './clauses-states.ts';
import { NO_ORDER, TOO_OFTEN, TOO_SOON } from './code-table.ts';
import type { Code } from './codes.ts';
import { CANCEL, HASTEN } from './sources.ts';

const GRANTED = ['HastenOrder', 'OperateCancelOrder', 'GetOrderDetail'];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const hastenSample: Source = { document: HASTEN, section: '1.3.2.返回参数', quote: HASTENED };
const tooSoonSample: Source = { document: HASTEN, section: '1.3.2.返回参数', quote: TOO_SOON };

const REPEATS: readonly JintongClause[] = [
  clause('hasten-again-at-once', 'CallFail', tooSoonSample, {
    state: 'D',
    repeats: true,
    expects: { words: TOO_SOON },
  }),
  clause('hasten-again-a-millisecond-early', 'CallFail', settled('J21'), {
    state: 'D',
    repeats: true,
    given: { at: 10 * MINUTE - 1 },
    expects: { words: TOO_SOON },
  }),
  clause('hasten-again-after-ten-minutes', 'CallSuccess', settled('J21'), {
    state: 'D',
    repeats: true,
    given: { at: 10 * MINUTE },
    expects: { words: HASTENED },
  }),
  clause('cancel-again-within-a-day', 'CallSuccess', settled('J23'), {
    state: 'C',
    method: 'OperateCancelOrder',
    repeats: true,
    given: { at: DAY - 1 },
    expects: { words: CANCELLED },
  }),
  clause('cancel-again-after-a-day', 'CallFail', settled('J23'), {
    state: 'C',
    method: 'OperateCancelOrder',
    repeats: true,
    given: { at: DAY },
    expects: { words: refusedIn('G') },
  }),
];

const SUCCESSES: readonly JintongClause[] = [
  clause('hasten', 'CallSuccess', hastenSample, { state: 'D', expects: { words: HASTENED } }),
  clause(
    'cancel',
    'CallSuccess',
    { document: CANCEL, section: '1.3.2.返回参数', quote: CANCELLED },
    { state: 'C', method: 'OperateCancelOrder', expects: { words: CANCELLED } },
  ),
  clause('detail', 'CallSuccess', settled('J24'), {
    state: 'D',
    method: 'GetOrderDetail',
    expects: {
      reply: {
        Order: {
          UserName: 'jane88',
          OrderState: 'D',
          OrderStateName: '支付成功',
          Amount: '1280.00',
          Pnr: 'JX8K2P',
          FlightNo: 'MU5101',
          CreateTime: '2015-11-03 09:12:33',
        },
      },
    },
  }),
  clause('sign-in-upper-case', 'CallSuccess', settled('J8'), {
    state: 'D',
    mutate: { digits: 'upper-case' },
    expects: { words: HASTENED },
  }),
  clause('version-of-a-sibling-client', 'CallSuccess', settled('J18'), {
    state: 'D',
    mutate: { signed: { Version: '1.0.0' } },
    expects: { words: HASTENED },
  }),
];

const PARTIES_AND_RIGHTS: readonly JintongClause[] = [
  clause('unknown-partner', 'UnfoundUserInfo', codeRow(CANCEL, 'UnfoundUserInfo\t未找到用户信息'), {
    mutate: { signed: { Partner: 'nobody' } },
    expects: { unsigned: true },
  }),
  clause('user-of-another-partner', 'UnfoundUserInfo', settled('J15'), {
    params: { UserName: 'jinrigoji7' },
  }),
  clause(
    'address-not-allowed',
    'UnauthorizedIp',
    codeRow(HASTEN, 'UnauthorizedIp\t无权访问的 IP'),
    {
      party: 'ipbound01',
    },
  ),
  clause('address-behind-a-further-hop', 'UnauthorizedIp', settled('ALL11'), {
    party: 'ipbound01',
    mutate: { headers: { 'x-forwarded-for': '203.0.113.7, 203.0.113.8' } },
    given: { server: 'trusted-proxy' },
  }),
  clause('address-allowed-behind-the-proxy', 'CallSuccess', settled('ALL11'), {
    party: 'ipbound01',
    state: 'D',
    mutate: { headers: { 'x-forwarded-for': '198.51.100.99' } },
    given: { server: 'trusted-proxy' },
    expects: { words: HASTENED },
  }),
  clause(
    'unknown-action',
    'NotImplemented',
    codeRow(CANCEL, 'NotImplemented\t该业务方法尚未实现'),
    {
      method: 'PayOrder',
    },
  ),
  clause('action-named-like-a-property', 'NotImplemented', settled('J15'), {
    method: 'constructor',
  }),
  clause('action-not-granted', 'Unauthorized', settled('J16'), {
    party: 'hastenonly01',
    method: 'OperateCancelOrder',
  }),
  clause(
    'order-of-another-user',
    'Unauthorized',
    { document: CANCEL, section: '1.3.2.返回参数', quote: '没有访问权限' },
    { state: 'D', owner: 'wang01' },
  ),
  clause('order-of-another-partner', 'Unauthorized', settled('J16'), {
    state: 'E',
    owner: 'jinrigoji7',
    method: 'GetOrderDetail',
  }),
  clause('no-such-order', 'CallFail', codeRow(CANCEL, 'CallFail\t调用接口失败'), {
    expects: { words: NO_ORDER },
  }),
];

const SIGNATURES: readonly JintongClause[] = [
  clause('sign-with-a-digit-changed', 'SignFail', codeRow(CANCEL, 'SignFail\t签名验证失败'), {
    mutate: { digits: 'one-changed' },
  }),
  clause('sign-with-another-key', 'SignFail', settled('J8'), { mutate: { secretOf: '989457552' } }),
  clause('sign-that-is-no-digest', 'SignFail', settled('J15'), {
    mutate: { sent: { Sign: 'md5' } },
  }),
  clause(
    'sign-printed-in-the-document',
    'SignFail',
    { document: HASTEN, section: '1.3.1.请求参数', quote: '62bde96d330808f2b503408f4efa9b80' },
    { mutate: { sent: { Sign: '62bde96d330808f2b503408f4efa9b80' } } },
  ),
];

const VALUES: readonly JintongClause[] = [
  ...['Partner', 'Action', 'Sign'].map((name) =>
    clause(`${name.toLowerCase()}-absent`, 'ArgumentIllegal', settled('J15'), {
      mutate: { sent: { [name]: null } },
      expects: { unsigned: true },
    }),
  ),
  clause('separator-in-a-value', 'ArgumentIllegal', settled('J9'), {
    params: { UserName: 'a=b' },
    mutate: { sent: { Sign: '0'.repeat(32) } },
  }),
  clause('order-id-absent', 'ArgumentIllegal', settled('J15'), { params: { OrderID: undefined } }),
  clause('order-id-with-a-blank', 'ArgumentIllegal', settled('J6'), { params: { OrderID: '1 2' } }),
  clause('remark-too-long', 'ArgumentIllegal', settled('J6'), {
    method: 'OperateCancelOrder',
    params: { Remark: '取'.repeat(501) },
  }),
  clause('request-format-not-xml', 'ArgumentIllegal', parameter('请求参数格式,只支持 XML'), {
    mutate: { signed: { RequestFmt: 'JSON' } },
  }),
  clause('reply-format-not-xml', 'ArgumentIllegal', parameter('返回参数格式,只支持 XML'), {
    mutate: { signed: { ResponseFmt: 'JSON' } },
  }),
  clause('sign-type-not-md5', 'ArgumentIllegal', parameter('参数签名方式,只支持 MD5'), {
    mutate: { signed: { SignType: 'RSA' } },
  }),
  clause('sign-type-absent', 'ArgumentIllegal', parameter('SignType\tstring\t是'), {
    mutate: { signed: { SignType: null } },
  }),
  clause('version-unknown', 'ArgumentIllegal', settled('J18'), {
    mutate: { signed: { Version: '2.0.0.0' } },
  }),
];

const FAULTS: readonly JintongClause[] = [
  clause('limit-of-a-day-reached', 'CallFail', settled('J27'), {
    party: 'limited01',
    state: 'D',
    method: 'GetOrderDetail',
    repeats: true,
    expects: { words: TOO_OFTEN },
  }),
  clause('store-not-reachable', 'Unknown', codeRow(CANCEL, 'Unknown\t未知的'), {
    given: { server: 'no-store' },
  }),
];

export const clauses: ClauseSet<Code> = {
  platform: 'jintong',
  parties: {
    section: 'partners',
    secret: 'key',
    rows: {
      jane88: { partner: 'jane88', users: ['jane88', 'wang01'], actions: GRANTED },
      '989457552': { partner: '989457552', users: ['jinrigoji7'], actions: GRANTED },
      ipbound01: {
        partner: 'ipbound01',
        users: ['ipbound01'],
        allowedIps: ['203.0.113.7', '198.51.100.0/24'],
        actions: GRANTED,
      },
      hastenonly01: {
        partner: 'hastenonly01',
        users: ['hastenonly01'],
        actions: ['HastenOrder'],
      },
      limited01: {
        partner: 'limited01',
        users: ['limited01'],
        actions: GRANTED,
        limits: { perDay: 1 },
      },
    },
  },
  catalog: {},
  orders: 'orders',
  clauses: [
    ...SUCCESSES,
    ...BODY_CLAUSES,
    ...VALUES,
    ...PARTIES_AND_RIGHTS,
    ...SIGNATURES,
    ...STATE_CLAUSES,
    ...REPEATS,
    ...FAULTS,
  ],
  unreached: { Authorised: 'No reply of these actions carries it (settled.md, J17).' },
};
