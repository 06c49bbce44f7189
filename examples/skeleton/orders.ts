// What an order is: its states, its key, how one begins, and what its party learns of it.
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

// LEFT: name the vendor's states, and the moves that an operator may make
export const STATES = { open: '待处理', done: '已完成', cancelled: '已取消' } as const;
export type State = keyof typeof STATES;

export const model: OrderModel = {
  states: STATES,
  operatorTransitions: { open: ['done', 'cancelled'] },
  lookUpKeys: ({ attributes }) => [['number', String(attributes.number)]],
};

/** Two parties may use the same number, so the id holds both. */
export const idOf = (party: string, number: string) => orderId(`${party}.${number}`);

export interface Begun {
  readonly number: string;
  readonly amountFen: number;
  readonly state: State;
  readonly createdAt: Instant;
}

export function newOrder(party: string, begun: Begun, now: Instant): NewOrder {
  const { state, createdAt, ...attributes } = begun;
  const order: Order = {
    platform: PLATFORM,
    orderId: idOf(party, begun.number),
    owner: ownerId(party),
    state,
    version: 1,
    createdAt,
    updatedAt: now,
    attributes,
    lines: [],
  };
  return { order, keys: model.lookUpKeys(order), actor: 'import', note: null };
}

/** The `data` of a reply. */
export function told({ state, attributes: { number = '', amountFen } }: Order): JsonObject {
  return { number, amount: formatYuan(Number(amountFen)), state };
}
