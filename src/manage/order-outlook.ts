// /orders/{platform}/{orderId}/outlook: what may still happen to an order: deadlines, moves, and who would be told.
import { z } from 'zod';
import { type Ledger, orderId } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import type { Platform } from '../protocol/platform.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  isoTime,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import { unknownOrder } from './unknown-order.ts';

const outlookSchema = z
  .object({
    version: z.int().describe('of the order; moveOrder takes it, so that nobody is overtaken'),
    deadlines: z.array(
      z.object({
        kind: z.string(),
        line: z.string().nullable(),
        dueAt: z.iso.datetime(),
      }),
    ),
    moves: z.array(
      z.object({
        line: z.string().nullable(),
        from: z.string(),
        fromName: z.string(),
        to: z.string(),
        toName: z.string(),
      }),
    ),
    told: z
      .array(
        z.object({
          endpointId: z.string(),
          url: z.string(),
          origin: z.enum(['registered', 'declared']),
          enabled: z.boolean(),
          pausedUntil: z.iso.datetime().nullable(),
          eventTypes: z.array(z.string()).nullable(),
        }),
      )
      .describe('the endpoints of the order’s owner, which a move posts to'),
    wire: z
      .array(z.object({ name: z.string(), contentType: z.string(), body: z.string() }))
      .describe('the order as the replies of its platform’s methods show it, without signatures'),
  })
  .meta({ id: 'OrderOutlook' });

export const orderOutlookEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/orders/{platform}/{orderId}/outlook',
    operationId: 'readOrderOutlook',
    summary: 'What may still happen to an order, and how its platform’s replies show it',
    status: 200,
    response: outlookSchema,
    errors: { 404: 'no such platform or order' },
    async handle({ params }, services) {
      const platform = findPlatform(services.platforms, params.platform!);
      const { order } = await services.ledger.load(platform.name, orderId(params.orderId!));
      if (!order) throw unknownOrder(platform, params.orderId!);
      return outlook(order, platform, services);
    },
  }),
];

async function outlook(
  order: Order,
  platform: Platform,
  { ledger, callbacks, clock }: ManageServices,
): Promise<z.input<typeof outlookSchema>> {
  const now = clock.now();
  const [deadlines, endpoints] = await Promise.all([
    ledger.readDeadlines(order),
    callbacks.listEndpoints({ platform: platform.name, party: order.owner }),
  ]);
  return {
    version: order.version,
    deadlines: deadlines.map(({ kind, dueAt }) => {
      const [name, line = null] = kind.split(':');
      return { kind: name!, line, dueAt: isoTime(dueAt) };
    }),
    moves: movesOf(order, platform),
    told: endpoints.map(({ endpointId, url, origin, enabled, health, eventTypes }) => ({
      endpointId,
      url,
      origin,
      enabled,
      pausedUntil:
        health.openUntil !== null && health.openUntil > now ? isoTime(health.openUntil) : null,
      eventTypes: eventTypes === null ? null : [...eventTypes],
    })),
    wire: (platform.wireViews?.(order) ?? []).map((view) => ({ ...view })),
  };
}

function movesOf(order: Order, { model }: Platform) {
  const name = (state: string): string => model.states[state] ?? state;
  const places =
    order.lines.length > 0
      ? order.lines.map(({ lineId, state }) => ({ line: lineId, from: state }))
      : [{ line: null, from: order.state }];
  return places.flatMap(({ line, from }) =>
    (model.operatorTransitions[from] ?? []).map((to) => ({
      line,
      from,
      fromName: name(from),
      to,
      toName: name(to),
    })),
  );
}

/** Tells the operator who changed the order between their look and their move. */
export async function someoneFaster(
  ledger: Ledger,
  platform: Platform,
  id: string,
  seen: number,
): Promise<ManageError> {
  const found = await ledger.readHistory(platform.name, orderId(id));
  const last = found?.history.at(-1);
  if (!last) return unknownOrder(platform, id);
  const name = (state: string): string => `${state} (${platform.model.states[state] ?? ''})`;
  const move = last.from === null ? name(last.to) : `${name(last.from)} → ${name(last.to)}`;
  const message = `${last.actor} was faster: ${last.action}, ${move}, at ${isoTime(last.at)}. The order has version ${last.version}, you saw ${seen}. Nothing was changed; look at it again.`;
  return new ManageError(409, 'order-changed', message, 'version');
}
