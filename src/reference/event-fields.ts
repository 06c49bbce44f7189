// What every callback to a registered endpoint carries, as fields, for the event catalogue.
import type { Fields, TextField } from '../protocol/contract.ts';

const OURS = { document: 'docs/callbacks.md' } as const;

const field = (
  example: string,
  zh: string,
  en: string,
  rest: Partial<Pick<TextField, 'place'>> = {},
): TextField => ({ type: 'string', example, text: { zh, en }, source: OURS, ...rest });

const header = (example: string, zh: string, en: string): TextField =>
  field(example, zh, en, { place: 'header' });

export const MESSAGE_FIELDS: Fields = {
  'webhook-id': header(
    'msg_QztgUJZ054YCIoGss5tL',
    '消息编号；重发和重放时不变，用于去重。',
    'The id of the message: the same in repeats and replays, so that you can drop what you know.',
  ),
  'webhook-timestamp': header('1767323046', '发送时间，秒。', 'When it is sent, in seconds.'),
  'webhook-signature': header(
    'v1,xaW0Q1p/gSqOdaUUXK4eA+JQVN9VAAqFjd+aaHcn3pY=',
    'Standard Webhooks 签名：对“编号.时间.报文”的 HMAC-SHA256。',
    'The signature of Standard Webhooks: HMAC-SHA256 over id, timestamp and body.',
  ),
  type: field('order.moved', '事件类型。', 'The type of the event.'),
  timestamp: field(
    '2026-01-02T03:04:05.678Z',
    '变更发生的时间（UTC）。',
    'When the change was made, in UTC.',
  ),
  data: {
    type: 'group',
    fields: {
      platform: field('jintong', '平台。', 'The platform.'),
      orderId: field('15112480268', '订单编号。', 'The id of the order.'),
      party: field('jane88', '订单的接入方。', 'The party to whom the order belongs.'),
      version: {
        type: 'integer',
        example: 2,
        min: 1,
        max: Number.MAX_SAFE_INTEGER,
        text: {
          zh: '变更之后订单的版本，每次变更加一。',
          en: 'The version of the order after the change; each change adds one.',
        },
        source: OURS,
      },
      action: field('moved', '变更的动作。', 'What was done.'),
      state: field(
        'E',
        '变更之后的订单状态；只有一个订单行变更时为 null。',
        'The state of the order after the change; null where one line alone changed.',
      ),
      from: field('D', '之前的状态；新订单为 null。', 'The state before; null of a new order.'),
      to: field('E', '之后的状态。', 'The state after.'),
      line: field('1', '变更的订单行；否则为 null。', 'The line that changed, or null.'),
      at: field('2026-01-02T03:04:05.678Z', '同 timestamp。', 'The same as timestamp.'),
    },
    text: {
      zh: '变更本身，不随订单后来的变化。',
      en: 'The change itself, whatever became of the order later.',
    },
    source: OURS,
  },
};
