// suning.fws.historyorder.query (批量查询订单记录), field by field.
import type { IntegerField, MethodContract } from '../../protocol/contract.ts';
import type { METHOD_CODES } from './method-codes.ts';
import type { QUERY_CODES } from './query-codes.ts';
import { HISTORY, row, SAMPLE_APP, textOf } from './sources.ts';

const history = textOf(HISTORY);

const CATEGORIES = {
  '1': { zh: '新订', en: 'new' },
  '2': { zh: '续订', en: 'renewal' },
  '3': { zh: '升级', en: 'upgrade' },
} as const;

const id = (zh: string, en: string, quote: string) =>
  history(zh, en, quote, { example: 'S01234567890' });
const yuan = (zh: string, en: string, quote: string, example: string) =>
  history(zh, en, quote, { example, format: 'yuan' });
const time = (zh: string, en: string, quote: string, example: string) =>
  history(zh, en, quote, { example, format: 'shanghai-time' });

const page = (zh: string, en: string, example: number): IntegerField => ({
  type: 'integer',
  example,
  min: 1,
  max: 99_999_999,
  text: { zh, en },
  source: { settled: 'S38' },
});

/** 订单行 of a service order, in the document's order. */
const ORDER_DETAIL = {
  serverId: id('服务的代码。', 'The code of the service.', '服务市场的服务的代码'),
  serviceName: history('服务名称。', 'The name of the service.', '服务市场的服务名称', {
    example: '饮料类检测',
  }),
  chargeId: id('收费项目代码。', 'The code of the charge.', '收费项目代码'),
  chargeName: history('收费项目名称。', 'The name of the charge.', '收费项目名称', {
    example: '水质检测',
  }),
  orderDetailId: id('订单行号。', 'The id of the line.', '订单行号。订单详情编号'),
  orderQuantity: history('订购数量。', 'The quantity.', '订购数量', { example: '20' }),
  basePrice: yuan('订购单价，单位元。', 'The price of one, in yuan.', '订购单价', '10'),
  effectiveTime: time(
    '生效时间。',
    'When the service begins.',
    '购买服务生效时间',
    '2015-01-11 00:00:00',
  ),
  failureTime: time(
    '失效时间。',
    'When the service ends.',
    '购买服务截止时间',
    '2015-04-11 00:00:00',
  ),
  originalCostTotal: yuan('订购总价。', 'Quantity by price.', '购买数量*订购单价', '30'),
  realPaymentTotal: yuan('订购金额。', 'What was paid.', '订购总价-行订单优惠金额', '10'),
  preferentialPriceTotal: yuan('优惠金额。', 'The discount.', '折扣金额+减免金额', '20'),
} as const;

export const HISTORY_QUERY = {
  title: { zh: '批量查询订单记录', en: 'Page through the orders of a time range' },
  source: row(HISTORY, '通过此接口可查询指定服务的在线订购订单'),
  effect: 'read',
  node: 'queryHistoryOrder',
  params: {
    serverId: { ...ORDER_DETAIL.serverId, optional: true, blanks: 'trimmed' },
    chargeId: { ...ORDER_DETAIL.chargeId, optional: true, blanks: 'trimmed' },
    startTime: {
      ...time(
        '开始时间（含）。',
        'The start of the range, included.',
        '查询开始时间之后创建的订单',
        '2015-01-01 00:00:00',
      ),
      blanks: 'trimmed',
    },
    endTime: {
      ...time(
        '结束时间（不含），最多在开始后 3 个月。',
        'The end of the range, not included; at most 3 months after the start.',
        '查询时间起止日期不能超过3个月',
        '2015-02-01 00:00:00',
      ),
      blanks: 'trimmed',
    },
    orderCategory: {
      type: 'enum',
      example: '1',
      values: CATEGORIES,
      optional: true,
      blanks: 'trimmed',
      text: {
        zh: '订单类型；不传则查询所有类型。',
        en: 'The kind of order; without it, all kinds.',
      },
      source: row(HISTORY, '不输入,则查询所有类型'),
    },
    pageNo: {
      type: 'integer',
      example: 1,
      min: 1,
      max: 99_999,
      default: 1,
      optional: true,
      blanks: 'trimmed',
      text: { zh: '页码。', en: 'The number of the page.' },
      source: row(HISTORY, '最大值:99999'),
    },
    pageSize: {
      type: 'integer',
      example: 10,
      min: 1,
      max: 100,
      default: 10,
      optional: true,
      blanks: 'trimmed',
      text: { zh: '每页条数。', en: 'How many orders a page holds.' },
      source: row(HISTORY, '最大值:100。默认值:10'),
    },
  },
  reply: {
    orderId: id('订单号。', 'The id of the order.', '服务市场的订单号'),
    orderCategory: {
      type: 'enum',
      example: '1',
      values: CATEGORIES,
      text: { zh: '订单类型。', en: 'The kind of order.' },
      source: row(HISTORY, '服务市场订单类型:1新订;2续订;3升级'),
    },
    shopName: history('商户名称。', 'The name of the shop.', '商户名称', {
      example: '农夫山泉',
    }),
    businessAccounts: history('商户账号。', 'The account of the shop.', '商户账号', {
      example: 'Xx@qqqq.com',
    }),
    createTime: time(
      '下单时间。',
      'When the service was bought.',
      '下单时间。成功购买服务时间',
      '2015-01-10 00:00:00',
    ),
    orderDetail: {
      type: 'list',
      form: 'repeated',
      max: 1000,
      fields: ORDER_DETAIL,
      text: { zh: '订单行。', en: 'The lines of the order.' },
      source: row(HISTORY, '订单行号。订单详情编号'),
    },
  },
  replyForm: 'list',
  head: {
    pageTotal: page('总页数。', 'How many pages there are.', 1),
    pageNo: page('页码。', 'The number of this page.', 1),
    pageSize: page('每页条数。', 'How many orders a page holds.', 10),
    returnMessage: history('成功标识。', 'That the query succeeded.', '<returnMessage>', {
      example: 'biz.handler.data-get:success',
    }),
  },
  codes: [
    'biz.handler.data-get:no-result',
    'isp.sys.service.unavailable.fws',
    'biz.handler.data-get:fail',
  ],
  samples: [
    {
      title: {
        zh: '文档示例：一个月的订单',
        en: "The document's sample: the orders of a month",
      },
      source: row(HISTORY, '<startTime>2015-01-01 00:00:00</startTime>'),
      as: SAMPLE_APP,
      params: {
        serverId: 'S01234567890',
        chargeId: 'S01234567890',
        startTime: '2015-01-01 00:00:00',
        endTime: '2015-02-01 00:00:00',
        orderCategory: '1',
        pageNo: 1,
        pageSize: 10,
      },
      gives: 'success',
    },
    {
      title: { zh: '没有订单的时间段', en: 'A range without orders' },
      source: { settled: 'S36' },
      as: SAMPLE_APP,
      params: { startTime: '2001-01-01 00:00:00', endTime: '2001-02-01 00:00:00' },
      gives: 'biz.handler.data-get:no-result',
    },
  ],
} as const satisfies MethodContract<keyof typeof METHOD_CODES | keyof typeof QUERY_CODES>;
