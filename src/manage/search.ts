// /search: one question for any id: orders of all platforms, calls, callbacks and parties.
import { z } from 'zod';
import { orderId } from '../core/ledger.ts';
import type { Order } from '../core/order.ts';
import { ownersOf } from '../directory/owners.ts';
import { type Endpoint, endpoint, isoTime, type ManageServices } from './endpoint.ts';
import { orderView } from './order-reads.ts';
import { orderSchema } from './order-schemas.ts';

/** As many as a person pastes from a sheet. */
const MAX_TERMS = 50;
/** Of one term, which may be the beginning of many keys. */
const MAX_ORDERS = 20;

const hitSchema = z.object({
  term: z.string().describe('the part of the question that found it'),
  kind: z.enum(['order', 'request', 'callback', 'party']),
  why: z.enum(['id', 'key', 'end']).describe('end: the last digits of a mobile number'),
  platform: z.string(),
  id: z.string(),
  title: z.string().describe('what a person reads of it'),
  at: z.iso.datetime().nullable(),
  order: orderSchema.nullable(),
});

type Hit = z.input<typeof hitSchema>;

export const searchEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/search',
    operationId: 'search',
    summary: 'Whatever an id belongs to: orders, calls, callbacks, parties',
    query: z.strictObject({
      q: z
        .string()
        .trim()
        .min(1)
        .max(4000)
        .describe(
          `one or several terms (at most ${MAX_TERMS}), with blanks, commas or lines between: order ids, look-up keys such as a customParm, ids of calls, callbacks or parties, or the last digits (4 or more) of a mobile number`,
        ),
    }),
    status: 200,
    response: z.object({
      items: z.array(hitSchema.meta({ id: 'SearchHit' })),
      unknown: z.array(z.string()).describe('the terms that found nothing'),
    }),
    errors: {},
    async handle({ query: { q } }, services) {
      const terms = [...new Set(q.split(/[\s,，;；]+/).filter((term) => term !== ''))];
      const asked = terms.slice(0, MAX_TERMS);
      const found = await Promise.all(asked.map((term) => find(term, services)));
      const unknown = asked.filter((_, i) => found[i]!.length === 0);
      return { items: found.flat(), unknown: [...unknown, ...terms.slice(MAX_TERMS)] };
    },
  }),
];

async function find(term: string, services: ManageServices): Promise<Hit[]> {
  const [orders, request, callback] = await Promise.all([
    findOrders(term, services),
    findRequest(term, services),
    findCallback(term, services),
  ]);
  return [...orders, ...request, ...callback, ...findParties(term, services)];
}

async function findOrders(term: string, { ledger, platforms }: ManageServices): Promise<Hit[]> {
  const hit = (order: Order, why: Hit['why']): Hit => ({
    term,
    kind: 'order',
    why,
    platform: order.platform,
    id: order.orderId,
    title: orderView(order, platforms).stateName,
    at: isoTime(order.createdAt),
    order: orderView(order, platforms),
  });
  const byKey = await ledger.listOrders({ q: term, isFirstKeys: true, limit: MAX_ORDERS });
  // An id that many keys begin with stands further down the list than the list reaches.
  const byId = await Promise.all(
    platforms.map(({ name }) => ledger.loadMany(name, [orderId(term)])),
  );
  const ends = /^\d{4,11}$/.test(term)
    ? await Promise.all(
        platforms.flatMap(({ name, model }) =>
          model.keyOfEnd
            ? ledger.listOrders({
                ...{ platform: name, q: model.keyOfEnd(term) },
                ...{ isFirstKeys: true, limit: MAX_ORDERS },
              })
            : [],
        ),
      )
    : [];
  const hits = [
    ...byId.flat().flatMap((order) => (order ? [hit(order, 'id')] : [])),
    ...byKey.items.map((order) => hit(order, order.orderId.startsWith(term) ? 'id' : 'key')),
    ...ends.flatMap(({ items }) => items.map((order) => hit(order, 'end'))),
  ];
  const seen = new Set<string>();
  return hits.filter(({ platform, id }) => {
    const isNew = !seen.has(`${platform}/${id}`);
    seen.add(`${platform}/${id}`);
    return isNew;
  });
}

async function findRequest(term: string, { requests }: ManageServices): Promise<Hit[]> {
  const record = /^\d{9,16}$/.test(term) ? await requests.find(Number(term)) : null;
  if (!record) return [];
  const { id, platform, method, outcome, at } = record;
  const title = `${method ?? '?'} → ${outcome}`;
  return [one(term, 'request', platform, String(id), title, isoTime(at))];
}

async function findCallback(term: string, { callbacks }: ManageServices): Promise<Hit[]> {
  const number = /^(?:msg_)?(\d{1,16})$/.exec(term)?.[1];
  const delivery = number === undefined ? null : await callbacks.findDelivery(Number(number));
  if (!delivery) return [];
  const { deliveryId, platform, eventType, state, createdAt } = delivery;
  const title = `${eventType} → ${state}`;
  return [one(term, 'callback', platform, String(deliveryId), title, isoTime(createdAt))];
}

function findParties(term: string, { parties, platforms }: ManageServices): Hit[] {
  return platforms.flatMap((platform) =>
    parties
      .list(platform.name)
      .filter((party) => party.partyId === term || ownersOf(platform, party).includes(term))
      .map(({ partyId }) => one(term, 'party', platform.name, partyId, partyId, null)),
  );
}

const one = (
  term: string,
  kind: Hit['kind'],
  platform: string,
  id: string,
  title: string,
  at: string | null,
): Hit => ({ term, kind, why: 'id', platform, id, title, at, order: null });
