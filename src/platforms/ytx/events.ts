// The events of ytx's orders: a result comes from the sandbox's deadline or from an operator, and tells the same.
import type { Fields } from '../../protocol/contract.ts';
import type { Events } from '../../protocol/events.ts';
import { contract } from './contract.ts';

const payload: Fields = {
  ...contract.methods.getOrderResult.reply,
  accountSID: contract.envelope.request.accountSID,
};

const example = {
  orderId: '2016010000000219',
  party: 'ff8080813fc70a7b013fc72312324213',
  line: null,
  from: '0',
  to: '1',
  payload: {
    requestId: '2016010000000219',
    appid: 'ff8080813fc70a7b013fc72312324213',
    orderSts: '1',
    remark: '成功',
    mobile: '188****0804',
    oriAmount: '2.94',
    customParm: '123456',
    accountSID: 'abcdefghijklmnopqrstuvwxyz012345',
  },
};

export const events: Events = {
  resolved: {
    text: {
      zh: '沙箱给出了订单的充值结果。',
      en: 'The sandbox has given the result of the top-up.',
    },
    payload,
    example,
  },
  moved: {
    text: {
      zh: '运营人员给出了订单的充值结果。',
      en: 'An operator has given the result of the top-up.',
    },
    payload,
    example,
  },
};
