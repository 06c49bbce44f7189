// Why a clause is skipped, in both languages.
import type { ServerState } from '../protocol/clause.ts';
import type { Text } from '../protocol/contract.ts';

export const USED_UP: Text = {
  zh: '该条款之前的调用已被同一错误码拒绝：限额在本次运行之前就已用完，或同一订单刚被调用过',
  en: 'An earlier call of this clause was refused with the very code that it expects: the limit was used up before this run',
};
export const NO_OVERLAP: Text = {
  zh: '两次调用没有重叠：服务器先答完第一次才开始第二次，因此无法判断并发限制',
  en: 'The two calls did not overlap: the server answered the first before it began the second, so that a limit of calls at once cannot be judged',
};
export const NO_CLOCK: Text = {
  zh: '目标没有可拨动的时钟（clock）',
  en: 'The target has no clock that can be moved (clock)',
};
export const NO_FIXTURES: Text = {
  zh: '该条款需要订单，而目标没有备好数据，也没有制作数据的命令（fixtures）',
  en: 'The clause needs orders, and the target has neither these nor a command that makes them (fixtures)',
};
export const NO_SUCH_ORDER: Text = {
  zh: '目标的 fixtures.rows 中没有该条款所需的、尚未用过的订单',
  en: 'The fixtures.rows of the target hold no unused order as the clause needs it',
};
export const READ_ONLY_WRITE: Text = {
  zh: '--read-only：该条款调用写方法，或调用契约之外的方法',
  en: '--read-only: the clause calls a method that writes, or one that no contract knows',
};
export const READ_ONLY_LOAD: Text = {
  zh: '--read-only：该条款会触及限额，或发送大报文',
  en: '--read-only: the clause reaches a limit, or sends a large body',
};
export const READ_ONLY_STATE: Text = {
  zh: '--read-only：该条款会改动服务器的时钟、数据或状态',
  en: "--read-only: the clause changes the server's clock, data or state",
};

export const noSecret = (party: string): Text => ({
  zh: `目标没有调用方 ${party} 的密钥（parties）`,
  en: `The target has no credentials of party ${party} (parties)`,
});
export const notClaimed = (method: string): Text => ({
  zh: `目标未声明支持方法 ${method}（methods）`,
  en: `The target does not claim the method ${method} (methods)`,
});
export const noState = (state: ServerState): Text => ({
  zh: `目标没有让服务器进入状态 ${state} 的命令（states）`,
  en: `The target has no command that brings the server into the state ${state} (states)`,
});
export const notMade = (problem: string): Text => ({
  zh: `服务器没有接受该条款的数据：${problem}`,
  en: `The server did not take the data of the clause: ${problem}`,
});
export const noValue = (value: string): Text => ({
  zh: `目标未说明它以什么值对应条款中的 ${value}（values）`,
  en: `The target does not say what it has for ${value} of the clauses (values)`,
});
