// States of an order line (订单行), its kinds of goods, its refund states, and operators' moves.
import type { Transitions } from '../../core/transitions.ts';

/** The states of a line. An order of virtual goods has its lines' state, or `mixed`. */
export const LINE_STATES = {
  unshipped: '未发货',
  shipped: '已发货',
  received: '已收货',
  refunded: '已退款',
  returned: '已退货',
  'oms-failure': '订单系统异常',
} as const;
export type LineState = keyof typeof LINE_STATES;

/** Moves that keep the line's state and change its refund. */
export const REFUND_MOVES = {
  'refund-started': 'started',
  'refund-refused': 'refused',
} as const satisfies Record<string, Refund>;
export type RefundMove = keyof typeof REFUND_MOVES;

export const STATES = {
  ...LINE_STATES,
  'refund-started': '退款中',
  'refund-refused': '退款被拒',
  mixed: '各订单行状态不同',
  subscribed: '已订购',
} as const;

export const FULFILMENTS = {
  card: '卡密',
  sms: '短信',
  recharge: '充值',
  gift: '赠品',
  parcel: '实物',
} as const;
export type Fulfilment = keyof typeof FULFILMENTS;

export type Refund = 'none' | 'started' | 'done' | 'refused';
export const REFUNDS: readonly Refund[] = ['none', 'started', 'done', 'refused'];

/** Who began the refund: the 100 minutes, a failed top-up, or a person in the shop. */
export type RefundCause = 'overdue' | 'recharge-failed' | 'other';
export const REFUND_CAUSES: readonly RefundCause[] = ['overdue', 'recharge-failed', 'other'];

/** 服务市场订单类型: 1新订;2续订;3升级 */
export const CATEGORIES = { 1: '新订', 2: '续订', 3: '升级' } as const;
export type Category = keyof typeof CATEGORIES;
export const isCategory = (text: string): boolean => Object.hasOwn(CATEGORIES, text);

/** The documents define partners' reports, but not what an operator may do. [ours] */
export const OPERATOR_TRANSITIONS: Transitions = {
  unshipped: ['shipped', 'refund-started', 'refund-refused', 'refunded', 'returned', 'oms-failure'],
  shipped: ['received', 'refund-started', 'refund-refused', 'refunded', 'returned'],
  received: ['refund-started', 'refund-refused', 'refunded', 'returned'],
  'oms-failure': ['unshipped', 'shipped', 'refunded'],
};
