// The events of Suning's orders: each is the change of one line, and only the line's supplier is told.
import type { Fields } from '../../protocol/contract.ts';
import type { EventStatement, Events } from '../../protocol/events.ts';

const text = (example: string, zh: string, en: string) =>
  ({ type: 'string', example, text: { zh, en }, source: { settled: 'S31' } }) as const;

const payload: Fields = {
  supplierCode: text('10042869', '订单行所属的供应商。', 'The supplier to whom the line belongs.'),
  refund: {
    type: 'enum',
    example: 'none',
    values: {
      none: { zh: '没有退款', en: 'there is no refund' },
      started: { zh: '退款中', en: 'the refund has begun' },
      done: { zh: '已退款', en: 'the line was refunded' },
      refused: { zh: '退款被拒', en: 'the refund was refused' },
    },
    text: { zh: '订单行的退款情况。', en: 'How the refund of the line stands.' },
    source: { settled: 'S31' },
  },
  refundCause: text(
    'overdue',
    '退款的原因；没有退款时为 null。',
    'Why there is a refund; null where there is none.',
  ),
};

const withStatus: Fields = {
  iqStatus: text('180', '改变订单行的 iqStatus。', 'The iqStatus that changed the line.'),
  ...payload,
};

const change = (
  from: string,
  to: string,
  own: EventStatement['example']['payload'],
): EventStatement['example'] => ({
  orderId: '1000531507',
  party: '10042869',
  line: '00000208117603',
  from,
  to,
  payload: own,
});

const kept = { supplierCode: '10042869', refund: 'none', refundCause: null };

export const events: Events = {
  shipped: {
    text: { zh: '供应商发货了一个订单行。', en: 'The supplier has shipped a line.' },
    payload: withStatus,
    example: change('unshipped', 'shipped', { iqStatus: '180', ...kept }),
  },
  received: {
    text: {
      zh: '顾客收到了一个订单行，或赠品发放成功。',
      en: 'The customer has received a line, or a gift was granted.',
    },
    payload: withStatus,
    example: change('shipped', 'received', { iqStatus: '190', ...kept }),
  },
  'refund-started': {
    text: {
      zh: '充值失败，或超过 100 分钟未发货，订单行开始退款。超时的退款没有 iqStatus。',
      en: 'The refund of a line has begun, because its recharge failed or because it was not shipped in 100 minutes. The latter has no iqStatus.',
    },
    payload: { ...withStatus, iqStatus: { ...withStatus.iqStatus!, optional: true } },
    example: change('unshipped', 'unshipped', {
      supplierCode: '10042869',
      refund: 'started',
      refundCause: 'overdue',
    }),
  },
  moved: {
    text: {
      zh: '运营人员改变了一个订单行。没有订单行的订单，payload 为 null。',
      en: 'An operator has moved a line. Of an order without lines the payload is null.',
    },
    payload,
    example: change('shipped', 'received', kept),
  },
};
