// The contract of ytx: its actions, field by field, with envelope and codes, each with its source.
import { defineContract, type TextField } from '../../protocol/contract.ts';
import { CODE_TABLE } from './code-table.ts';
import { ENVELOPE } from './envelope.ts';
import { PLATFORM } from './name.ts';
import { row } from './sources.ts';

const appid: TextField = {
  type: 'string',
  example: 'ff8080813fc70a7b013fc72312324213',
  blanks: 'trimmed',
  text: {
    zh: '应用编号。应用须已上线并包含权益功能。',
    en: 'The app id. The app has to be online and to have the function Unicom.',
  },
  source: row('所创建的应用编号appid'),
};

/**
 * A key that no wrong encoding has destroyed: if it contains a `?`, it also contains a letter or a
 * digit (settled.md, Y12).
 */
const NOT_LOST = /^(?=[^?]*$|[\s\S]*[\p{L}\p{N}])[^\uFFFD]*$/u;
/** The same, with the limits of settled.md, Y13. */
const OWN_KEY = /^(?=[^?]*$|[\s\S]*[\p{L}\p{N}])[^\p{Cc}\p{Cs}\uFFFD]{1,64}$/u;

/** A text that cannot be an id is answered like an unknown id. */
const requestId: TextField = {
  type: 'string',
  example: '2016010000000219',
  blanks: 'trimmed',
  text: { zh: '订单编号。', en: 'The id of an order.' },
  source: row('订单编号'),
};

const result = (example: string, zh: string, en: string, quote: string): TextField => ({
  type: 'string',
  example,
  text: { zh, en },
  source: row(quote),
});

const ACCOUNT = 'abcdefghijklmnopqrstuvwxyz012345';
const APP = 'ff8080813fc70a7b013fc72312324213';

export const contract = defineContract({
  name: PLATFORM,
  title: { zh: '云通信', en: 'ytx (Yuntongxun)' },
  algorithm: 'md5',
  success: '0',
  envelope: ENVELOPE,
  codes: CODE_TABLE,
  methods: {
    getOrderResult: {
      title: { zh: '查询充值结果', en: 'Ask for the result of a top-up' },
      source: row('此接口依据用户提供的订单编号查询该订单的权益充值结果'),
      effect: 'read',
      once: {
        by: ['requestId'],
        forMs: 60 * 1000,
        repeat: 'refused',
        text: {
          zh: '同一订单每分钟只能查询一次，一分钟内重复查询得到 -705。',
          en: 'An order may be asked for once a minute. A repeat within the minute is refused with -705.',
        },
      },
      params: {
        appid,
        requestId: {
          type: 'list',
          form: 'text',
          max: 100,
          of: requestId,
          optional: true,
          text: {
            zh: '订单编号：一个；逗号分隔的多个；带方括号的文本；或 JSON 数组。最多 100 个。一个返回对象，列表返回数组。',
            en: 'Order ids: one; several with commas between; a text in brackets; or a JSON array. At most 100. One is answered with an object, a list with an array.',
          },
          source: row('提交订单时若有响应requestId,调用此接口必传'),
        },
        customParm: {
          type: 'string',
          example: '123456',
          pattern: NOT_LOST,
          optional: true,
          text: {
            zh: '自定义参数。仅在没收到 requestId 时使用；有 requestId 时不起作用。',
            en: 'Your own key. It is for a submission whose requestId never came, and does not count beside a requestId.',
          },
          source: row('只有提交异常时,没收到requestId才选择customParm参数查询'),
        },
      },
      oneOf: [['requestId', 'customParm']],
      reply: {
        requestId: result('2016010000000219', '订单编号。', 'The order id.', 'requestId唯一标识'),
        appid: result(
          'cbc6ceb21fd34664b6e452ca2aa40b3f',
          '应用编号。',
          'The app id.',
          'cbc6ceb21fd34664b6e452ca2aa40b3f | appid',
        ),
        orderSts: {
          type: 'enum',
          example: '1',
          values: {
            '1': { zh: '充值成功', en: 'charged' },
            '-1': { zh: '充值失败', en: 'failed' },
            '0': { zh: '充值中', en: 'under way' },
            '-2': { zh: '已退款', en: 'refunded' },
          },
          text: { zh: '充值状态。', en: 'The state of the top-up.' },
          source: row('1:充值成功 -1:充值失败 0: 充值中 -2: 已退款'),
        },
        remark: result(
          '成功',
          '状态描述；交易成功时是运营商流水号。',
          "The state in words; after a success the operator's serial number.",
          'remark表示是运营商流水号',
        ),
        mobile: result(
          '188****0804',
          '充值账号，掩码显示。',
          'The account that was charged, masked.',
          '充值手机',
        ),
        oriAmount: result('2.94', '消费金额，单位元。', 'The amount in yuan.', '消费金额'),
        customParm: result('123456', '自定义参数。', 'Your own key.', '自定义参数'),
      },
      replyForm: 'as-asked',
      codes: ['-704', '-705', '-100'],
      samples: [
        {
          title: { zh: '文档示例：查询一个订单', en: "The document's sample: one order" },
          source: row('传一个requestId'),
          as: ACCOUNT,
          params: { appid: APP, requestId: ['2016010000000219'] },
          gives: '0',
        },
        {
          title: { zh: '不存在的订单', en: 'An order that does not exist' },
          source: { settled: 'Y20' },
          as: ACCOUNT,
          params: { appid: APP, requestId: ['2016999999999999'] },
          gives: '-704',
        },
      ],
    },
    productOrder: {
      title: { zh: '提交充值', en: 'Submit a top-up' },
      source: { settled: 'Y14' },
      effect: 'write',
      once: {
        by: ['appid', 'customParm'],
        forMs: 'ever',
        repeat: 'same-reply',
        made: 'customParm',
        text: {
          zh: '同一应用的同一 customParm 永远是同一笔订单，重复提交返回首次的 requestId。',
          en: 'One customParm of an app is one order for ever. A repeat gets the first requestId again.',
        },
      },
      params: {
        appid,
        rechargeAccount: {
          type: 'string',
          example: '18812340804',
          maxLength: 64,
          blanks: 'trimmed',
          text: {
            zh: '充值账号。手机号可带 +86、0086、86、空格或连字符；产品允许时可为任意账号。',
            en: 'The account to charge. A mobile number may have +86, 0086, 86, blanks or hyphens; some products take any account.',
          },
          source: { settled: 'Y16' },
        },
        productCode: {
          type: 'string',
          example: 'SANDBOX-SUCCESS',
          blanks: 'trimmed',
          text: { zh: '产品编号。', en: 'The product code.' },
          source: { settled: 'Y14' },
        },
        customParm: {
          type: 'string',
          example: 'order-20260102-1',
          pattern: OWN_KEY,
          blanks: 'kept',
          text: {
            zh: '自定义参数，应用内唯一，1 至 64 字，以 UTF-8 发送。',
            en: 'Your own key, unique in the app: 1 to 64 characters, sent in UTF-8.',
          },
          source: { settled: 'Y13' },
        },
      },
      reply: {
        statusCode: {
          type: 'string',
          example: '0',
          text: { zh: '0 表示提交成功。', en: '0 says that it was submitted.' },
          source: { settled: 'Y14' },
        },
        statusMsg: {
          type: 'string',
          example: '提交成功',
          text: { zh: '描述。', en: 'The same in words.' },
          source: { settled: 'Y14' },
        },
        requestId: {
          type: 'string',
          example: '2016010000000219',
          text: { zh: '订单编号，查询时使用。', en: 'The order id, for later queries.' },
          source: { settled: 'Y14' },
        },
      },
      codes: ['-301', '-101', '-100'],
      samples: [
        {
          title: { zh: '提交一笔手机充值', en: 'A top-up of a mobile number' },
          source: { settled: 'Y14' },
          as: ACCOUNT,
          params: {
            appid: APP,
            rechargeAccount: '18812340804',
            productCode: 'SANDBOX-SUCCESS',
            customParm: 'sample-1',
          },
          gives: '0',
        },
        {
          title: { zh: '未知产品', en: 'An unknown product' },
          source: { settled: 'Y17' },
          as: ACCOUNT,
          params: {
            appid: APP,
            rechargeAccount: '18812340804',
            productCode: 'NO-SUCH-PRODUCT',
            customParm: 'sample-2',
          },
          gives: '-301',
        },
      ],
    },
  },
});

export type YtxContract = typeof contract;
