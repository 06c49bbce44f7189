// The clauses that callers of every platform are judged by, beside those that a platform states.
import type { CallerClause, CallerRules } from '../../protocol/caller-rules.ts';
import type { TrialName } from './recorded.ts';

export interface TrialClause extends CallerClause {
  /** The trial that judges it; `all`: every call of every trial. */
  readonly trial: TrialName | 'all';
}

const JOB_DONE: TrialClause = {
  id: 'job-done',
  trial: 'plain',
  text: {
    zh: '一切正常时，调用方完成任务并以退出码 0 结束',
    en: 'Where nothing goes wrong, the caller does its job and ends with exit code 0',
  },
};
const AFTER_TIMEOUT: TrialClause = {
  id: 'after-a-timeout',
  trial: 'reset',
  text: {
    zh: '写调用没有收到答复时，结果是未知的：调用方重发同一调用或查询结果，而不是当作成功或失败',
    en: 'A write without a reply has an unknown result: the caller sends the same call again, or asks for the result, and takes it neither as done nor as failed',
  },
};
const NO_SECOND_CHANGE: TrialClause = {
  id: 'no-second-change',
  trial: 'reset',
  text: {
    zh: '没有收到答复之后，订单只被改变一次',
    en: 'After a lost reply the order has been changed once',
  },
};
const REFUSAL_FINAL: TrialClause = {
  id: 'refusal-is-final',
  trial: 'refusal',
  text: {
    zh: '被明确拒绝的写调用不再重发',
    en: 'A write that was refused for good is not sent again',
  },
};
const GARBAGE: TrialClause = {
  id: 'garbage-in-200',
  trial: 'garbage',
  text: {
    zh: 'HTTP 200 但内容无法识别，不算成功：调用方重发、查询或以失败结束',
    en: 'HTTP 200 with a body that is no reply of the platform is no success: the caller sends again, asks, or fails',
  },
};

const callback = (
  id: string,
  zh: string,
  en: string,
  trial: TrialName = 'callbacks',
): TrialClause => ({ id, trial, text: { zh, en } });

const TAKEN = callback(
  'callback-taken',
  '回调以 2xx 确认，并被处理（taken）',
  'A callback is acknowledged with a 2xx status, and taken',
);
const DUPLICATE = callback(
  'callback-duplicate',
  '同一回调再次到达时确认，但只处理一次',
  'The same callback that comes again is acknowledged, and taken once',
);

export const SIGNED_CALLBACKS: readonly TrialClause[] = [
  TAKEN,
  DUPLICATE,
  callback(
    'callback-older',
    '迟到的旧状态不覆盖新状态',
    'An older state that arrives late does not replace the newer one',
  ),
  callback(
    'callback-forged',
    '签名不对的回调不确认，也不处理',
    'A callback whose signature is wrong is neither acknowledged nor taken',
  ),
  callback(
    'callback-replayed',
    '一小时前签名的回调不确认，也不处理',
    'A callback that was signed an hour ago is neither acknowledged nor taken',
  ),
];

/** All clauses for callers of a platform, in the order of the report. */
export function callerClauses(rules: CallerRules): readonly TrialClause[] {
  const { signature, checks, repeat, refusal, limit, callbacks } = rules;
  const in_ = (trial: TrialClause['trial'], clause: CallerClause): TrialClause => ({
    ...clause,
    trial,
  });
  return [
    JOB_DONE,
    in_('all', signature),
    ...checks.map((check) => in_('all', check)),
    AFTER_TIMEOUT,
    in_('reset', repeat),
    NO_SECOND_CHANGE,
    in_('refusal', refusal),
    REFUSAL_FINAL,
    GARBAGE,
    in_('limit', limit),
    ...(callbacks.kind === 'signed'
      ? SIGNED_CALLBACKS
      : [TAKEN, DUPLICATE, in_('forged', callbacks.isAsked)]),
  ];
}
