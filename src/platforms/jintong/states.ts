// 订单状态 (001, 3.5): the 22 states, the effect of each action in each state, and operators' moves.
import type { ActionTable, Transitions } from '../../core/transitions.ts';

export const STATES = {
  A: '平台审核',
  B: '供应审核',
  C: '等待支付',
  D: '支付成功',
  E: '出票完成',
  I: '支付失败',
  J: '审核退回',
  K: '暂不能出票',
  L: '已快钱支付到平台',
  M: '退款处理中',
  N: '退款完成',
  O: '取消订单',
  P: '取消订单',
  Q: '暂不能废票',
  R: '暂不能退票',
  S: '取消成功-退款中',
  U: '申请退票',
  V: '申请废票',
  W: 'K 位政策',
  Z: '改期升舱',
  G: '未支付取消订单',
  '-': '空订单状态',
} as const;

export type State = keyof typeof STATES;

/** Allowed while somebody on the platform's side must act; the state stays. [ours] */
export const HASTEN: ActionTable<State> = {
  A: 'A',
  B: 'B',
  D: 'D',
  K: 'K',
  L: 'L',
  M: 'M',
  Q: 'Q',
  R: 'R',
  S: 'S',
  U: 'U',
  V: 'V',
  W: 'W',
  Z: 'Z',
};

/**
 * Unpaid orders end; for paid orders the refund begins, which an operator continues to M and N.
 * [ours]
 */
export const CANCEL: ActionTable<State> = {
  A: 'G',
  B: 'G',
  C: 'G',
  I: 'G',
  J: 'G',
  W: 'G',
  D: 'S',
  K: 'S',
  L: 'S',
};

/**
 * The sequence of states of a flight order, inferred from their names. The documents do not define
 * it. [ours]
 */
export const OPERATOR_TRANSITIONS: Transitions = {
  '-': ['A'],
  A: ['B', 'C', 'J', 'W', 'O', 'P'],
  B: ['C', 'J', 'K', 'W', 'O', 'P'],
  J: ['A', 'O', 'P'],
  W: ['B', 'C', 'O', 'P'],
  C: ['D', 'L', 'I', 'G', 'O', 'P'],
  I: ['C', 'D', 'L', 'G', 'O', 'P'],
  L: ['D', 'E', 'K', 'S'],
  D: ['E', 'K', 'S'],
  K: ['D', 'E', 'S'],
  E: ['U', 'V', 'Z'],
  U: ['M', 'R'],
  R: ['U', 'M', 'E'],
  V: ['M', 'Q'],
  Q: ['V', 'M', 'E'],
  Z: ['E', 'K'],
  S: ['M'],
  M: ['N'],
};
