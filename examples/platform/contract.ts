// The contract of Lantern: envelope, methods, fields, samples. Validation, the client and the management API read it.
import { defineContract } from 'ordergate/platform';
import { CODES } from './codes.ts';
import { PLATFORM } from './name.ts';

const by = (clause: string) => ({ settled: clause }) as const;

const orderId = {
  type: 'string',
  example: 'L0F3A6C1B2D4E5F67',
  pattern: /^L[0-9A-F]{16}$/,
  text: { zh: '订单编号。', en: 'The order id.' },
  source: by('L6'),
} as const;
const outTradeNo = {
  type: 'string',
  example: 'T20260102-0001',
  pattern: /^[0-9A-Za-z-]{1,32}$/,
  text: { zh: '合作方自己的订单号。', en: "The partner's own order number." },
  source: by('L5'),
} as const;
const film = {
  type: 'string',
  example: '城南旧事',
  maxLength: 64,
  text: { zh: '影片名称。', en: 'The film.' },
  source: by('L5'),
} as const;
const seats = {
  type: 'integer',
  example: 2,
  min: 1,
  max: 10,
  text: { zh: '座位数。', en: 'The number of seats.' },
  source: by('L5'),
} as const;
const state = {
  type: 'enum',
  example: 'paid',
  values: {
    paid: { zh: '已支付', en: 'paid' },
    issued: { zh: '已出票', en: 'the tickets are issued' },
    refunded: { zh: '已退款', en: 'refunded' },
  },
  text: { zh: '订单状态。', en: 'The state of the order.' },
  source: by('L7'),
} as const;
const amount = {
  type: 'string',
  example: '79.80',
  format: 'yuan',
  text: { zh: '金额，单位元。', en: 'The amount in yuan.' },
  source: by('L5'),
} as const;
const reply = { orderId, outTradeNo, state, amount } as const;

export const contract = defineContract({
  name: PLATFORM,
  title: { zh: '灯塔票务', en: 'Lantern' },
  algorithm: 'hmac-sha256',
  success: 'OK',
  envelope: {
    http: 'POST',
    path: '/lantern/v1/orders',
    request: {
      'X-Lantern-Partner': {
        type: 'string',
        example: 'cinema01',
        pattern: /^[0-9A-Za-z]{1,32}$/,
        place: 'header',
        signed: false,
        text: { zh: '合作方编号。', en: 'The id of the partner.' },
        source: by('L1'),
      },
      'X-Lantern-Time': {
        type: 'string',
        example: '1767323045',
        pattern: /^\d{10}$/,
        place: 'header',
        signed: true,
        text: { zh: '时间戳，单位秒。', en: 'The time in seconds since 1970.' },
        source: by('L3'),
      },
      'X-Lantern-Sign': {
        type: 'string',
        example: '5f0c1f3e5b7a9d2c4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5',
        pattern: /^[0-9a-fA-F]{64}$/,
        secret: true,
        place: 'header',
        signed: false,
        text: { zh: 'HMAC-SHA256 签名。', en: 'The HMAC-SHA256 signature.' },
        source: by('L2'),
      },
    },
    reply: {
      code: {
        type: 'string',
        example: 'OK',
        text: { zh: '返回码。', en: 'The code.' },
        source: by('L4'),
      },
      message: {
        type: 'string',
        example: '成功',
        text: { zh: '返回码的说明。', en: 'What the code means, in words.' },
        source: by('L9'),
      },
    },
  },
  codes: CODES,
  methods: {
    'order.create': {
      title: { zh: '下单', en: 'Create an order' },
      source: by('L5'),
      effect: 'write',
      once: {
        by: ['outTradeNo'],
        forMs: 'ever',
        repeat: 'same-reply',
        made: 'outTradeNo',
        text: {
          zh: '同一 outTradeNo 只产生一个订单。',
          en: 'One outTradeNo makes one order.',
        },
      },
      params: {
        outTradeNo,
        film,
        seats,
        amount,
        mobile: {
          type: 'string',
          example: '18800000804',
          format: 'mobile',
          text: { zh: '取票手机号。', en: 'The mobile number that collects the tickets.' },
          source: by('L5'),
        },
      },
      reply,
      codes: ['CONFLICT', 'UNAVAILABLE', 'FAULT'],
      samples: [
        {
          title: { zh: '下单', en: 'An order' },
          source: by('L5'),
          as: 'cinema01',
          params: {
            outTradeNo: 'T20260102-0001',
            film: '城南旧事',
            seats: 2,
            amount: '79.80',
            mobile: '18800000804',
          },
          gives: 'OK',
        },
        {
          title: { zh: '同一单号，内容不同', en: 'A number that is taken, with other content' },
          source: by('L5'),
          as: 'cinema01',
          params: {
            outTradeNo: 'FIXTURE-1',
            film: '城南旧事',
            seats: 3,
            amount: '79.80',
            mobile: '18800000804',
          },
          gives: 'CONFLICT',
        },
      ],
    },
    'order.read': {
      title: { zh: '查询订单', en: 'Read an order' },
      source: by('L6'),
      effect: 'read',
      at: { http: 'GET', path: '/lantern/v1/orders/{orderId}' },
      params: {
        orderId: { ...orderId, place: 'path' },
        fields: {
          type: 'enum',
          example: 'all',
          values: { all: { zh: '全部字段', en: 'all fields' } },
          optional: true,
          place: 'query',
          text: { zh: '返回的字段。', en: 'Which fields are answered.' },
          source: by('L6'),
        },
      },
      reply: {
        ...reply,
        film: { ...film, optional: true },
        seats: { ...seats, optional: true },
      },
      codes: ['UNKNOWN_ORDER', 'UNAVAILABLE', 'FAULT'],
      samples: [
        {
          title: { zh: '查询一个订单', en: 'An order that is there' },
          source: by('L6'),
          as: 'cinema01',
          params: { orderId: 'L570CDB0E765E8769', fields: 'all' },
          gives: 'OK',
        },
        {
          title: { zh: '不存在的订单', en: 'An order that is not there' },
          source: by('L6'),
          as: 'cinema01',
          params: { orderId: 'L0000000000000000' },
          gives: 'UNKNOWN_ORDER',
        },
      ],
    },
  },
});

export type LanternContract = typeof contract;
export type Method = keyof LanternContract['methods'];
