// 异常码 of the two methods' own tables: each code with its words, cause, remedy and source.
import type { Codes } from '../../protocol/contract.ts';
import { HISTORY, LEAGUER, row } from './sources.ts';

export const METHOD_CODES = {
  'biz.selfmarket.addleaguerstatus.missing-parameter:*': {
    wire: '参数必填',
    cause: {
      zh: '必填字段缺失或为空；冒号后是字段名。',
      en: 'A required field is absent or empty; its name stands behind the colon.',
    },
    remedy: { zh: '补上该字段。', en: 'Send the field.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.missing-parameter:* | 参数必填'),
    parameter: 'field',
  },
  'isp.sys.service.unavailable.somp': {
    wire: '服务不可用',
    cause: {
      zh: '账本暂时不可用，没有发生任何变更。',
      en: 'The ledger is not available at the moment, and nothing was changed.',
    },
    remedy: {
      zh: '稍后发送同一个已签名的请求；重复不会生效两次。',
      en: 'Send the same signed request again later. A repeat takes effect once.',
    },
    retry: 'later',
    source: row(LEAGUER, 'isp.sys.service.unavailable.somp | 服务不可用'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:100': {
    wire: '状态同步失败',
    cause: { zh: '订单系统处理失败。', en: 'The order system failed.' },
    remedy: {
      zh: '稍后重试；若持续出现，请联系运营方。',
      en: 'Try again later. If it goes on, ask the operator.',
    },
    retry: 'later',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:100 | 状态同步失败'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:101': {
    wire: '同步状态到OMS失败,查询无次订单',
    cause: {
      zh: '没有这个订单和订单行，或该行属于其他供应商。',
      en: 'There is no such order and line, or the line is of a supplier that is not yours.',
    },
    remedy: {
      zh: '检查 orderId、orderItemId 和供应商编码。',
      en: 'Check orderId, orderItemId and the supplier code.',
    },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:101 | 同步状态到OMS失败,查询无次订单',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:102': {
    wire: '订单类型非虚拟订单,请更换订单发货api接口进行发货操作',
    cause: { zh: '该行是实物包裹。', en: 'The line is a parcel.' },
    remedy: { zh: '使用实物订单的发货接口。', en: 'Ship it by the method for parcels.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:102 | 订单类型非虚拟订单,请更换订单发货api接口进行发货操作',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:103': {
    wire: '虚拟订单确认收货需先进行订单发货(iqStatus=180)',
    cause: { zh: '发送 190 时该行尚未发货。', en: '190 was sent before the line was shipped.' },
    remedy: { zh: '先发送 180。', en: 'Send 180 first.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:103 | 虚拟订单确认收货需先进行订单发货(iqStatus=180)',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:104': {
    wire: '订单已退货',
    cause: { zh: '该行已退货。', en: 'The line was returned.' },
    remedy: { zh: '不再同步该行的状态。', en: 'Send no further state of this line.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:104 | 订单已退货'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:105': {
    wire: '订单状态非未发货',
    cause: { zh: '该行已发货，或退款已开始。', en: 'The line was shipped, or a refund has begun.' },
    remedy: { zh: '查询订单状态；不要重复发货。', en: 'Look the order up. Do not ship it again.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:105 | 订单状态非未发货'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:106': {
    wire: '订单已收货',
    cause: { zh: '该行已确认收货。', en: 'The line was received.' },
    remedy: { zh: '无需再次同步。', en: 'Nothing is left to do for this line.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:106 | 订单已收货'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:107': {
    wire: '订单超100分钟未发货,系统进行自动退款处理',
    cause: {
      zh: '付款后满 100 分钟未发货，退款已自动开始。',
      en: '100 minutes have passed unshipped since payment, and the refund began by itself.',
    },
    remedy: { zh: '不要再发货；作废相关卡密。', en: 'Do not ship it any more. Void its cards.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:107 | 订单超100分钟未发货,系统进行自动退款处理',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:108': {
    wire: '入参状态不合法,请重新调用',
    cause: {
      zh: 'iqStatus 不是 180、190、200、210，或 200 用在了非赠品行上。',
      en: 'iqStatus is none of 180, 190, 200 and 210, or 200 was sent for a line that is no gift.',
    },
    remedy: { zh: '发送与该行类型相符的 iqStatus。', en: 'Send an iqStatus that fits the line.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:108 | 入参状态不合法,请重新调用',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:109': {
    wire: '该订单类型不支持充值失败状态',
    cause: { zh: '210 只适用于充值行。', en: '210 is for recharges only.' },
    remedy: { zh: '不要对该行发送 210。', en: 'Do not send 210 for this line.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:109 | 该订单类型不支持充值失败状态',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:110': {
    wire: '订单状态不支持接收充值失败状态,请确认订单状态是否已发货/已退款',
    cause: {
      zh: '该行已发货、已收货或已退款。',
      en: 'The line was shipped, received or refunded.',
    },
    remedy: { zh: '查询订单状态。', en: 'Look the order up.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:110 | 订单状态不支持接收充值失败状态,请确认订单状态是否已发货/已退款',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:111': {
    wire: '该订单已发起退款流程',
    cause: { zh: '该行的退款已经开始。', en: 'The refund of the line has begun.' },
    remedy: { zh: '等待退款完成。', en: 'Wait for the refund.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:111 | 该订单已发起退款流程'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:112': {
    wire: '该订单发起退款流程失败',
    cause: {
      zh: '支付方拒绝了该行的退款。',
      en: 'The payment side has refused the refund of the line.',
    },
    remedy: { zh: '请联系运营方人工处理。', en: 'Ask the operator to settle it.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:112 | 该订单发起退款流程失败',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:113': {
    wire: '卡密订单需传入充值卡号及充值密码才可发货',
    cause: {
      zh: '卡密行发货时没有传入 cardList。',
      en: 'A card line was shipped without a cardList.',
    },
    remedy: { zh: '在 cardList 中传入全部卡号和密码。', en: 'Send all cards in cardList.' },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:113 | 卡密订单需传入充值卡号及充值密码才可发货',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:114': {
    wire: '卡密数量与销售数量不一致',
    cause: {
      zh: '卡密数量与该行的销售数量不同。',
      en: 'The number of cards is not the quantity of the line.',
    },
    remedy: {
      zh: '按销售数量传入卡密，一次传全。',
      en: 'Send as many cards as were sold, in one call.',
    },
    retry: 'never',
    source: row(
      LEAGUER,
      'biz.selfmarket.addleaguerstatus.invalid-biz:114 | 卡密数量与销售数量不一致',
    ),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:115': {
    wire: '卡密数量大于1000',
    cause: { zh: '一次传入的卡密超过 1000 张。', en: 'Over 1,000 cards were sent in one call.' },
    remedy: { zh: '每次最多 1000 张。', en: 'Send at most 1,000 cards in a call.' },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:115 | 卡密数量大于1000'),
  },
  'biz.selfmarket.addleaguerstatus.invalid-biz:116': {
    wire: '卡号或卡密不可为空',
    cause: { zh: '某张卡的卡号或密码为空。', en: 'The code or the secret of a card is blank.' },
    remedy: {
      zh: '补全每一张卡的 cardCode 和 cardSec。',
      en: 'Send cardCode and cardSec of every card.',
    },
    retry: 'never',
    source: row(LEAGUER, 'biz.selfmarket.addleaguerstatus.invalid-biz:116 | 卡号或卡密不可为空'),
  },
  'biz.handler.data-get:no-result': {
    wire: '查询无结果',
    cause: {
      zh: '时间段内没有符合条件的订单，或页码超出范围。',
      en: 'No order fits the query, or the page is past the last one.',
    },
    remedy: { zh: '放宽条件，或停止翻页。', en: 'Widen the query, or stop paging.' },
    retry: 'never',
    source: row(HISTORY, 'biz.handler.data-get:no-result | 查询无结果'),
    otherWires: {
      业务数据结果为空: row(HISTORY, 'biz.handler.data-get:no-result | 业务数据结果为空'),
    },
  },
  'isp.sys.service.unavailable.fws': {
    wire: '服务不可用(系统异常)',
    cause: { zh: '账本暂时不可用。', en: 'The ledger is not available at the moment.' },
    remedy: { zh: '稍后重试。', en: 'Try again later.' },
    retry: 'later',
    source: row(HISTORY, 'isp.sys.service.unavailable.fws | 服务不可用(系统异常)'),
  },
  'biz.fws.queryhistoryorder.missing-parameter:startTime': {
    wire: '开始时间为空(必填)',
    cause: { zh: '没有 startTime。', en: 'startTime is absent.' },
    remedy: { zh: '成对传入 startTime 和 endTime。', en: 'Send startTime and endTime together.' },
    retry: 'never',
    source: row(
      HISTORY,
      'biz.fws.queryhistoryorder.missing-parameter:startTime | 开始时间为空(必填)',
    ),
  },
  'biz.fws.queryhistoryorder.missing-parameter:endTime': {
    wire: '结束时间为空(必填)',
    cause: { zh: '没有 endTime。', en: 'endTime is absent.' },
    remedy: { zh: '成对传入 startTime 和 endTime。', en: 'Send startTime and endTime together.' },
    retry: 'never',
    source: row(
      HISTORY,
      'biz.fws.queryhistoryorder.missing-parameter:endTime | 结束时间为空(必填)',
    ),
  },
} as const satisfies Codes;
