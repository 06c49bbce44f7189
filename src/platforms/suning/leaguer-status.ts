// suning.selfmarket.leaguerstatus.add (虚拟商品订单状态同步), field by field.
import type { MethodContract } from '../../protocol/contract.ts';
import type { METHOD_CODES } from './method-codes.ts';
import { LEAGUER, row, SAMPLE_APP, textOf } from './sources.ts';
import type { SYSTEM_CODES } from './system-codes.ts';

const status = textOf(LEAGUER);

/** The documents set no bounds for ids (settled.md, S8). */
const ID = /^[0-9A-Za-z_-]{1,32}$/;

const orderId = status('销售订单号。', 'The id of the order.', '销售订单号', {
  example: '1000531505',
  pattern: ID,
  blanks: 'trimmed',
});
const orderItemId = status('订单行号。', 'The id of the line.', '订单行号', {
  example: '00000208117601',
  pattern: ID,
  blanks: 'trimmed',
});

export const LEAGUER_STATUS = {
  title: { zh: '虚拟商品订单状态同步', en: 'Tell the state of a line of virtual goods' },
  source: row(LEAGUER, '供应商将虚拟商品订单的发送短信的状态、激活的状态同步到苏宁系统'),
  effect: 'write',
  node: 'addLeaguerstatus',
  once: {
    by: ['AppKey', 'signInfo'],
    forMs: 10 * 60 * 1000,
    repeat: 'same-reply',
    text: {
      zh: '同一个已签名的请求在其有效时间内重复发送，得到首次的成功结果，只生效一次。',
      en: 'The same signed request, while its time holds, gets its first success again and takes effect once.',
    },
  },
  params: {
    iqStatus: {
      type: 'enum',
      example: '180',
      blanks: 'trimmed',
      values: {
        '180': { zh: '短信已发送（已发货）', en: 'sent: the line is shipped' },
        '190': { zh: '卡密已激活（已收货）', en: 'activated: the line is received' },
        '200': { zh: '赠品发放成功（已收货）', en: 'the gift was given: the line is received' },
        '210': { zh: '充值失败', en: 'the recharge has failed: the refund begins' },
      },
      text: { zh: '状态标识。', en: 'The state to tell.' },
      source: row(LEAGUER, '180-短信已发送'),
    },
    orderId,
    orderItemId,
    supplierCode: status('供应商编码。', 'The supplier code.', '供应商编码', {
      example: '10042869',
      optional: true,
      blanks: 'trimmed',
    }),
    failReason: {
      ...status(
        '充值失败原因，最多 1000 字。',
        'Why the recharge has failed: at most 1,000 characters.',
        '充值失败原因',
        { example: '充值失败', optional: true },
      ),
      maxLength: 1000,
    },
    cardList: {
      type: 'list',
      form: 'repeated',
      max: 1000,
      optional: true,
      fields: {
        cardCode: status('充值卡号。', 'The code of the card.', '充值卡号', {
          example: '1234567899',
          secret: true,
          blanks: 'kept',
        }),
        cardSec: status('充值密码。', 'The secret of the card.', '充值密码', {
          example: 'I001XB999',
          secret: true,
          blanks: 'kept',
        }),
      },
      text: {
        zh: '卡密，卡密行发货时必填，数量等于销售数量，最多 1000 张。',
        en: 'The cards. A card line needs as many as were sold, at most 1,000.',
      },
      source: row(LEAGUER, 'cardList | String | N'),
    },
  },
  reply: {
    orderId: { ...orderId, source: row(LEAGUER, '销售订单号') },
    orderItemId,
    result: {
      type: 'enum',
      example: 'Y',
      values: {
        Y: { zh: '成功', en: 'done' },
        N: { zh: '失败（不会返回）', en: 'failed; never sent' },
      },
      text: { zh: '结果，总是 Y。', en: 'The outcome, always Y.' },
      source: { settled: 'S19' },
    },
  },
  codes: [
    'biz.selfmarket.addleaguerstatus.missing-parameter:*',
    'isp.sys.service.unavailable.somp',
    'biz.selfmarket.addleaguerstatus.invalid-biz:100',
    'biz.selfmarket.addleaguerstatus.invalid-biz:101',
    'biz.selfmarket.addleaguerstatus.invalid-biz:102',
    'biz.selfmarket.addleaguerstatus.invalid-biz:103',
    'biz.selfmarket.addleaguerstatus.invalid-biz:104',
    'biz.selfmarket.addleaguerstatus.invalid-biz:105',
    'biz.selfmarket.addleaguerstatus.invalid-biz:106',
    'biz.selfmarket.addleaguerstatus.invalid-biz:107',
    'biz.selfmarket.addleaguerstatus.invalid-biz:108',
    'biz.selfmarket.addleaguerstatus.invalid-biz:109',
    'biz.selfmarket.addleaguerstatus.invalid-biz:110',
    'biz.selfmarket.addleaguerstatus.invalid-biz:111',
    'biz.selfmarket.addleaguerstatus.invalid-biz:112',
    'biz.selfmarket.addleaguerstatus.invalid-biz:113',
    'biz.selfmarket.addleaguerstatus.invalid-biz:114',
    'biz.selfmarket.addleaguerstatus.invalid-biz:115',
    'biz.selfmarket.addleaguerstatus.invalid-biz:116',
    'sys.auth.vendor-request:errory',
  ],
  samples: [
    {
      title: { zh: '文档示例：一张卡密发货', en: "The document's sample: one card is shipped" },
      source: row(LEAGUER, '"cardSec": "I001XB999", "cardCode": "1234567899"'),
      as: SAMPLE_APP,
      params: {
        iqStatus: '180',
        orderId: '1000531505',
        orderItemId: '00000208117601',
        supplierCode: '10042869',
        failReason: '充值失败',
        cardList: [{ cardCode: '1234567899', cardSec: 'I001XB999' }],
      },
      gives: 'success',
    },
    {
      title: {
        zh: '卡密数量与销售数量不一致',
        en: 'A number of cards that is not the quantity sold',
      },
      source: { settled: 'S27' },
      as: SAMPLE_APP,
      params: {
        iqStatus: '180',
        orderId: '1000531506',
        orderItemId: '00000208117602',
        cardList: [{ cardCode: '1', cardSec: 'a' }],
      },
      gives: 'biz.selfmarket.addleaguerstatus.invalid-biz:114',
    },
  ],
} as const satisfies MethodContract<keyof typeof METHOD_CODES | keyof typeof SYSTEM_CODES>;
