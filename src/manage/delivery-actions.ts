// /callbacks/deliveries/…: what operators do by hand: send one now, send it again, or give it up.
import { z } from 'zod';
import type { HandClaim } from '../core/callback-by-hand.ts';
import type { CallbackManagement, ReplayOutcome } from '../core/callback-management.ts';
import { deliverySchema, deliveryView } from './deliveries.ts';
import { type Endpoint, endpoint, instantText, isoTime, ManageError } from './endpoint.ts';
import type { ErrorCodeName } from './error-codes.ts';
import { checkOwnerFilter, checkPlatformFilter } from './filters.ts';
import { checkEndpointFilter } from './log-filters.ts';

const heldSchema = z.object({
  endpointId: z.string(),
  pausedUntil: z.iso.datetime().optional().describe('it seems to be down, and is left alone'),
  off: z.string().optional().describe('why it is switched off'),
});

const replaySchema = z.object({
  replayed: z.int(),
  pausedUntil: z.iso
    .datetime()
    .optional()
    .describe('until when at the latest a pause holds them back; absent where none does'),
  held: z.array(heldSchema).optional().describe('the endpoints that send nothing now'),
});

const endPause = z
  .boolean()
  .default(false)
  .describe('ends the pause of the endpoints, so that they go out at once');

const NO_DELIVERY = { 404: 'no such delivery' };

export const deliveryActionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/callbacks/deliveries/{deliveryId}',
    operationId: 'readDelivery',
    summary: 'One callback with every attempt',
    status: 200,
    response: deliverySchema,
    errors: NO_DELIVERY,
    async handle({ params }, { callbacks }) {
      return deliveryView(await read(callbacks, params.deliveryId!));
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/deliveries/{deliveryId}/attempt',
    operationId: 'attemptDelivery',
    summary: 'Send a pending callback now, whatever its time and its endpoint’s pause',
    body: z.strictObject({}),
    status: 200,
    response: deliverySchema.describe('with the attempt as its last one'),
    errors: {
      ...NO_DELIVERY,
      409: 'it waits for an earlier one, is under way, has ended, or its endpoint is off',
    },
    async handle({ params }, { callbacks }) {
      const { deliveryId } = await read(callbacks, params.deliveryId!);
      const refused = await callbacks.attempt(deliveryId);
      if (refused) throw whyNot(refused, deliveryId);
      return deliveryView(await read(callbacks, String(deliveryId)));
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/deliveries/{deliveryId}/give-up',
    operationId: 'giveUpDelivery',
    summary: 'Make a dead letter of a pending callback; the next of its order goes out',
    body: z.strictObject({
      note: z.string().max(200).optional().describe('why, for the alert'),
    }),
    status: 200,
    response: deliverySchema,
    errors: { ...NO_DELIVERY, 409: 'it is under way, or has ended' },
    async handle({ params, body }, { callbacks, clock }) {
      const { deliveryId, state } = await read(callbacks, params.deliveryId!);
      const outcome = await callbacks.giveUp(deliveryId, body.note, clock.now());
      if (outcome === 'unknown') throw unknown(String(deliveryId));
      if (outcome === 'ended') throw whyNot({ kind: 'ended', state }, deliveryId);
      if (outcome === 'under-way') {
        const message = `delivery ${deliveryId} is under way; its result decides, try again when it has come`;
        throw new ManageError(409, 'delivery-under-way', message, 'deliveryId');
      }
      return deliveryView(await read(callbacks, String(deliveryId)));
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/deliveries/{deliveryId}/replay',
    operationId: 'replayDelivery',
    summary: 'Send one again that was delivered or given up',
    body: z.strictObject({ endPause }),
    status: 200,
    response: replaySchema,
    errors: {
      404: 'no such delivery, or it is pending',
      409: 'its endpoint was deleted',
    },
    async handle({ params, body }, { callbacks, clock }) {
      const { deliveryId, state, endpointId } = await read(callbacks, params.deliveryId!);
      const outcome = await callbacks.replay(deliveryId, body.endPause, clock.now());
      if (outcome.replayed === 1) return replayView(outcome);
      if (!(await callbacks.findEndpoint(endpointId))) {
        const message = `the endpoint ${endpointId} of delivery ${deliveryId} was deleted`;
        throw new ManageError(409, 'endpoint-deleted', message, 'deliveryId');
      }
      const message = `delivery ${deliveryId} is ${state}; POST …/attempt sends a pending one now`;
      throw new ManageError(404, 'unknown-delivery', message, 'deliveryId');
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/replay',
    operationId: 'replayDeliveries',
    summary:
      'Send all again of an endpoint or a party that were made in a time range and have ended',
    body: z
      .strictObject({
        endpointId: z.string().max(255).optional(),
        platform: z.string().max(255).optional(),
        party: z.string().max(255).optional(),
        state: z.enum(['delivered', 'dead']).optional().describe('default: both'),
        from: instantText.describe('the earliest, included'),
        to: instantText.describe('the latest, excluded'),
        endPause,
      })
      .refine(
        ({ endpointId, platform, party }) =>
          endpointId !== undefined || (platform !== undefined && party !== undefined),
        { message: 'name the endpoint, or platform and party', path: ['endpointId'] },
      ),
    status: 200,
    response: replaySchema,
    errors: {},
    async handle({ body: { endPause, ...filter } }, { callbacks, clock, platforms, parties }) {
      const { platform, party } = filter;
      checkPlatformFilter(platforms, platform);
      const outcome = await callbacks.replayAll(filter, endPause, clock.now());
      if (outcome.replayed === 0) {
        await checkEndpointFilter(callbacks, filter.endpointId);
        await checkOwnerFilter({ platforms, parties }, { platform, party }, () =>
          callbacks.listDeliveries({ platform, party, limit: 1 }),
        );
      }
      return replayView(outcome);
    },
  }),
];

/** @throws {ManageError} 400 for what is no number, 404 where there is none */
async function read({ findDelivery }: CallbackManagement, text: string) {
  if (!/^\d{1,15}$/.test(text)) {
    const message = 'deliveryId: has to be the number of a delivery';
    throw new ManageError(400, 'bad-request', message, 'deliveryId');
  }
  const found = await findDelivery(Number(text));
  if (!found) throw unknown(text);
  return found;
}

function unknown(deliveryId: string): ManageError {
  const message = `no delivery ${deliveryId.slice(0, 40)}; GET /callbacks/deliveries lists them`;
  return new ManageError(404, 'unknown-delivery', message, 'deliveryId');
}

/** Why a delivery was not sent now, and what to do instead. */
function whyNot(
  refused: Exclude<HandClaim, { readonly kind: 'claimed' }>,
  deliveryId: number,
): ManageError {
  const conflict = (code: ErrorCodeName, message: string) =>
    new ManageError(409, code, `delivery ${deliveryId} ${message}`, 'deliveryId');
  switch (refused.kind) {
    case 'unknown':
      return unknown(String(deliveryId));
    case 'endpoint-off':
      return conflict(
        'endpoint-off',
        'is of an endpoint that is off; switch the endpoint on first',
      );
    case 'ended':
      return conflict('delivery-ended', `is ${refused.state}; POST …/replay sends it again`);
    case 'waits':
      return conflict(
        'delivery-waits',
        `waits for delivery ${refused.earlier}, an earlier one of the same order: send that one, or give it up`,
      );
    case 'under-way':
      return conflict(
        'delivery-under-way',
        `is under way, until ${isoTime(refused.until)} at the latest`,
      );
  }
}

function replayView({ replayed, held }: ReplayOutcome): z.input<typeof replaySchema> {
  const times = held.flatMap(({ pausedUntil }) => (pausedUntil === null ? [] : [pausedUntil]));
  return {
    replayed,
    ...(times.length > 0 && { pausedUntil: isoTime(Math.max(...times)) }),
    ...(held.length > 0 && {
      held: held.map(({ endpointId, pausedUntil, off }) => ({
        endpointId,
        ...(pausedUntil !== null && { pausedUntil: isoTime(pausedUntil) }),
        ...(off !== null && { off }),
      })),
    }),
  };
}
