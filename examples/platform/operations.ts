// What each method does with the ledger, once its call is accepted.
import {
  type CoreRefusal,
  type JsonObject,
  orderId,
  parseYuan,
  readOrder,
  refuse,
  type Services,
  type Verdict,
} from 'ordergate/platform';
import type { LanternCall } from './checks.ts';
import type { Method } from './contract.ts';
import { PLATFORM } from './name.ts';
import { newOrder, told } from './orders.ts';

export interface Success {
  readonly status: 200 | 201;
  readonly data: JsonObject;
}

type Operation = (call: LanternCall, services: Services) => Promise<Verdict<Success> | CoreRefusal>;

const answer = (status: Success['status'], data: JsonObject): Verdict<Success> => ({
  ok: true,
  success: { status, data },
});

const create: Operation = async (call, { ledger, clock }) => {
  const { partyId } = call.party;
  const { outTradeNo, film, seats, amount, mobile } = call.values;
  const now = clock.now();
  const begun = { outTradeNo, film, seats: Number(seats), amountFen: parseYuan(amount)!, mobile };
  const { order, ...rest } = newOrder(partyId, { ...begun, state: 'paid', createdAt: now }, now);
  const created = await ledger.createOrders({
    orders: [{ ...rest, order, actor: `party:${partyId}`, requestId: call.request.id }],
    existing: 'refuse',
    now,
  });
  if (created.result === 'created') return answer(201, told(order));
  const existing = await readOrder(ledger, PLATFORM, order.orderId, (one) => one.owner === partyId);
  if (!existing.ok) return existing;
  const { attributes } = existing.value;
  const isSame = Object.entries(begun).every(([name, value]) => attributes[name] === value);
  return isSame
    ? answer(200, told(existing.value))
    : { ok: false, refusal: { refused: 'CONFLICT', detail: `${outTradeNo} is another order's` } };
};

const read: Operation = async ({ party, values }, { ledger }) => {
  const isMine = ({ owner }: { readonly owner: string }) => owner === party.partyId;
  const found = await readOrder(ledger, PLATFORM, orderId(values.orderId), isMine);
  if (!found.ok) return refuse(found.code, found.state);
  const { film = '', seats = 0 } = found.value.attributes;
  return answer(200, { ...told(found.value), ...(values.fields === 'all' && { film, seats }) });
};

export const OPERATIONS: Readonly<Record<Method, Operation>> = {
  'order.create': create,
  'order.read': read,
};
