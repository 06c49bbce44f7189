// The contract: envelope, methods, fields and samples. Validation, client and reference are made from it.
import { defineContract } from 'ordergate/platform';
import { CODES } from './codes.ts';
import { PLATFORM } from './name.ts';

// LEFT: replace envelope and methods by the vendor's; name a document or a clause as each source
const by = (clause: string) => ({ settled: clause }) as const;

const number = {
  type: 'string',
  example: 'A20260102-0001',
  pattern: /^[0-9A-Za-z-]{1,32}$/,
  text: { zh: '调用方自己的订单号。', en: "The party's own number of the order." },
  source: by('N5'),
} as const;
const amount = {
  type: 'string',
  example: '79.80',
  format: 'yuan',
  text: { zh: '金额，单位元。', en: 'The amount in yuan.' },
  source: by('N5'),
} as const;
const state = {
  type: 'enum',
  example: 'open',
  values: {
    open: { zh: '待处理', en: 'open' },
    done: { zh: '已完成', en: 'done' },
    cancelled: { zh: '已取消', en: 'cancelled' },
  },
  text: { zh: '订单状态。', en: 'The state of the order.' },
  source: by('N7'),
} as const;
const reply = { number, amount, state } as const;
const header = { type: 'string', place: 'header', source: by('N1') } as const;

export const contract = defineContract({
  name: PLATFORM,
  title: { zh: 'Skeleton 平台', en: 'Skeleton' },
  algorithm: 'hmac-sha256',
  success: 'OK',
  envelope: {
    http: 'POST',
    path: '/skeleton/v1/orders',
    request: {
      'X-Skeleton-Party': {
        ...header,
        example: 'party01',
        pattern: /^[0-9A-Za-z]{1,32}$/,
        signed: false,
        text: { zh: '调用方编号。', en: 'The id of the party.' },
      },
      'X-Skeleton-Time': {
        ...header,
        example: '1767323045',
        pattern: /^\d{10}$/,
        signed: true,
        text: { zh: '时间戳，单位秒。', en: 'The time in seconds since 1970.' },
      },
      'X-Skeleton-Sign': {
        ...header,
        example: '5f0c1f3e5b7a9d2c4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5',
        pattern: /^[0-9a-f]{64}$/,
        secret: true,
        signed: false,
        text: { zh: 'HMAC-SHA256 签名。', en: 'The HMAC-SHA256 signature.' },
      },
    },
    reply: {
      code: {
        type: 'string',
        example: 'OK',
        text: { zh: '返回码。', en: 'The code.' },
        source: by('N4'),
      },
      message: {
        type: 'string',
        example: '成功',
        text: { zh: '返回码的说明。', en: 'What the code means, in words.' },
        source: by('N4'),
      },
    },
  },
  codes: CODES,
  methods: {
    'order.create': {
      title: { zh: '下单', en: 'Create an order' },
      source: by('N5'),
      effect: 'write',
      once: {
        by: ['number'],
        forMs: 'ever',
        repeat: 'same-reply',
        made: 'number',
        text: { zh: '同一订单号只产生一个订单。', en: 'One number makes one order.' },
      },
      params: { number, amount },
      reply,
      codes: ['CONFLICT', 'UNAVAILABLE', 'FAULT'],
      samples: [
        {
          title: { zh: '下单', en: 'An order' },
          source: by('N5'),
          as: 'party01',
          params: { number: 'A20260102-0001', amount: '79.80' },
          gives: 'OK',
        },
        {
          title: { zh: '同一订单号，金额不同', en: 'A number that is taken, with another amount' },
          source: by('N5'),
          as: 'party01',
          params: { number: 'FIXTURE-1', amount: '1.00' },
          gives: 'CONFLICT',
        },
      ],
    },
    'order.read': {
      title: { zh: '查询订单', en: 'Read an order' },
      source: by('N6'),
      effect: 'read',
      at: { http: 'POST', path: '/skeleton/v1/orders/query' },
      params: { number },
      reply,
      codes: ['UNKNOWN_ORDER', 'UNAVAILABLE', 'FAULT'],
      samples: [
        {
          title: { zh: '查询一个订单', en: 'An order that exists' },
          source: by('N6'),
          as: 'party01',
          params: { number: 'FIXTURE-1' },
          gives: 'OK',
        },
        {
          title: { zh: '不存在的订单', en: 'An order that does not exist' },
          source: by('N6'),
          as: 'party01',
          params: { number: 'NOTHING-1' },
          gives: 'UNKNOWN_ORDER',
        },
      ],
    },
  },
});

export type SkeletonContract = typeof contract;
export type Method = keyof SkeletonContract['methods'];

export const pathOf = (method: Method): string =>
  method === 'order.read' ? contract.methods[method].at.path : contract.envelope.path;
