// The events of Jintong's orders, beside those that orders of all platforms have.
import type { Events } from '../../protocol/events.ts';

const ORDER = { orderId: '15112480268', party: 'jane88', line: null, payload: null };

export const events: Events = {
  hastened: {
    text: {
      zh: '分销商催单成功，订单状态不变。',
      en: 'The distributor has hastened the order. Its state stays as it was.',
    },
    example: { ...ORDER, from: 'D', to: 'D' },
  },
  cancelled: {
    text: {
      zh: '分销商取消了订单：未支付的订单结束，已支付的开始退款。',
      en: 'The distributor has cancelled the order: an unpaid one ends, of a paid one the refund begins.',
    },
    example: { ...ORDER, from: 'D', to: 'S' },
  },
};
