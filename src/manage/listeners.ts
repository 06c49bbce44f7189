// /callbacks/listeners: named cursors over a party's callbacks, for a program that pulls them.
import { z } from 'zod';
import { SECOND } from '../core/clock.ts';
import type { Listener, OpenedListener } from '../core/listeners.ts';
import { requireOwner } from './callback-owner.ts';
import { type Endpoint, endpoint, findPlatform, isoTime, ManageError } from './endpoint.ts';

const listenerSchema = z
  .object({
    name: z.string(),
    platform: z.string(),
    party: z.string().describe('the owner whose orders’ events it gets'),
    endpointId: z
      .string()
      .nullable()
      .describe('whose form, event types and secrets its callbacks have; null: its own'),
    cursor: z.int().describe('every event up to this number is acknowledged'),
    createdAt: z.iso.datetime(),
    seenAt: z.iso.datetime().describe('when it was opened or acknowledged last'),
  })
  .meta({ id: 'Listener' });

const nameSchema = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'has to be 1 to 64 letters, digits, "-", "_" and "."');
const session = z.string().min(1).max(100).describe('of the answer that opened it');
const callbackSchema = z
  .object({
    seq: z
      .int()
      .describe('the number of the event; below 1 if it was before the party came to its group'),
    times: z.int().nullable().describe('of a resend, for its acknowledgement; else null'),
    type: z.string(),
    action: z.string(),
    orderId: z.string(),
    version: z.int(),
    contentType: z.string(),
    body: z.string().describe('exactly what an endpoint would get'),
    headers: z.record(z.string(), z.string()).describe('content type and signature'),
  })
  .meta({ id: 'PulledCallback' });
const resendsSchema = z
  .array(z.object({ seq: z.int(), times: z.int().min(1) }))
  .max(1000)
  .default([]);

const NO_LISTENER = { 404: 'no such listener' };
const TAKEN = { ...NO_LISTENER, 409: 'the listener was opened again, and this session has ended' };
/** A pull must end before a proxy in between takes the connection for dead. */
const MAX_WAIT_SECONDS = 5;

export const listenerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/callbacks/listeners',
    operationId: 'listListeners',
    summary: 'Listeners, by name',
    status: 200,
    response: z.object({ items: z.array(listenerSchema) }),
    errors: {},
    async handle(_, { pulled }) {
      return { items: (await pulled.list()).map(view) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/listeners',
    operationId: 'openListener',
    summary: 'Open a listener: make it, or take it over where its cursor stands',
    body: z.strictObject({
      name: nameSchema,
      platform: z.string(),
      party: z.string().min(1).max(255),
      endpointId: z.string().max(100).nullable().default(null),
      sinceSeconds: z
        .int()
        .min(0)
        .max(366 * 24 * 3600)
        .nullable()
        .default(null)
        .describe('what happened so many seconds ago and later comes again'),
    }),
    status: 200,
    response: listenerSchema
      .extend({
        session: z.string().describe('for pull and acknowledge; the session before it has ended'),
        waiting: z.int().describe('callbacks that were not acknowledged yet, up to 100000'),
        secret: z
          .string()
          .nullable()
          .describe('signs its callbacks; null if they are unsigned, or signed as its endpoint’s'),
      })
      .meta({ id: 'OpenedListener' }),
    errors: {
      404: 'no such platform, party or endpoint',
      409: 'the name belongs to a listener of another party or endpoint',
    },
    async handle({ body }, { pulled, callbacks, platforms, parties, ledger, clock }) {
      const { name, party, endpointId, sinceSeconds } = body;
      const platform = findPlatform(platforms, body.platform);
      await requireOwner(platform, party, { parties, ledger });
      if (endpointId !== null) {
        const found = await callbacks.findEndpoint(endpointId);
        if (found?.platform !== platform.name || found.party !== party) {
          const message = `${platform.name} party "${party}" has no endpoint "${endpointId}"`;
          throw new ManageError(404, 'unknown-endpoint', message, 'endpointId');
        }
      }
      const since = sinceSeconds === null ? null : clock.now() - sinceSeconds * SECOND;
      const wanted = { name, platform: platform.name, party, endpointId, since };
      const opened = await pulled.open(wanted);
      if (opened) return openedView(opened);
      const message = `the listener "${name}" belongs to another party or endpoint; remove it, or take another name`;
      throw new ManageError(409, 'exists', message, 'name');
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/listeners/{name}/pull',
    operationId: 'pullCallbacks',
    summary: 'The next callbacks of a listener, signed; nothing is acknowledged by it',
    isAudited: false,
    body: z.strictObject({
      session,
      after: z
        .int()
        .nullable()
        .default(null)
        .describe('events after this number and after the cursor; null: after the cursor'),
      limit: z.int().min(1).max(100).default(50),
      waitSeconds: z.int().min(0).max(MAX_WAIT_SECONDS).default(0),
    }),
    status: 200,
    response: z.object({
      callbacks: z.array(callbackSchema).describe('resends first, then events in their order'),
      resendsToDrop: z
        .array(z.object({ seq: z.int(), times: z.int() }))
        .describe('resends of events that the listener does not get: acknowledge them, too'),
      to: z.int().describe('the batch covers the events up to this number'),
      takesAny2xx: z
        .boolean()
        .describe('whether any status 2xx acknowledges; else ask `judge` about an answer'),
    }),
    errors: TAKEN,
    async handle({ params, body }, { pulled }) {
      const { after, limit, waitSeconds } = body;
      const from = after ?? Number.MIN_SAFE_INTEGER;
      const page = { after: from, limit, waitMs: waitSeconds * SECOND };
      const batch = await pulled.pull(params.name!, body.session, page);
      if (batch) return batch as never;
      throw await lost(pulled, params.name!);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/listeners/{name}/judge',
    operationId: 'judgeAnswer',
    summary: 'Whether a receiver’s answer acknowledges a callback of the listener',
    isAudited: false,
    body: z.strictObject({ status: z.int().min(100).max(599), body: z.string().max(1024) }),
    status: 200,
    response: z.object({
      problem: z.string().nullable().describe('why it does not; null if it does'),
    }),
    errors: NO_LISTENER,
    async handle({ params, body }, { pulled }) {
      const problem = await pulled.judge(params.name!, body);
      if (problem === undefined) throw unknown(params.name!);
      return { problem };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/listeners/{name}/acknowledge',
    operationId: 'acknowledgeCallbacks',
    summary: 'Move the cursor of a listener: everything up to it is done',
    isAudited: false,
    body: z.strictObject({ session, cursor: z.int(), resends: resendsSchema }),
    status: 200,
    response: z.object({ acknowledged: z.int() }),
    errors: TAKEN,
    async handle({ params, body }, { pulled }) {
      const { cursor, resends } = body;
      if (await pulled.acknowledge(params.name!, body.session, { cursor, resends })) {
        return { acknowledged: cursor };
      }
      throw await lost(pulled, params.name!);
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/callbacks/listeners/{name}',
    operationId: 'removeListener',
    summary: 'Remove a listener with its cursor',
    status: 200,
    response: z.object({ removed: z.string() }),
    errors: NO_LISTENER,
    async handle({ params }, { pulled }) {
      if (await pulled.remove(params.name!)) return { removed: params.name! };
      throw unknown(params.name!);
    },
  }),
];

const view = ({ createdAt, seenAt, ...listener }: Listener) => ({
  ...listener,
  createdAt: isoTime(createdAt),
  seenAt: isoTime(seenAt),
});

const openedView = ({ session, waiting, secret, ...listener }: OpenedListener) => ({
  ...view(listener),
  ...{ session, waiting, secret },
});

const unknown = (name: string): ManageError =>
  new ManageError(404, 'unknown-listener', `no listener "${name.slice(0, 64)}"`, 'name');

/** Why a session may not go on. */
async function lost(
  { list }: { list(): Promise<readonly Listener[]> },
  name: string,
): Promise<ManageError> {
  if (!(await list()).some((one) => one.name === name)) return unknown(name);
  const message = `somebody has opened the listener "${name}" again, and took it over`;
  return new ManageError(409, 'listener-taken', message, 'session');
}
