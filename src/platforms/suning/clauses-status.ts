// Clauses of suning.selfmarket.leaguerstatus.add: every kind and state of a line, and every refusal.
import type { ClauseRequest, Row } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import {
  APP,
  cardsOf,
  clause,
  line,
  type SuningClause,
  settled,
  statusCode,
  statusOf,
} from './clauses-given.ts';
import { type BizNumber, invalidBiz, missingParameter } from './codes.ts';

/** What a success of each iqStatus is settled by, and the order in which its refusals come. */
const RULE: Readonly<Record<string, string>> = { 180: 'S27', 190: 'S28', 200: 'S29', 210: 'S30' };

/** For each fulfilment, state and refund of a line: what 180, 190, 200 and 210 answer. `Y` is a success. */
export const MATRIX = `
card       unshipped none    -               Y   103 108 109
card       shipped   none    -               105 Y   108 109
card       received  none    -               106 106 108 109
card       unshipped started overdue         107 103 108 109
card       unshipped done    overdue         107 103 108 109
card       unshipped refused overdue         107 103 108 109
card       refunded  done    overdue         107 103 108 109
card       refunded  done    other           105 103 108 109
card       unshipped started other           105 103 108 109
card       returned  done    other           104 104 104 104
card       oms-failure none  -               100 100 100 100
sms        unshipped none    -               Y   103 108 109
sms        shipped   started other           105 Y   108 109
recharge   unshipped none    -               Y   103 108 Y
recharge   shipped   none    -               105 Y   108 110
recharge   received  none    -               106 106 108 110
recharge   refunded  done    other           105 103 108 110
recharge   unshipped started recharge-failed 105 103 108 111
recharge   unshipped started overdue         107 103 108 111
recharge   unshipped refused recharge-failed 105 103 108 112
gift       unshipped none    -               Y   103 Y   109
gift       shipped   none    -               105 Y   Y   109
gift       received  none    -               106 106 106 109
gift       unshipped started other           105 103 105 109
gift       refunded  done    other           105 103 105 109
parcel     unshipped none    -               102 102 102 102
parcel     returned  done    other           102 102 102 102`
  .trim()
  .split('\n')
  .map((row) => row.split(/ +/));

/** The rules of all iqStatus, before those of each. */
const OF_ALL = ['100', '102', '104'];

const REPLY = (ids: Row) => ({ result: 'Y', ...ids });

function cell(fields: Row, iqStatus: string, answer: string, name: string): SuningClause {
  const { row, ids } = line(fields);
  const more = {
    ...(iqStatus === '180' && fields.fulfilment === 'card' && { cardList: cardsOf(1) }),
    ...(iqStatus === '210' && { failReason: '充值失败' }),
  };
  return {
    id: `${iqStatus}-for-${name}`,
    source: settled(OF_ALL.includes(answer) ? 'S26' : RULE[iqStatus]!),
    given: { party: APP.plain, orders: [row] },
    request: statusOf({ iqStatus, ...ids, ...more }),
    expects:
      answer === 'Y'
        ? { code: 'success', reply: REPLY(ids) }
        : { code: invalidBiz(answer as BizNumber) },
  };
}

const MATRIX_CLAUSES = MATRIX.flatMap(([fulfilment, state, refund, cause, ...answers]) =>
  ['180', '190', '200', '210'].map((iqStatus, i) => {
    const refundCause = cause === '-' ? {} : { refundCause: cause };
    const name = [fulfilment, state, `refund-${refund}`, cause === '-' ? 'no-cause' : cause].join(
      '-',
    );
    return cell({ fulfilment, state, refund, ...refundCause }, iqStatus, answers[i]!, name);
  }),
);

/** A call for a line of its own that is not shipped. */
function status(
  id: string,
  code: SuningClause['expects']['code'],
  source: Source,
  its: {
    readonly line?: Row;
    readonly params?: Row;
    readonly given?: (request: ClauseRequest) => Partial<SuningClause['given']>;
    readonly mutate?: ClauseRequest['mutate'];
  } = {},
): SuningClause {
  const { row, ids } = line({ fulfilment: 'sms', ...its.line });
  const request = statusOf({ iqStatus: '180', ...ids, ...its.params }, its.mutate);
  return {
    id,
    source,
    given: { party: APP.plain, orders: [row], ...its.given?.(request) },
    request,
    expects: { code },
  };
}

const MISSING = statusCode('biz.selfmarket.addleaguerstatus.missing-parameter:* | 参数必填');
const row = (number: BizNumber, words: string): Source =>
  statusCode(`${invalidBiz(number)} | ${words}`);
const CARD = { fulfilment: 'card' };
const MINUTE = 60_000;

export const STATUS_CLAUSES: readonly SuningClause[] = [
  ...['iqStatus', 'orderId', 'orderItemId'].flatMap((name) =>
    ([undefined, '', null] as const).map((value) =>
      status(
        `${name}-${value === undefined ? 'absent' : value === '' ? 'empty' : 'null'}`,
        missingParameter(name),
        MISSING,
        { params: { [name]: value } },
      ),
    ),
  ),
  status('iqstatus-not-listed', invalidBiz('108'), row('108', '入参状态不合法,请重新调用'), {
    params: { iqStatus: '220' },
  }),
  status('fail-reason-over-1000', 'sys.check.request-params:error', settled('S26'), {
    params: { failReason: '充'.repeat(1001) },
  }),
  status('card-list-is-a-text', 'sys.check.request-params:error', settled('S16'), {
    line: CARD,
    params: { cardList: '1234567899' },
  }),
  status(
    'supplier-not-held',
    'sys.auth.vendor-request:errory',
    statusCode('sys.auth.vendor-request:errory | 无权操作此供应商'),
    { params: { supplierCode: '10099999' } },
  ),
  clause(
    'no-such-order',
    invalidBiz('101'),
    row('101', '同步状态到OMS失败,查询无次订单'),
    statusOf({ iqStatus: '180', orderId: '404', orderItemId: '405' }),
  ),
  status('no-such-line', invalidBiz('101'), settled('S26'), { params: { orderItemId: '405' } }),
  status('line-of-another-supplier', invalidBiz('101'), settled('S26'), {
    line: { supplierCode: '10099999' },
  }),
  status(
    'parcel',
    invalidBiz('102'),
    row('102', '订单类型非虚拟订单,请更换订单发货api接口进行发货操作'),
    {
      line: { fulfilment: 'parcel' },
    },
  ),
  status(
    '100-minutes-unshipped',
    invalidBiz('107'),
    row('107', '订单超100分钟未发货,系统进行自动退款处理'),
    {
      line: { paidMinutesAgo: 101 },
    },
  ),
  status('99-minutes-unshipped', 'success', settled('S31'), { line: { paidMinutesAgo: 99 } }),
  status(
    'card-without-cards',
    invalidBiz('113'),
    row('113', '卡密订单需传入充值卡号及充值密码才可发货'),
    {
      line: CARD,
    },
  ),
  status('card-with-over-1000', invalidBiz('115'), row('115', '卡密数量大于1000'), {
    line: { ...CARD, quantity: 1001 },
    params: { cardList: cardsOf(1001) },
  }),
  ...(['cardCode', 'cardSec'] as const).map((name) =>
    status(`card-with-a-blank-${name}`, invalidBiz('116'), row('116', '卡号或卡密不可为空'), {
      line: { ...CARD, quantity: 3 },
      params: { cardList: [...cardsOf(2), { ...cardsOf(3)[2]!, [name]: ' ' }] },
    }),
  ),
  status('card-with-another-count', invalidBiz('114'), row('114', '卡密数量与销售数量不一致'), {
    line: { ...CARD, quantity: 3 },
    params: { cardList: cardsOf(2) },
  }),
  status('the-same-signed-call-again', 'success', settled('S32'), {
    given: (request) => ({ before: [request] }),
  }),
  status('another-signed-call-again', invalidBiz('105'), settled('S32'), {
    given: ({ mutate: _, ...request }) => ({
      before: [{ ...request, mutate: { signed: { Format: 'xml' } } }],
    }),
    mutate: { time: -MINUTE },
  }),
  status('store-not-reachable', 'isp.sys.service.unavailable.somp', settled('S37'), {
    given: () => ({ server: 'no-store' }),
  }),
  ...MATRIX_CLAUSES,
];
