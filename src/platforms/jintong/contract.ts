// Jintong's contract: its actions field by field, its envelope and its codes, each with its source.
import { defineContract, type TextField } from '../../protocol/contract.ts';
import { CODE_TABLE } from './code-table.ts';
import { ENVELOPE } from './envelope.ts';
import { PLATFORM } from './name.ts';
import { CANCEL, HASTEN, row } from './sources.ts';

/** The documents define no limits for the values of a call (settled.md, J6). */
const PATTERNS = {
  orderId: /^[0-9A-Za-z-]{1,32}$/,
  userName: /^[^\s&=\p{Cc}\p{Cs}](?:[^&=\p{Cc}\p{Cs}]{0,62}[^\s&=\p{Cc}\p{Cs}])?$/u,
  remark: /^(?:[^&=\p{Cc}\p{Cs}]|[\t\n\r]){1,500}$/u,
};

const orderId: TextField = {
  type: 'string',
  example: '15112480268',
  pattern: PATTERNS.orderId,
  text: {
    zh: '订单号。1 至 32 位字母、数字或连字符。',
    en: 'The order id: 1 to 32 letters, digits or hyphens.',
  },
  source: row(HASTEN, '订单号'),
};

const userName: TextField = {
  type: 'string',
  example: 'jane88',
  pattern: PATTERNS.userName,
  text: {
    zh: '用户名，合作伙伴名下的用户，订单归其所有。不得含 & 和 =。',
    en: 'A user of the partner, to whom the order belongs. It may hold neither & nor =.',
  },
  source: row(HASTEN, '用户名'),
};

const orderText = (
  example: string,
  zh: string,
  en: string,
  format?: TextField['format'],
): TextField => ({
  type: 'string',
  example,
  text: { zh, en },
  source: { settled: 'J24' },
  ...(format && { format }),
});

/** Codes that every accepted call may return. */
const OF_EVERY_ACTION = ['CallFail', 'Unauthorized', 'Unknown'] as const;

export const contract = defineContract({
  name: PLATFORM,
  title: { zh: '今通国际', en: 'Jintong' },
  algorithm: 'md5',
  success: 'CallSuccess',
  envelope: ENVELOPE,
  methods: {
    HastenOrder: {
      title: { zh: '催单', en: 'Hasten an order' },
      source: { document: HASTEN, quote: '该接口操作分销商催单。' },
      effect: 'write',
      once: {
        by: ['OrderID'],
        forMs: 10 * 60 * 1000,
        repeat: 'refused',
        text: {
          zh: '同一订单 10 分钟内只能成功催单一次，重复调用得到 CallFail。',
          en: 'An order is hastened at most once in 10 minutes. A repeat within them is refused with CallFail.',
        },
      },
      params: { OrderID: orderId, UserName: userName },
      reply: {},
      codes: OF_EVERY_ACTION,
      samples: [
        {
          title: { zh: '文档示例：催单成功', en: "The document's sample: hastened" },
          source: row(HASTEN, '催单成功'),
          as: 'jane88',
          params: { OrderID: '15112480268', UserName: 'jane88' },
          gives: 'CallSuccess',
        },
        {
          title: {
            zh: '已出票的订单：无人需要处理，不能催单',
            en: 'An issued order: nobody has to act, so that it cannot be hastened',
          },
          source: { settled: 'J20' },
          as: '989457552',
          params: { OrderID: '150709904280', UserName: 'jinrigoji7' },
          gives: 'CallFail',
        },
      ],
    },
    OperateCancelOrder: {
      title: { zh: '取消订单', en: 'Cancel an order' },
      source: { document: CANCEL, quote: '该接口操作取消订单。' },
      effect: 'write',
      once: {
        by: ['Partner', 'Sign'],
        forMs: 24 * 60 * 60 * 1000,
        repeat: 'same-reply',
        text: {
          zh: '24 小时内重复发送同一个已签名的请求，返回首次的成功结果，订单不再变化。',
          en: 'The same signed request within 24 hours gets its first success again, and changes nothing.',
        },
      },
      params: {
        Consumer: { ...userName, source: row(CANCEL, '用户名') },
        OrderID: { ...orderId, example: '151103654827', source: row(CANCEL, '订单号') },
        Remark: {
          type: 'string',
          example: '取消',
          pattern: PATTERNS.remark,
          text: {
            zh: '取消原因，1 至 500 字。可直接书写，也可用 HttpUtility.UrlEncode 编码；不得含 & 和 =。',
            en: 'Why the order is cancelled: 1 to 500 characters, plain or URL-encoded. It may hold neither & nor =.',
          },
          source: row(CANCEL, '取消原因, 中文字符需要编码 HttpUtility.UrlEncode'),
        },
      },
      reply: {},
      codes: OF_EVERY_ACTION,
      samples: [
        {
          title: {
            zh: '文档示例：取消未支付的订单',
            en: "The document's sample: an unpaid order is cancelled",
          },
          source: row(CANCEL, '操作成功'),
          as: 'jane88',
          params: { Consumer: 'jane88', OrderID: '151103654827', Remark: '取消' },
          gives: 'CallSuccess',
        },
        {
          title: { zh: '他人的订单', en: "Another user's order" },
          source: row(CANCEL, '没有访问权限'),
          as: 'jane88',
          params: { Consumer: 'jane88', OrderID: '150709904280', Remark: '取消' },
          gives: 'Unauthorized',
        },
      ],
    },
    GetOrderDetail: {
      title: { zh: '查询订单', en: 'Read an order' },
      source: { document: CANCEL, quote: 'Action=GetOrderDetail' },
      effect: 'read',
      params: { OrderID: orderId, UserName: userName },
      reply: {
        Order: {
          type: 'group',
          fields: {
            OrderID: orderText('15112480268', '订单号。', 'The order id.'),
            UserName: orderText('jane88', '订单所属用户。', 'The user to whom the order belongs.'),
            OrderState: orderText('D', '订单状态，单个字符。', 'The state, as one character.'),
            OrderStateName: orderText('支付成功', '订单状态名称。', 'The name of the state.'),
            Amount: orderText(
              '1280.00',
              '金额，单位元，两位小数。',
              'The amount in yuan, with two decimals.',
              'yuan',
            ),
            Pnr: orderText('JX8K2P', '订座记录编码。', 'The passenger name record.'),
            FlightNo: orderText('MU5101', '航班号。', 'The flight number.'),
            CreateTime: orderText(
              '2015-11-03 09:12:33',
              '下单时间，北京时间。',
              'When the order was made, in Asia/Shanghai.',
              'shanghai-time',
            ),
          },
          text: { zh: '订单详情。', en: 'The order.' },
          source: { settled: 'J24' },
        },
      },
      codes: OF_EVERY_ACTION,
      samples: [
        {
          title: { zh: '文档签名示例中的订单', en: "The order of the document's signing example" },
          source: row(CANCEL, 'Action=GetOrderDetail'),
          as: '989457552',
          params: { OrderID: '150709904280', UserName: 'jinrigoji7' },
          gives: 'CallSuccess',
        },
        {
          title: { zh: '不存在的订单', en: 'An order that does not exist' },
          source: { settled: 'J24' },
          as: 'jane88',
          params: { OrderID: '99999999999', UserName: 'jane88' },
          gives: 'CallFail',
        },
      ],
    },
  },
  codes: CODE_TABLE,
});

export type JintongContract = typeof contract;
