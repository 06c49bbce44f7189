// The events of Lantern's orders, for the reference at /docs.
import type { Events } from 'ordergate/platform';
import { contract } from './contract.ts';

const payload = contract.methods['order.create'].reply;

export const events: Events = {
  moved: {
    text: {
      zh: '运营人员出票或退款。',
      en: 'The operator has issued or refunded the order.',
    },
    payload,
    example: {
      orderId: payload.orderId.example,
      party: 'cinema01',
      line: null,
      from: 'paid',
      to: 'issued',
      payload: {
        orderId: payload.orderId.example,
        outTradeNo: payload.outTradeNo.example,
        state: 'issued',
        amount: payload.amount.example,
      },
    },
  },
};
