// Carries out each action on the ledger after the call is accepted.
import { hash } from 'node:crypto';
import { type ChangeRequest, changeOrder } from '../../core/change-order.ts';
import { DAY } from '../../core/clock.ts';
import type { CoreRefusal } from '../../core/errors.ts';
import { orderId } from '../../core/ledger.ts';
import { formatYuan } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import { readOrder } from '../../core/read-order.ts';
import type { Params, Reply } from '../../protocol/contract.ts';
import type { Services, Verdict } from '../../protocol/platform.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import type { JintongCall } from './checks.ts';
import type { JintongContract } from './contract.ts';
import type { Action } from './methods.ts';
import { PLATFORM } from './name.ts';
import { belongsTo, cancel, hasten } from './rules.ts';
import { STATES, type State } from './states.ts';
import type { Document } from './wire-write.ts';

/** A successful reply: its description, and the elements that the action adds. */
export interface Success {
  readonly description: string;
  readonly body?: Document;
}

/** An accepted call with the values of its action. */
type CallOf<A extends Action> = Omit<JintongCall, 'values'> & {
  readonly values: Params<JintongContract, A>;
};

type Operation<A extends Action> = (
  call: CallOf<A>,
  services: Services,
) => Promise<Verdict<Success> | CoreRefusal>;

/** Within this time the same signed cancel gets its first success again. */
const REPLAY_MS = DAY;

function changeRequest(call: CallOf<'HastenOrder' | 'OperateCancelOrder'>): ChangeRequest {
  return {
    platform: PLATFORM,
    orderId: orderId(call.values.OrderID),
    actor: `party:${call.partner}`,
    requestId: call.request.id,
    owners: [call.partner],
  };
}

const hastenOrder: Operation<'HastenOrder'> = async (call, { ledger, clock }) => {
  const rule = hasten(call.partner, call.userName);
  const outcome = await changeOrder(ledger, clock, changeRequest(call), rule);
  return outcome.ok ? succeed({ description: '催单成功' }) : outcome;
};

const cancelOrder: Operation<'OperateCancelOrder'> = async (call, { ledger, clock }) => {
  const { Consumer, OrderID, Remark } = call.values;
  const meaning = JSON.stringify([call.method, call.partner, Consumer, OrderID, Remark]);
  const once = { key: `${PLATFORM}:${hash('sha256', meaning, 'base64url')}`, ttlMs: REPLAY_MS };
  const rule = cancel(call.partner, call.userName, Remark);
  const outcome = await changeOrder(ledger, clock, { ...changeRequest(call), once }, rule);
  return outcome.ok ? succeed({ description: '操作成功' }) : outcome;
};

const getOrderDetail: Operation<'GetOrderDetail'> = async (call, { ledger }) => {
  const id = orderId(call.values.OrderID);
  const mine = (order: Order) => belongsTo(order, call.partner, call.userName);
  const outcome = await readOrder(ledger, PLATFORM, id, mine, [call.partner]);
  if (!outcome.ok) return outcome;
  return succeed({ description: '调用接口成功', body: { Order: detail(outcome.value) } });
};

const OPERATIONS: { readonly [A in Action]: Operation<A> } = {
  HastenOrder: hastenOrder,
  OperateCancelOrder: cancelOrder,
  GetOrderDetail: getOrderDetail,
};

/** The value check has read the values by the action's contract, so that this cast is safe. */
export function execute(call: JintongCall, services: Services) {
  const operation = OPERATIONS[call.method] as Operation<Action>;
  return operation(call as unknown as CallOf<Action>, services);
}

function succeed(success: Success): Verdict<Success> {
  return { ok: true, success };
}

/** An order as GetOrderDetail returns it. */
export function detail(order: Order): Reply<JintongContract, 'GetOrderDetail'>['Order'] {
  const { userName, amountFen, pnr, flightNo } = order.attributes;
  return {
    OrderID: order.orderId,
    UserName: String(userName),
    OrderState: order.state,
    OrderStateName: STATES[order.state as State],
    Amount: formatYuan(Number(amountFen)),
    Pnr: String(pnr),
    FlightNo: String(flightNo),
    CreateTime: formatShanghai(order.createdAt),
  };
}
