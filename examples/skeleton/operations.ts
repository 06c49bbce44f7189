// What each method does with the ledger, once its call is accepted.
import {
  type CoreRefusal,
  type JsonObject,
  parseYuan,
  readOrder,
  type Services,
  type Verdict,
} from 'ordergate/platform';
import type { SkeletonCall } from './checks.ts';
import type { Method } from './contract.ts';
import { PLATFORM } from './name.ts';
import { idOf, newOrder, told } from './orders.ts';

// LEFT: write the vendor's methods; changeOrder of ordergate/platform changes an order that exists

type Operation = (
  call: SkeletonCall,
  services: Services,
) => Promise<Verdict<JsonObject> | CoreRefusal>;

const read: Operation = async ({ party: { partyId }, values }, { ledger }) => {
  const isMine = ({ owner }: { readonly owner: string }) => owner === partyId;
  const found = await readOrder(ledger, PLATFORM, idOf(partyId, values.number), isMine);
  return found.ok ? { ok: true, success: told(found.value) } : found;
};

const create: Operation = async (call, services) => {
  const { party, values, request } = call;
  const { ledger, clock } = services;
  const now = clock.now();
  const { number, amount } = values;
  const begun = { number, amountFen: parseYuan(amount)!, state: 'open', createdAt: now } as const;
  const one = newOrder(party.partyId, begun, now);
  const created = await ledger.createOrders({
    orders: [{ ...one, actor: `party:${party.partyId}`, requestId: request.id }],
    existing: 'refuse',
    now,
  });
  if (created.result === 'created') return { ok: true, success: told(one.order) };
  const existing = await read(call, services);
  if (!existing.ok || existing.success.amount === told(one.order).amount) return existing;
  return { ok: false, refusal: { refused: 'CONFLICT', detail: `${number} has another amount` } };
};

export const OPERATIONS: Readonly<Record<Method, Operation>> = {
  'order.create': create,
  'order.read': read,
};
