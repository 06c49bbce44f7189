// The codes that endpoints of a sandbox alone answer with.
import type { ErrorCode } from './error-codes.ts';

export const SANDBOX_CODES = {
  'no-deadline': {
    statuses: [409],
    cause: { zh: '没有任何订单带有时限。', en: 'No order has a deadline.' },
    remedy: {
      zh: '先让订单进入带时限的状态，例如导入一个已付款的订单。',
      en: 'Bring an order into a state with a deadline first, such as by importing one that is paid.',
    },
    retry: 'never',
  },
  'bad-force': {
    statuses: [400],
    cause: { zh: '强制规则写法不对，或已过期。', en: 'The force is malformed, or over already.' },
    remedy: {
      zh: '按消息修正；docs/zh/sandbox.md 列出全部写法。',
      en: 'Correct what the message names. docs/sandbox.md lists all forms.',
    },
    retry: 'never',
  },
  'too-many-forces': {
    statuses: [409],
    cause: { zh: '沙箱的强制规则已达上限。', en: 'The sandbox has as many forces as it may.' },
    remedy: { zh: '先删除一条。', en: 'Remove one first.' },
    retry: 'never',
  },
  'unknown-scenario': {
    statuses: [404],
    cause: { zh: '没有这个场景。', en: 'There is no such scenario.' },
    remedy: { zh: '用列表接口查看现有的场景。', en: 'List the scenarios that there are.' },
    retry: 'never',
  },
  'unknown-run': {
    statuses: [404],
    cause: { zh: '没有这次场景运行。', en: 'There is no such run of a scenario.' },
    remedy: { zh: '用列表接口查看保留的运行记录。', en: 'List the runs that the node keeps.' },
    retry: 'never',
  },
  'bad-scenario': {
    statuses: [400],
    cause: { zh: '这段内容不是有效的场景文件。', en: 'The text is no scenario.' },
    remedy: {
      zh: '按消息指出的步骤和行号修改。',
      en: 'Correct the step and the line that the message names.',
    },
    retry: 'never',
  },
  'scenario-runs': {
    statuses: [409],
    cause: { zh: '已有一个场景正在运行。', en: 'Another scenario is under way.' },
    remedy: { zh: '等它结束，或先停止它。', en: 'Wait until it has ended, or stop it.' },
    retry: 'later',
  },
} as const satisfies Record<string, ErrorCode>;
