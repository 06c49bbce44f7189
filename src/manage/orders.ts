// /orders: list, create, move along the operator's transitions, and reveal; order-reads.ts reads single ones.
import { createHash, hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { DAY, type Instant } from '../core/clock.ts';
import { type NewOrder, orderId } from '../core/ledger.ts';
import { findState, knownStates, leadsTo, moveOrder, moveSeenOrder } from '../core/move-order.ts';
import type { Json } from '../core/order.ts';
import { actorOf } from '../core/principal.ts';
import { revealSealed } from '../core/reveal-sealed.ts';
import { orderItem } from '../protocol/import.ts';
import { ImportError } from '../protocol/platform.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  ManageError,
  type ManageServices,
  ofGroups,
  page,
  pageQuery,
} from './endpoint.ts';
import { checkOwnerFilter, checkPlatformFilter, resolveStateFilter } from './filters.ts';
import { assignedOrders, orderDeskEndpoints } from './order-desk.ts';
import { someoneFaster } from './order-outlook.ts';
import { orderReadEndpoints, orderView } from './order-reads.ts';
import { newOrder, orderSchema } from './order-schemas.ts';
import { unknownOrder } from './unknown-order.ts';

/** A request of one order takes the same way as one of a thousand. */
const MAX_ORDERS = 1000;
/** Reading so many orders takes 1 to 5 ms; calls are answered before the next are read. */
const READ_IN_A_TURN = 25;
const DIGESTED_IN_A_TURN = 250;
const KEEP_MS = DAY;

export const orderEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/orders',
    operationId: 'listOrders',
    summary: 'Orders, newest first',
    query: z.strictObject({
      platform: z.string().optional(),
      state: z
        .string()
        .optional()
        .describe('a state, or the platform’s word for one, such as `failed`'),
      party: z.string().optional().describe('who owns it: partner, supplier or app'),
      q: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('an order id or look-up key, or its beginning'),
      assignee: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .describe('who looks after them; all in one page, at most 1000'),
      ...pageQuery(ofGroups(/^-?\d{1,16}\.\d{1,16}$/)),
    }),
    status: 200,
    response: page(orderSchema),
    errors: {},
    async handle({ query: { party, assignee, ...query } }, { ledger, platforms, parties, desk }) {
      const { platform } = query;
      checkPlatformFilter(platforms, platform);
      const state = resolveStateFilter(platforms, platform, query.state);
      if (assignee !== undefined) {
        const asked = { ...query, state, owner: party };
        const orders = await assignedOrders({ desk, ledger }, assignee, asked);
        return { items: orders.map((order) => orderView(order, platforms)), nextCursor: null };
      }
      const found = await ledger.listOrders({ ...query, state, owner: party });
      if (found.items.length === 0) {
        await checkOwnerFilter({ platforms, parties }, { platform, party }, () =>
          ledger.listOrders({ platform, owner: party, limit: 1 }),
        );
      }
      return { ...found, items: found.items.map((order) => orderView(order, platforms)) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/orders',
    operationId: 'createOrders',
    summary: 'Create one order, or up to 1000 of them: all or none',
    headers: z.object({
      'idempotency-key': z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe('the same key and body within 24 hours create nothing again'),
    }),
    body: z.union([newOrder, z.array(newOrder).min(1).max(MAX_ORDERS)]),
    status: 201,
    response: z.object({
      created: z.int(),
      orders: z.array(z.object({ platform: z.string(), orderId: z.string() })),
    }),
    errors: {
      409: 'one of the orders exists; none was created',
      422: 'the Idempotency-Key was used with another body',
    },
    async handle({ body, headers, by }, services) {
      const now = services.clock.now();
      const items = (Array.isArray(body) ? body : [body]) as Json[];
      const actor = actorOf(by);
      const orders: NewOrder[] = [];
      for (const [i, item] of items.entries()) {
        if (i % READ_IN_A_TURN === READ_IN_A_TURN - 1) await setImmediate();
        orders.push({ ...readNewOrder(item, i, services, now), actor });
      }
      const key = headers['idempotency-key'];
      const fingerprint = key === undefined ? '' : await fingerprintOf(body as Json);
      const created = await services.ledger.createOrders({
        orders,
        existing: 'refuse',
        now,
        ...(key !== undefined && {
          once: {
            key: `manage:${hash('sha256', key, 'base64url')}`,
            fingerprint,
            expiresAt: now + KEEP_MS,
          },
        }),
      });
      if (created.result === 'key-reused') {
        throw new ManageError(
          422,
          'key-reused',
          'this Idempotency-Key came with another body before; use a new one',
        );
      }
      if (created.result === 'exists') {
        const ids = created.existing.slice(0, 20).join(', ');
        throw new ManageError(
          409,
          'exists',
          `already there: ${ids}. Nothing was created.`,
          'orderId',
        );
      }
      const named = orders.map(({ order }) => ({
        platform: order.platform,
        orderId: order.orderId,
      }));
      return { created: created.created, orders: named };
    },
  }),
  ...orderReadEndpoints,
  ...orderDeskEndpoints,
  endpoint({
    method: 'POST',
    path: '/orders/{platform}/{orderId}/transitions',
    operationId: 'moveOrder',
    summary: 'Move an order, or one line of it, to another state',
    body: z.strictObject({
      to: z.string().describe('a state, or the platform’s word for one, such as `failed`'),
      line: z
        .string()
        .nullable()
        .default(null)
        .describe('the line that moves; needed where the order has lines'),
      note: z.string().max(500).nullable().default(null),
      version: z
        .int()
        .min(1)
        .optional()
        .describe('the version that you saw: the order is not moved where it has changed since'),
    }),
    status: 200,
    response: orderSchema,
    errors: {
      404: 'no such platform or order',
      409: 'its state does not lead there, or it has another version',
    },
    async handle({ params, body, by }, { ledger, clock, platforms }) {
      const platform = findPlatform(platforms, params.platform!);
      const to = findState(platform.model, body.to);
      if (to === undefined) {
        throw new ManageError(
          400,
          'unknown-state',
          `${platform.name} has no state "${body.to}"; there are: ${knownStates(platform.model)}`,
          'to',
        );
      }
      const id = orderId(params.orderId!);
      const { version, line, note } = body;
      const move = { platform: platform.name, orderId: id, line, note, to };
      const moved =
        version === undefined
          ? await moveOrder(ledger, clock, platform.model, move, actorOf(by))
          : await moveSeenOrder(ledger, clock, platform.model, { ...move, version }, actorOf(by));
      if (!moved) throw await someoneFaster(ledger, platform, id, version!);
      if (!moved.ok && moved.code === 'unknown-order') throw unknownOrder(platform, id);
      if (!moved.ok && moved.code === 'unknown-line') {
        const { order } = await ledger.load(platform.name, id);
        const lines = order?.lines.map((line) => line.lineId).join(', ') || 'none';
        throw new ManageError(404, 'unknown-line', `the order's lines are: ${lines}`, 'line');
      }
      if (!moved.ok) {
        const from = moved.state ?? '';
        throw new ManageError(
          409,
          moved.code,
          `from ${from} (${platform.model.states[from]}) it can go to: ${leadsTo(platform.model, from)}`,
          'to',
        );
      }
      return orderView((await ledger.load(platform.name, id)).order!, platforms);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/orders/{platform}/{orderId}/reveal',
    operationId: 'revealSealed',
    summary:
      "Read a sealed text of an order, such as card codes; the order's history keeps who and why",
    body: z.strictObject({
      name: z.string().describe('as the order lists it under `sealed`'),
      note: z.string().trim().min(1).max(500).describe('why it is read'),
    }),
    status: 200,
    response: z.object({ name: z.string(), text: z.string() }),
    errors: { 404: 'no such platform, order, or sealed text' },
    async handle({ params, body, by }, { ledger, clock, platforms }) {
      const platform = findPlatform(platforms, params.platform!);
      const id = orderId(params.orderId!);
      const request = { platform: platform.name, orderId: id, ...body, actor: actorOf(by) };
      const revealed = await revealSealed(ledger, clock, request);
      if (!revealed.ok && revealed.code === 'unknown-order') throw unknownOrder(platform, id);
      if (!revealed.ok) throw new ManageError(503, revealed.code, 'not done; try again');
      if (revealed.value === null) {
        const message = `the order has no sealed text "${body.name}"; GET it to see which it has`;
        throw new ManageError(404, 'unknown-sealed', message, 'name');
      }
      return { name: body.name, text: revealed.value };
    },
  }),
];

/** The digest of the body's JSON; that of many orders is made in several turns of the event loop. */
async function fingerprintOf(body: Json): Promise<string> {
  if (!Array.isArray(body)) return hash('sha256', JSON.stringify(body), 'base64url');
  const digest = createHash('sha256');
  for (let start = 0; start < body.length; start += DIGESTED_IN_A_TURN) {
    const some = body.slice(start, start + DIGESTED_IN_A_TURN);
    digest.update(`${start === 0 ? '[' : ','}${JSON.stringify(some).slice(1, -1)}`);
    await setImmediate();
  }
  return digest.update(']').digest('base64url');
}

function readNewOrder(item: Json, index: number, services: ManageServices, now: Instant): NewOrder {
  try {
    const { platform, read, fields } = orderItem(services.platforms, item);
    const context = { now, parties: services.parties.list(platform.name) };
    return { ...read(fields, context), actor: 'operator' };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ManageError(400, 'bad-order', `order ${index}: ${error.message}`, error.field);
  }
}
