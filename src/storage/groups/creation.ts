// Creates orders in the groups of their owners, after their ids were reserved in the home schema.
import type { Instant } from '../../core/clock.ts';
import type { Created, CreateRequest, NewOrder } from '../../core/ledger.ts';
import type { OrderId } from '../../core/order.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';

/** If an owner has moved to another group, the request is carried out again. */
export function createInGroups(groups: Groups, request: CreateRequest): Promise<Created> {
  const owners = new Map(
    request.orders.map(({ order }) => [`${order.platform}\n${order.owner}`, order]),
  );
  return groups.repeating([...owners.values()], () => createOnce(groups, request));
}

async function createOnce(groups: Groups, request: CreateRequest): Promise<Created> {
  const byGroup = await split(groups, request.orders);
  if (byGroup.size === 1) {
    const [[group, orders]] = byGroup as unknown as [[Group, NewOrder[]]];
    return createIn(groups, group, { ...request, orders });
  }
  return createInMany(groups, byGroup, request);
}

async function split(groups: Groups, orders: readonly NewOrder[]): Promise<Map<Group, NewOrder[]>> {
  const byGroup = new Map<Group, NewOrder[]>();
  for (const one of orders) {
    const { platform, owner } = one.order;
    const name = await groups.placement.place(platform, owner);
    const group = groups.named(name);
    byGroup.set(group, [...(byGroup.get(group) ?? []), one]);
  }
  return byGroup;
}

/** Reserves the ids, so that no other group makes them, and creates the orders. */
async function createIn(groups: Groups, group: Group, request: CreateRequest): Promise<Created> {
  const { orders } = request;
  const names = orders.map(({ order: { platform, orderId } }) => ({ platform, orderId }));
  const places = [...(await groups.placement.reserve(names, group.name))];
  for (const [i, { order }] of orders.entries()) {
    if (await takeOver(groups, order, places[i]!, group.name)) places[i] = group.name;
  }
  const elsewhere = orders.filter((_, i) => places[i] !== group.name);
  if (elsewhere.length === 0) return group.storage.ledger.createOrders(request);
  const existing = elsewhere.map(({ order }) => order.orderId);
  if (request.existing === 'refuse') return { result: 'exists', existing };
  const rest = orders.filter((_, i) => places[i] === group.name);
  if (rest.length === 0) return { result: 'created', created: 0, existing };
  const created = await group.storage.ledger.createOrders({ ...request, orders: rest });
  if (created.result !== 'created') return created;
  return { ...created, existing: [...created.existing, ...existing] };
}

/**
 * An id that the owner's group of before has reserved for a creation which came to nothing, such as
 * one that the owner's move has cut off, is reserved for the owner's group of now.
 */
async function takeOver(
  groups: Groups,
  { platform, owner, orderId }: NewOrder['order'],
  from: string,
  to: string,
): Promise<boolean> {
  const { placement } = groups;
  if (from === to || !placement.hasLeft(from, platform, owner)) return false;
  const [order] = await groups.named(from).storage.ledger.loadMany(platform, [orderId]);
  if (order) return false;
  await placement.takeOver({ platform, orderId }, from, to);
  return true;
}

/**
 * Orders of several groups are several transactions. Existing orders are looked for first, so
 * that a request which is refused creates none. If a group fails, the caller repeats the request:
 * groups that have made their part answer from the once-key.
 */
async function createInMany(
  groups: Groups,
  byGroup: ReadonlyMap<Group, readonly NewOrder[]>,
  request: CreateRequest,
): Promise<Created> {
  if (request.existing === 'refuse') {
    const once = request.once && { key: request.once.key, now: request.now };
    const found = await Promise.all(
      request.orders.map(({ order }) => exists(groups, order.platform, order.orderId, once)),
    );
    const existing = request.orders.filter((_, i) => found[i]).map(({ order }) => order.orderId);
    if (existing.length > 0) return { result: 'exists', existing };
  }
  let created = 0;
  let isReplay = true;
  const existing: OrderId[] = [];
  for (const [group, orders] of byGroup) {
    const part = await createIn(groups, group, { ...request, orders });
    if (part.result === 'exists' || part.result === 'key-reused') return part;
    created += part.created;
    if (part.result === 'created') existing.push(...part.existing);
    isReplay &&= part.result === 'replayed';
  }
  if (isReplay) return { result: 'replayed', created };
  return { result: 'created', created, existing };
}

/** Whether the order exists, unless its group made it for an earlier equal request. */
async function exists(
  groups: Groups,
  platform: string,
  orderId: OrderId,
  once: { readonly key: string; readonly now: Instant } | undefined,
): Promise<boolean> {
  const group = await groups.ofOrder(platform, orderId);
  if (!group) return false;
  const { order, replay } = await group.storage.ledger.load(platform, orderId, once);
  return order !== null && replay === null;
}
