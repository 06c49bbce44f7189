// orderSts (003, 响应参数): the four states of an order, and what an operator may do in each.
import type { Transitions } from '../../core/transitions.ts';

/** "发送结果错误码 1:充值成功 -1:充值失败 0: 充值中 -2: 已退款" */
export const STATES = {
  '1': '充值成功',
  '-1': '充值失败',
  '0': '充值中',
  '-2': '已退款',
} as const;

export type State = keyof typeof STATES;

/** An order gets one result, which only a refund can follow. [ours] */
export const OPERATOR_TRANSITIONS: Transitions = {
  '0': ['1', '-1', '-2'],
  '1': ['-2'],
  '-1': ['-2'],
};

/** Words that an operator may write for the document's numbers. */
export const STATE_WORDS: Readonly<Record<string, State>> = {
  processing: '0',
  succeeded: '1',
  failed: '-1',
  refunded: '-2',
};

/**
 * The remark where none was given. Of a success it is the operator's serial number ("交易成功时候,
 * remark表示是运营商流水号"), "其他情况就是参考意义".
 */
export const REMARKS: Readonly<Record<State, string>> = {
  '1': '成功',
  '-1': '充值失败',
  '0': '充值中',
  '-2': '已退款',
};
