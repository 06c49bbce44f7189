// What an order of Lantern is: its id, its states, how one begins, and what a partner is told of it.
import { createHash } from 'node:crypto';
import {
  formatYuan,
  type Instant,
  type JsonObject,
  type NewOrder,
  type Order,
  type OrderModel,
  orderId,
  ownerId,
} from 'ordergate/platform';
import { PLATFORM } from './name.ts';

export const STATES = { paid: '已支付', issued: '已出票', refunded: '已退款' } as const;
export type State = keyof typeof STATES;

export const model: OrderModel = {
  states: STATES,
  operatorTransitions: { paid: ['issued', 'refunded'], issued: ['refunded'] },
  lookUpKeys: ({ attributes }) => [['outTradeNo', String(attributes.outTradeNo)]],
  // What a callback tells is kept with its event: the order may have changed when it is sent.
  moved: ({ order, to }) => ({ eventPayload: told({ ...order, state: to }) }),
};

/** One partner's number is one order, so the id is made of both. */
export function idOf(partner: string, outTradeNo: string): string {
  const digest = createHash('sha256').update(`${partner}\n${outTradeNo}`).digest('hex');
  return `L${digest.slice(0, 16).toUpperCase()}`;
}

export interface Begun {
  readonly outTradeNo: string;
  readonly film: string;
  readonly seats: number;
  readonly amountFen: number;
  readonly mobile: string;
  readonly state: State;
  readonly createdAt: Instant;
}

export function newOrder(partner: string, begun: Begun, now: Instant): NewOrder {
  const { state, createdAt, ...attributes } = begun;
  const order: Order = {
    platform: PLATFORM,
    orderId: orderId(idOf(partner, begun.outTradeNo)),
    owner: ownerId(partner),
    state,
    version: 1,
    createdAt,
    updatedAt: now,
    attributes,
    lines: [],
  };
  return { order, keys: model.lookUpKeys(order), actor: 'import', note: null };
}

/** The reply's data, and a callback's body. */
export function told({ orderId, state, attributes }: Order): JsonObject {
  const { outTradeNo = '', amountFen } = attributes;
  return { orderId, outTradeNo, state, amount: formatYuan(Number(amountFen)) };
}
