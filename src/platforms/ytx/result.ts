// An order as its app sees it: the fields of getOrderResult's reply.
import { formatYuan } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import type { OrderResult } from './methods.ts';
import { maskAccount } from './recharge-account.ts';
import type { State } from './states.ts';

/** 响应参数, in the document's order: requestId, appid, orderSts, remark, mobile, oriAmount, customParm. */
export function orderResult(order: Pick<Order, 'orderId' | 'owner' | 'state' | 'attributes'>) {
  const { remark, mobile, amountFen, customParm } = order.attributes;
  return {
    requestId: order.orderId,
    appid: order.owner,
    orderSts: order.state as State,
    remark: String(remark),
    mobile: maskAccount(String(mobile)),
    oriAmount: formatYuan(Number(amountFen)),
    customParm: String(customParm),
  } satisfies OrderResult;
}
