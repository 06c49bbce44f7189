// /orders/…: one order with its history and callbacks, of one platform, or by its id alone over all of them.
import { z } from 'zod';
import { orderId } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import type { Platform } from '../protocol/platform.ts';
import { callbacksOf, deliverySchema } from './deliveries.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  isoTime,
  ManageError,
  type ManageServices,
  shanghaiTime,
} from './endpoint.ts';
import { historySchema, historyView } from './history.ts';
import { assigneeSchema, deskOf, noteSchema } from './order-desk.ts';
import { orderSchema, sealedSchema } from './order-schemas.ts';
import { unknownOrder } from './unknown-order.ts';

const wholeOrderSchema = orderSchema
  .extend({
    history: z.array(historySchema).describe('oldest first'),
    sealed: z.array(sealedSchema),
    notes: z.array(noteSchema).describe('of operators, oldest first; the newest 200'),
    assignee: assigneeSchema.nullable().describe('who looks after it'),
    callbacks: z.array(deliverySchema).describe('newest first; /callbacks/deliveries has all'),
  })
  .meta({ id: 'OrderWithHistory' });

export const orderReadEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/orders/{orderId}',
    operationId: 'findOrders',
    summary:
      'The orders of an id, one a platform at most, each as the platform’s own path shows it',
    status: 200,
    response: z.object({ items: z.array(wholeOrderSchema) }),
    errors: { 404: 'no platform has an order of that id' },
    async handle({ params }, services) {
      const id = params.orderId!;
      const { platforms } = services;
      const found = await Promise.all(
        platforms.map((platform) => readWhole(platform, id, services)),
      );
      const items = found.filter((order) => order !== null);
      if (items.length > 0) return { items };
      const asked = platforms.map(({ name }) => name).join(', ');
      const message = `no order "${id}" on any platform (${asked}). GET /orders?q=… finds orders by look-up keys and by the beginning of an id, too.`;
      throw new ManageError(404, 'unknown-order', message, 'orderId');
    },
  }),
  endpoint({
    method: 'GET',
    path: '/orders/{platform}/{orderId}',
    operationId: 'readOrder',
    summary: 'One order with its lines, its whole history, and its newest callbacks',
    status: 200,
    response: wholeOrderSchema,
    errors: { 404: 'no such platform or order' },
    async handle({ params }, services) {
      const platform = findPlatform(services.platforms, params.platform!);
      const found = await readWhole(platform, params.orderId!, services);
      if (!found) throw unknownOrder(platform, params.orderId!);
      return found;
    },
  }),
];

async function readWhole(
  platform: Platform,
  id: string,
  { ledger, platforms, callbacks, desk }: ManageServices,
): Promise<z.input<typeof wholeOrderSchema> | null> {
  const found = await ledger.readHistory(platform.name, orderId(id));
  if (!found) return null;
  const sealed = found.sealed.map(({ name, mask }) => ({
    name,
    mask: mask as z.core.util.JSONType,
  }));
  return {
    ...orderView(found.order, platforms),
    history: found.history.map((entry) => historyView(entry, platform.model.states)),
    sealed,
    ...(await deskOf(desk, found.order)),
    callbacks: await callbacksOf(callbacks, found.order),
  };
}

export function orderView(
  order: Order,
  platforms: readonly Platform[],
): z.input<typeof orderSchema> {
  const states = platforms.find((p) => p.name === order.platform)?.model.states;
  const { owner, createdAt, updatedAt, lines, ...rest } = order;
  const named = lines.map((line) => ({ ...line, stateName: states?.[line.state] ?? '' }));
  return {
    ...(rest as unknown as z.input<typeof orderSchema>),
    lines: named as unknown as z.input<typeof orderSchema>['lines'],
    party: owner,
    stateName: states?.[order.state] ?? '',
    createdAt: isoTime(createdAt),
    createdAtShanghai: shanghaiTime(createdAt),
    updatedAt: isoTime(updatedAt),
    updatedAtShanghai: shanghaiTime(updatedAt),
  };
}
