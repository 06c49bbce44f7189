// Judges what was seen of a caller: for each clause, whether it holds, and which call shows it.
import type { CallerRules } from '../../protocol/caller-rules.ts';
import type { Text } from '../../protocol/contract.ts';
import { fault } from '../compare.ts';
import type { Fault } from '../verdict.ts';
import type { TrialClause } from './clauses.ts';
import type { Observed, Post, Recorded } from './recorded.ts';

export interface Finding {
  /** Null: it cannot be said. */
  readonly holds: boolean | null;
  readonly note: Text | null;
  readonly faults: readonly Fault[];
  readonly call?: Recorded | undefined;
  readonly post?: Post | undefined;
}

const right: Finding = { holds: true, note: null, faults: [] };
const wrong = (zh: string, en: string, its: Partial<Finding> = {}): Finding => ({
  ...{ holds: false, faults: [], note: { zh, en } },
  ...its,
});
const unknown = (zh: string, en: string): Finding => ({
  ...{ holds: null, faults: [], note: { zh, en } },
});

const NOT_SEEN = unknown('没有收到这项试验的调用', 'No call of this trial came');
const END_NOT_SEEN = unknown(
  '看不到调用方的结果：只有用 --command 运行的程序才能判定',
  'What the caller made of it is not seen: only a program under --command can be judged',
);

export function findingOf(
  clause: TrialClause,
  rules: CallerRules,
  observed: readonly Observed[],
): Finding {
  const all = observed.flatMap(({ calls }) => calls);
  if (clause.trial === 'all') return ofEveryCall(clause, rules, all);
  const its = observed.find(({ trial }) => trial === clause.trial);
  if (!its) return NOT_SEEN;
  if (its.calls.length === 0) {
    if (its.exit === undefined) return NOT_SEEN;
    return wrong(`没有收到任何调用${saidZh(its)}`, `No call came${said(its)}`);
  }
  return (JUDGES[clause.id] ?? judgeLimit)(its, rules);
}

const said = ({ said: text }: Observed): string =>
  text === '' ? '' : `. The caller wrote: ${text.slice(-300)}`;
const saidZh = ({ said: text }: Observed): string =>
  text === '' ? '' : `。调用方输出：${text.slice(-300)}`;

function ofEveryCall(
  { id }: TrialClause,
  { signature, checks }: CallerRules,
  calls: readonly Recorded[],
): Finding {
  if (calls.length === 0) return NOT_SEEN;
  if (id === signature.id) {
    const call = calls.find(({ code }) => code !== null && signature.codes.includes(code));
    if (!call) return right;
    const faults = [{ ...fault('code', `≠ ${call.code}`, call.code), differsAt: null }];
    return { ...right, holds: false, faults, call };
  }
  const check = checks.find((one) => one.id === id);
  for (const call of calls) {
    const found = check?.fault(call);
    if (found) {
      return {
        ...right,
        holds: false,
        faults: [fault(found.what, found.expected, found.got, call.body)],
        call,
      };
    }
  }
  return right;
}

const writesOf = ({ calls }: Observed, { write }: CallerRules): readonly Recorded[] =>
  calls.filter(({ method }) => method === write);

const exitFault = (expected: string, exit: number | null): Fault => ({
  ...{ what: 'exit code', expected, got: exit === null ? '(stopped)' : String(exit) },
  differsAt: null,
  byte: null,
});

type Judge = (its: Observed, rules: CallerRules) => Finding;

const afterFirst = (its: Observed, rules: CallerRules): readonly Recorded[] => {
  const first = its.calls.findIndex(({ method }) => method === rules.write);
  return first < 0 ? [] : its.calls.slice(first + 1);
};

const JUDGES: Readonly<Record<string, Judge>> = {
  'job-done'(its, rules) {
    const writes = writesOf(its, rules);
    if (writes.length === 0) {
      return wrong(`没有调用 ${rules.write}`, `${rules.write} was not called`);
    }
    const last = writes.at(-1)!;
    if (its.exit === undefined) return its.changes === 1 ? right : END_NOT_SEEN;
    if (its.exit === 0 && its.changes !== 0) return right;
    return wrong(`任务没有完成${saidZh(its)}`, `The job was not done${said(its)}`, {
      faults: [exitFault('0', its.exit)],
      call: last,
    });
  },
  'after-a-timeout'(its, rules) {
    const [first] = writesOf(its, rules);
    const later = afterFirst(its, rules);
    if (later.length === 0) {
      return wrong(
        '没有收到答复之后，调用方既没有重发，也没有查询',
        'After the lost reply the caller neither sent again nor asked',
        { call: first },
      );
    }
    if (its.exit === undefined || its.exit === 0) return right;
    return wrong(
      `平台已执行该调用，调用方却以失败告终${saidZh(its)}`,
      `The platform has carried the call out, and the caller ended with a failure${said(its)}`,
      { faults: [exitFault('0', its.exit)], call: later.at(-1) },
    );
  },
  'repeat-is-the-same-call'(its, rules) {
    const [first, ...repeats] = writesOf(its, rules);
    if (!first || repeats.length === 0) {
      return unknown('调用方没有重发', 'The caller did not send the write again');
    }
    const same = rules.repeat.sameOf(first);
    const other = repeats.find((one) => rules.repeat.sameOf(one) !== same);
    if (!other) return right;
    return wrong('重发的调用与第一次不同', 'A later attempt is not the first call', {
      faults: [fault('call', same, rules.repeat.sameOf(other), other.body)],
      call: other,
    });
  },
  'no-second-change'(its, rules) {
    if (its.changes === null) return NOT_SEEN;
    if (its.changes <= 1) return right;
    return wrong(`订单被改变了 ${its.changes} 次`, `The order was changed ${its.changes} times`, {
      call: writesOf(its, rules).at(-1),
    });
  },
  'refusal-in-200'(its, rules) {
    if (its.exit === undefined) return END_NOT_SEEN;
    const [first] = writesOf(its, rules);
    if (its.exit !== 0) return right;
    return wrong('调用方把拒绝当作成功', 'The caller took the refusal for a success', {
      faults: [exitFault('≠ 0', its.exit)],
      call: first,
    });
  },
  'refusal-is-final'(its, rules) {
    const writes = writesOf(its, rules);
    if (writes.length <= 1) return right;
    return wrong(
      `被拒绝之后又发送了 ${writes.length - 1} 次`,
      `The write was sent ${writes.length - 1} more times after its refusal`,
      { call: writes[1] },
    );
  },
  'garbage-in-200'(its, rules) {
    if (afterFirst(its, rules).length > 0) return right;
    if (its.exit === undefined) return END_NOT_SEEN;
    if (its.exit !== 0) return right;
    return wrong(
      '调用方把无法识别的答复当作成功',
      'The caller took an unreadable reply for a success',
      { faults: [exitFault('≠ 0', its.exit)], call: writesOf(its, rules)[0] },
    );
  },
  'callback-taken': ofPost(
    'first',
    ({ status, taken }) => isAcknowledged(status) && taken.length === 1,
    {
      zh: '回调没有被确认，或没有打印 taken 行',
      en: 'The callback was not acknowledged, or no line `taken ORDER STATE` was printed',
    },
  ),
  'callback-duplicate': ofPost(
    'again',
    ({ status, taken }) => isAcknowledged(status) && taken.length === 0,
    {
      zh: '重复的回调没有被确认，或又处理了一次',
      en: 'The duplicate was not acknowledged, or it was taken a second time',
    },
  ),
  'callback-older': ofPost('older', ({ taken }) => taken.length === 0, {
    zh: '迟到的旧状态被当作新状态处理',
    en: 'An older state that came late was taken as a new one',
  }),
  'callback-forged': ofPost('forged', ({ taken }) => taken.length === 0, {
    zh: '伪造的回调被处理',
    en: 'A forged callback was taken',
  }),
  'callback-replayed': ofPost(
    'replayed',
    ({ status, taken }) => !isAcknowledged(status) && taken.length === 0,
    {
      zh: '一小时前签名的回调被确认或处理',
      en: 'A callback that was signed an hour ago was acknowledged or taken',
    },
  ),
};

/** What a caller answers and prints. */
const EXPECTED: Readonly<Record<Post['kind'], string>> = {
  first: 'HTTP 2xx, taken 1',
  again: 'HTTP 2xx, taken 0',
  newest: 'HTTP 2xx, taken 1',
  older: 'taken 0',
  forged: 'taken 0',
  replayed: 'HTTP 4xx, taken 0',
};

function isAcknowledged(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function ofPost(kind: Post['kind'], isRight: (post: Post) => boolean, note: Text): Judge {
  return ({ posts, exit }) => {
    const post = posts.find((one) => one.kind === kind);
    if (!post) return unknown('没有发出回调', 'No callback was sent');
    // Without the caller's own words, only its status is seen.
    const seen = exit === undefined ? { ...post, taken: kind === 'first' ? ['?'] : [] } : post;
    if (isRight(seen)) return exit === undefined && kind !== 'first' ? END_NOT_SEEN : right;
    const got = `HTTP ${post.status ?? '-'}, taken ${post.taken.length}`;
    const expected = EXPECTED[kind];
    return {
      ...wrong(note.zh, note.en),
      faults: [{ what: 'callback', expected, got, differsAt: null, byte: null }],
      post,
    };
  };
}

function judgeLimit({ calls }: Observed, { limit }: CallerRules): Finding {
  const [first, next] = calls.filter(({ method }) => method === limit.method);
  if (!first) return NOT_SEEN;
  if (!next || next.at - first.at >= limit.waitMs) return right;
  const seconds = (next.at - first.at) / 1000;
  return wrong(
    `被限制后 ${seconds} 秒就再次调用，应等 ${limit.waitMs / 1000} 秒`,
    `The call came again after ${seconds} s; the limit asks for ${limit.waitMs / 1000} s`,
    { call: next },
  );
}
