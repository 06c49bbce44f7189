// The codes of the management API's own errors: cause, remedy, and whether a repeat may help.
import type { Text } from '../protocol/contract.ts';
import { GENERAL_CODES } from './error-codes-general.ts';
import { SANDBOX_CODES } from './error-codes-sandbox.ts';

export interface ErrorCode {
  /** The HTTP statuses that the code comes with. */
  readonly statuses: readonly number[];
  readonly cause: Text;
  readonly remedy: Text;
  /** `never`: the same call gets the same answer until something else has changed. */
  readonly retry: 'never' | 'later';
}

const entry = (
  status: number | readonly number[],
  cause: readonly [zh: string, en: string],
  remedy: readonly [zh: string, en: string],
  retry: ErrorCode['retry'] = 'never',
): ErrorCode => ({
  statuses: typeof status === 'number' ? [status] : status,
  cause: { zh: cause[0], en: cause[1] },
  remedy: { zh: remedy[0], en: remedy[1] },
  retry,
});

const LIST = (what: string, zh: string): [string, string] => [
  `用列表接口查看现有的${zh}。`,
  `List the ${what} that there are.`,
];
const unknown = (zh: string, en: string, plural: string): ErrorCode =>
  entry(404, [`没有这个${zh}。`, `There is no such ${en}.`], LIST(plural, zh));

const SPECIFIC = {
  'unknown-platform': unknown('平台', 'platform', 'platforms'),
  'unknown-order': unknown('订单', 'order', 'orders'),
  'unknown-line': entry(
    [404, 409],
    [
      '订单没有这一行，或有多行而没有指明。',
      'The order has no such line, or has lines and none was named.',
    ],
    ['读取订单，指明其中一行。', 'Read the order, and name one of its lines.'],
  ),
  'unknown-party': unknown('接入方', 'party', 'parties'),
  'unknown-key': unknown('密钥', 'key', "party's keys"),
  'unknown-app': unknown('应用', 'app', "party's apps"),
  'unknown-entry': unknown('条目', 'entry', 'entries'),
  'unknown-token': unknown('令牌', 'token', 'tokens'),
  'unknown-account': unknown('账号', 'account', 'accounts'),
  'unknown-request': unknown('请求记录', 'logged request', 'requests'),
  'unknown-endpoint': unknown('回调地址', 'callback endpoint', 'endpoints'),
  'unknown-listener': unknown('监听器', 'listener', 'listeners'),
  'unknown-sealed': unknown('加密内容', 'sealed text', "order's sealed texts"),
  'unknown-delivery': entry(
    404,
    ['没有这次投递，或它仍在等待发送。', 'There is no such delivery, or it is still pending.'],
    ['列出投递记录；等待中的可立即发送。', 'List the deliveries. Send a pending one at once.'],
  ),
  'needs-second-person': entry(
    409,
    [
      '该操作须由第二个人同意；已登记为待复核。',
      'The call needs a second person, and waits for their answer.',
    ],
    [
      '请另一位操作员在控制台的“待复核”中同意，然后再次执行同一操作。',
      'Have another operator approve it, then make the same call again.',
    ],
    'later',
  ),
  'second-person-refused': entry(
    409,
    ['第二个人拒绝了该操作，没有执行。', 'The second person refused it; nothing was done.'],
    ['与对方确认；再次执行会重新申请。', 'Ask them why. The same call asks anew.'],
  ),
  'same-person': entry(
    403,
    ['申请人不能复核自己的申请。', 'Whoever has asked for it cannot approve it.'],
    ['请另一位操作员复核。', 'Have another operator answer.'],
  ),
  'unknown-approval': unknown('待复核的操作', 'waiting request', 'approvals'),
  'too-many-approvals': entry(
    409,
    [
      '您等待复核的操作太多，本次没有登记。',
      'Too many calls of the caller wait for a second person; this one does not.',
    ],
    ['请先处理等待中的操作。', 'Have those that wait approved or refused first.'],
    'later',
  ),
  'too-many-streams': entry(
    429,
    [
      '这个会话或令牌打开的事件流太多。',
      'The session or the token has too many event streams open.',
    ],
    ['先关闭其中一个。', 'Close one of them first.'],
    'later',
  ),
  'unknown-state': entry(
    400,
    ['该平台没有这个订单状态。', 'The platform has no such state.'],
    ['使用消息中列出的状态之一。', 'Send one of the states that the message lists.'],
  ),
  'state-refuses': entry(
    409,
    ['订单的当前状态不允许这样变更。', "The order's state does not allow the move."],
    ['使用消息中列出的目标状态。', 'Move it to one of the states that the message lists.'],
  ),
  'foreign-order': entry(
    409,
    ['订单属于另一个接入方。', 'The order belongs to another party.'],
    ['检查订单号和接入方。', 'Check the order and the party.'],
  ),
  'too-soon': entry(
    409,
    ['同一操作刚刚执行过。', 'The same was done a moment ago.'],
    ['稍后重试。', 'Try again later.'],
    'later',
  ),
  'order-changed': entry(
    409,
    ['订单在读取之后已变化。', 'The order has changed since it was read.'],
    ['重新读取订单后再操作。', 'Read the order again, and decide anew.'],
  ),
  'other-version': entry(
    412,
    ['If-Match 中的版本已不是当前版本。', 'If-Match names a version that is not the present one.'],
    ['重新读取，用新的 ETag 再试。', 'Read it again, and send its new ETag.'],
  ),
  exists: entry(
    409,
    ['同名的对象已经存在。', 'There is one of that name already.'],
    ['换一个名称，或修改现有的对象。', 'Choose another name, or change the one that is there.'],
  ),
  'key-reused': entry(
    422,
    [
      '这个 Idempotency-Key 已用于另一个报文。',
      'The Idempotency-Key came with another body before.',
    ],
    ['每个新的请求使用新的键。', 'Use a new key for each new request.'],
  ),
  'bad-order': entry(
    400,
    ['订单的某个字段不合法。', 'A field of the order is malformed.'],
    ['按消息修正该字段。', 'Correct the field that the message names.'],
  ),
  'bad-party': entry(
    400,
    ['接入方不符合平台的规则。', 'The party breaks a rule of its platform.'],
    ['按消息修正该字段。', 'Correct the field that the message names.'],
  ),
  'bad-key': entry(
    400,
    ['密钥太短、公开，或已被使用。', 'The secret is too short, public, or in use.'],
    ['不传 secret，由服务器生成一个。', 'Leave secret out, and the server makes one.'],
  ),
  'bad-entry': entry(
    400,
    ['目录条目不符合平台的规则。', 'The catalog entry breaks a rule of its platform.'],
    ['按消息修正该字段。', 'Correct the field that the message names.'],
  ),
  'bad-endpoint': entry(
    400,
    [
      '回调地址不能使用，或设置不合法。',
      'The endpoint cannot be posted to, or a setting is malformed.',
    ],
    [
      '使用公网可达的 https 地址；按消息修正。',
      'Use an https address that is public. Correct what the message names.',
    ],
  ),
  'no-apps': entry(
    400,
    ['该平台的接入方没有应用。', 'Parties of this platform have no apps of their own.'],
    ['直接修改接入方。', 'Change the party itself.'],
  ),
  'drops-apps': entry(
    409,
    ['这个变更会删除应用。', 'The change would remove apps.'],
    ['逐个修改应用，或传 replace=true。', 'Change one app at a time, or send replace=true.'],
  ),
  'unknown-alarm': unknown('告警', 'alarm', 'alarms'),
  'unknown-alarm-rule': unknown('告警规则', 'rule of alarms', 'rules'),
  'unknown-alarm-channel': unknown('通知渠道', 'channel of alarms', 'channels'),
  'bad-alarm': entry(
    400,
    ['告警规则或通知渠道的某个字段不合法。', 'A field of the rule or the channel does not fit.'],
    ['按消息修正该字段。', 'Correct the field that the message names.'],
  ),
  'alarm-channel-in-use': entry(
    409,
    ['仍有规则使用这个通知渠道。', 'Rules use the channel still.'],
    ['先从这些规则中移除它。', 'Take it out of these rules first.'],
  ),
  'too-many-keys': entry(
    409,
    ['接入方的有效密钥已达上限。', 'The party has as many live keys as it may.'],
    ['先停用一个旧密钥。', 'End an old key first.'],
  ),
  'only-key': entry(
    409,
    ['这是接入方唯一有效的密钥。', "It is the party's only live key."],
    ['先轮换出新密钥。', 'Rotate to a new key first.'],
  ),
  'last-admin': entry(
    409,
    ['这是最后一个管理员账号。', 'It is the last account of an admin.'],
    ['先设置另一个管理员。', 'Make another admin first.'],
  ),
  'no-account': entry(
    403,
    ['调用方是令牌，没有账号。', 'The caller is a token, which has no account.'],
    ['以账号登录后再操作。', 'Sign in with an account.'],
  ),
  'wrong-password': entry(
    403,
    ['密码错误。', 'The password is wrong.'],
    ['检查密码；忘记时请管理员重置。', 'Check it. If you forgot it, have an admin reset it.'],
  ),
  'delivery-under-way': entry(
    409,
    ['这次投递正在发送。', 'The delivery is being sent at this moment.'],
    ['稍后读取投递，查看结果。', 'Read the delivery in a moment, and see how it went.'],
    'later',
  ),
  'delivery-ended': entry(
    409,
    ['这次投递已经结束。', 'The delivery has ended.'],
    ['需要时用 replay 再次发送。', 'Replay it, if it shall be sent again.'],
  ),
  'delivery-waits': entry(
    409,
    ['同一订单较早的投递尚未完成。', 'An earlier delivery has to go out first.'],
    ['先处理消息中指出的投递。', 'See to the delivery that the message names first.'],
    'later',
  ),
  'unknown-job': unknown('重发任务', 'job of a replay', 'jobs'),
  'wrong-code': entry(
    403,
    ['验证码错误或已过期。', 'The code of the second factor is wrong or too old.'],
    [
      '使用验证器当前显示的验证码，并校准手机时钟。',
      "Send the code that the app shows now. Check the phone's clock.",
    ],
  ),
  'listener-taken': entry(
    409,
    [
      '监听器被再次打开，此会话已结束。',
      'Somebody has opened the listener again, and this session has ended.',
    ],
    [
      '使用另一个名称，或重新打开以接管它。',
      'Take another name, or open it again, which takes it over.',
    ],
  ),
  'endpoint-off': entry(
    409,
    ['投递的回调地址已停用。', "The delivery's endpoint is switched off."],
    ['先启用回调地址。', 'Switch the endpoint on first.'],
  ),
  'endpoint-deleted': entry(
    409,
    ['投递的回调地址已删除。', "The delivery's endpoint was deleted."],
    ['重建地址后，用 replay 按时间重发。', 'Make the endpoint anew, and replay a range of time.'],
  ),
} as const satisfies Record<string, ErrorCode>;

/** Every code of an answer below /manage/v1. One that is missing here does not compile where it is thrown. */
export const ERROR_CODES = { ...GENERAL_CODES, ...SPECIFIC, ...SANDBOX_CODES };

export type ErrorCodeName = keyof typeof ERROR_CODES;
