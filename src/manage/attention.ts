// /attention: orders that somebody should look at, each with the reason: a dead callback, a deadline, a refused call.
import { z } from 'zod';
import { HOUR } from '../core/clock.ts';
import { orderId } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import { type Endpoint, endpoint, isoTime, type ManageServices } from './endpoint.ts';
import { checkPlatformFilter } from './filters.ts';
import { orderView } from './order-reads.ts';
import { orderSchema } from './order-schemas.ts';
import { NEAR_MS } from './overview.ts';

/** Of each kind of reason; more than a person works through before looking again. */
const MAX_REASONS = 200;

const reasonSchema = z.object({
  kind: z.enum(['dead-callback', 'deadline', 'refused-call']),
  at: z.iso.datetime().describe('when it happened; of a deadline, when it comes'),
  detail: z.string(),
  id: z.string().describe('of the callback or the call; of a deadline its kind'),
});

type Reason = z.input<typeof reasonSchema>;
type Found = Reason & { readonly platform: string; readonly orderId: string };

const PRESETS = ['needs-attention', 'near-limit', 'refused-last-hour'] as const;

export const attentionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/attention',
    operationId: 'listAttention',
    summary: 'Orders that need attention, each with the reasons',
    query: z.strictObject({
      preset: z
        .enum(PRESETS)
        .default('needs-attention')
        .describe(
          'near-limit: a deadline comes within the hour or is overdue; needs-attention: all reasons',
        ),
      platform: z.string().optional(),
    }),
    status: 200,
    response: z.object({
      items: z.array(
        z.object({ order: orderSchema, reasons: z.array(reasonSchema) }).meta({ id: 'Attention' }),
      ),
      isMore: z.boolean().describe(`whether there are more than ${MAX_REASONS} of a kind`),
    }),
    errors: {},
    async handle({ query: { preset, platform } }, services) {
      checkPlatformFilter(services.platforms, platform);
      const asks = {
        'needs-attention': [deadCallbacks, deadlines, refusedCalls],
        'near-limit': [deadlines],
        'refused-last-hour': [refusedCalls],
      }[preset];
      const found = await Promise.all(asks.map((ask) => ask(services, platform)));
      const isMore = found.some(({ length }) => length >= MAX_REASONS);
      return { items: await withOrders(found.flat(), services), isMore };
    },
  }),
];

type Ask = (services: ManageServices, platform: string | undefined) => Promise<Found[]>;

const deadCallbacks: Ask = async ({ callbacks }, platform) => {
  const { items } = await callbacks.listDeliveries({ platform, state: 'dead', limit: MAX_REASONS });
  return items.map((one) => ({
    platform: one.platform,
    orderId: one.orderId,
    kind: 'dead-callback',
    at: isoTime(one.endedAt ?? one.createdAt),
    detail: `${one.eventType} → ${one.url}: ${one.attempts.at(-1)?.error ?? one.attempts.at(-1)?.status ?? '-'}`,
    id: String(one.deliveryId),
  }));
};

const deadlines: Ask = async ({ ledger, clock }, platform) => {
  const due = await ledger.listDeadlines(clock.now() + NEAR_MS, MAX_REASONS);
  return due
    .filter((one) => platform === undefined || one.platform === platform)
    .map(({ kind, dueAt, ...order }) => ({
      ...order,
      kind: 'deadline',
      at: isoTime(dueAt),
      detail: kind,
      id: kind,
    }));
};

const refusedCalls: Ask = async ({ requests, platforms, clock }, platform) => {
  const now = clock.now();
  const { items } = await requests.list({
    platform,
    outcomeNot: platforms.map(({ successCode }) => successCode),
    from: now - HOUR,
    // A reset of a sandbox takes its clock back; calls from before then lie in the future.
    to: now + 1,
    limit: MAX_REASONS,
  });
  return items.flatMap((one) =>
    one.orderId === null
      ? []
      : [
          {
            platform: one.platform,
            orderId: one.orderId,
            kind: 'refused-call' as const,
            at: isoTime(one.at),
            detail: `${one.method ?? '?'} → ${one.outcome}${one.detail === null ? '' : `: ${one.detail}`}`,
            id: String(one.id),
          },
        ],
  );
};

/** The orders in the order of their newest reason; an id that names no order is left out. */
async function withOrders(found: readonly Found[], { ledger, platforms }: ManageServices) {
  const reasons = new Map<string, Reason[]>();
  for (const { platform, orderId: id, ...reason } of found) {
    const key = `${platform} ${id}`;
    reasons.set(key, [...(reasons.get(key) ?? []), reason]);
  }
  const orders: Order[] = [];
  for (const { name } of platforms) {
    const ids = [...reasons.keys()]
      .filter((key) => key.startsWith(`${name} `))
      .map((key) => orderId(key.slice(name.length + 1)));
    for (let i = 0; i < ids.length; i += 100) {
      const loaded = await ledger.loadMany(name, ids.slice(i, i + 100));
      orders.push(...loaded.filter((order) => order !== null));
    }
  }
  const newest = (all: readonly Reason[]): string =>
    all.reduce((a, { at }) => (at > a ? at : a), '');
  return orders
    .map((order) => ({
      order: orderView(order, platforms),
      reasons: reasons.get(`${order.platform} ${order.orderId}`)!,
    }))
    .sort((a, b) => newest(b.reasons).localeCompare(newest(a.reasons)));
}
