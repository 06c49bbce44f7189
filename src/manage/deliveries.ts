// /callbacks/deliveries: every callback with its attempts, and what was given up.
import { z } from 'zod';
import type { CallbackManagement } from '../core/callback-management.ts';
import type { Delivery } from '../core/callbacks.ts';
import type { Order } from '../core/order.ts';
import {
  type Endpoint,
  endpoint,
  isoTime,
  ManageError,
  ofGroups,
  page,
  pageQuery,
  shanghaiTime,
} from './endpoint.ts';
import { checkOwnerFilter, checkPlatformFilter } from './filters.ts';
import { checkEndpointFilter } from './log-filters.ts';

const STATES = ['pending', 'delivered', 'dead'] as const;

const shanghai = z.iso.datetime({ offset: true });

export const deliverySchema = z
  .object({
    deliveryId: z.int(),
    messageId: z.string().describe('webhook-id: the same over all attempts and replays'),
    endpointId: z.string(),
    url: z.string(),
    platform: z.string(),
    party: z.string(),
    orderId: z.string(),
    version: z.int().describe('of the order, as the change made it'),
    eventType: z.string(),
    state: z.enum(STATES).describe('dead: given up; replay sends it again'),
    createdAt: z.iso.datetime(),
    createdAtShanghai: shanghai.describe('the same time in Asia/Shanghai'),
    dueAt: z.iso
      .datetime()
      .nullable()
      .describe(
        'the next attempt at the earliest; null: it has ended, or waits for an earlier one',
      ),
    dueAtShanghai: shanghai.nullable(),
    endedAt: z.iso.datetime().nullable(),
    endedAtShanghai: shanghai.nullable(),
    body: z.string(),
    attempts: z
      .array(
        z.object({
          at: z.iso.datetime(),
          atShanghai: shanghai,
          status: z.int().nullable(),
          error: z.string().nullable(),
          durationMicros: z.int(),
          answer: z.string().describe('the first KiB'),
        }),
      )
      .describe('oldest first'),
  })
  .meta({ id: 'Delivery' });

const alertSchema = z
  .object({
    alertId: z.int(),
    at: z.iso.datetime(),
    atShanghai: shanghai.describe('the same time in Asia/Shanghai'),
    kind: z.enum(['dead-letter', 'endpoint-switched-off']),
    endpointId: z.string(),
    platform: z.string(),
    party: z.string(),
    deliveryId: z.int().nullable(),
    detail: z.string(),
  })
  .meta({ id: 'CallbackAlert' });

export const deliveryEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/callbacks/deliveries',
    operationId: 'listDeliveries',
    summary: 'Callbacks with every attempt, newest first',
    query: z.strictObject({
      platform: z.string().optional(),
      party: z.string().optional(),
      endpointId: z.string().optional(),
      orderId: z.string().optional().describe('together with platform'),
      state: z.enum(STATES).optional(),
      ...pageQuery(ofGroups(/^\d{1,16}$/)),
    }),
    status: 200,
    response: page(deliverySchema),
    errors: {},
    async handle({ query }, { callbacks, platforms, parties }) {
      const { platform, party } = query;
      checkPlatformFilter(platforms, platform);
      if (query.orderId !== undefined && query.platform === undefined) {
        throw new ManageError(400, 'bad-request', 'platform: needed with orderId', 'platform');
      }
      const { items, ...rest } = await callbacks.listDeliveries(query);
      if (items.length === 0) {
        await checkEndpointFilter(callbacks, query.endpointId);
        await checkOwnerFilter({ platforms, parties }, { platform, party }, () =>
          callbacks.listDeliveries({ platform, party, limit: 1 }),
        );
      }
      return { ...rest, items: items.map(deliveryView) };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/callbacks/alerts',
    operationId: 'listCallbackAlerts',
    summary: 'Dead letters and endpoints that were switched off, newest first',
    query: z.strictObject({
      limit: pageQuery(/^/).limit,
      cursor: pageQuery(ofGroups(/^\d{1,16}$/)).cursor,
    }),
    status: 200,
    response: page(alertSchema),
    errors: {},
    async handle({ query: { limit, cursor } }, { callbacks }) {
      const { items, ...rest } = await callbacks.listAlerts(limit, cursor);
      return {
        ...rest,
        items: items.map((alert) => ({
          ...alert,
          at: isoTime(alert.at),
          atShanghai: shanghaiTime(alert.at),
        })),
      };
    },
  }),
];

export function deliveryView(delivery: Delivery): z.input<typeof deliverySchema> {
  const { createdAt, dueAt, endedAt, attempts, ...rest } = delivery;
  return {
    ...rest,
    createdAt: isoTime(createdAt),
    createdAtShanghai: shanghaiTime(createdAt),
    dueAt: dueAt === null ? null : isoTime(dueAt),
    dueAtShanghai: dueAt === null ? null : shanghaiTime(dueAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    endedAtShanghai: endedAt === null ? null : shanghaiTime(endedAt),
    attempts: attempts.map((attempt) => ({
      ...attempt,
      at: isoTime(attempt.at),
      atShanghai: shanghaiTime(attempt.at),
    })),
  };
}

/** As many as a person looks through. */
const MAX_OF_ORDER = 100;

/** The newest callbacks that an order has caused. */
export async function callbacksOf(
  { listDeliveries }: CallbackManagement,
  { platform, orderId }: Order,
): Promise<z.input<typeof deliverySchema>[]> {
  const { items } = await listDeliveries({ platform, orderId, limit: MAX_OF_ORDER });
  return items.map(deliveryView);
}
