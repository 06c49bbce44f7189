// /callbacks/endpoints: register, change, rotate secrets, and test; callback-endpoint-list.ts lists them. A secret is shown once, when it is made.
import { z } from 'zod';
import { reaches } from '../core/account.ts';
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import { type EndpointOutcome, isProblem } from '../core/callback-management.ts';
import { DAY, SECOND } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Platform } from '../protocol/platform.ts';
import { EXPECTED_BODIES, PLATFORM_PRESET, RETRY_PRESETS } from '../protocol/retry-schedule.ts';
import { requireOwner } from './callback-owner.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  inBothZones,
  ManageError,
  shanghaiField,
} from './endpoint.ts';

export const endpointSchema = z
  .object({
    endpointId: z.string(),
    platform: z.string(),
    party: z.string().describe('the owner whose orders’ events it gets'),
    origin: z.enum(['registered', 'declared']).describe('declared by the platform for the party'),
    url: z.string(),
    preset: z
      .enum(RETRY_PRESETS)
      .describe('when a failed delivery is tried again; platform: as the platform’s own callbacks'),
    expects: z.enum(EXPECTED_BODIES).nullable().describe('what has to be answered besides 2xx'),
    eventTypes: z.array(z.string()).nullable().describe('null: all of them'),
    enabled: z.boolean(),
    off: z
      .object({ reason: z.string(), at: z.iso.datetime(), atShanghai: shanghaiField })
      .nullable()
      .describe('why it is switched off, and since when'),
    createdAt: z.iso.datetime(),
    createdAtShanghai: shanghaiField,
    failures: z.int().describe('attempts that failed since the last success'),
    failingSince: z.iso.datetime().nullable(),
    failingSinceShanghai: shanghaiField.nullable(),
    pausedUntil: z.iso
      .datetime()
      .nullable()
      .describe('nothing is sent until then, as it seems to be down'),
    pausedUntilShanghai: shanghaiField.nullable(),
    secrets: z
      .array(
        z.object({
          createdAt: z.iso.datetime(),
          createdAtShanghai: shanghaiField,
          expiresAt: z.iso.datetime().nullable(),
          expiresAtShanghai: shanghaiField.nullable(),
        }),
      )
      .describe('those that sign, newest first, without their text'),
  })
  .meta({ id: 'CallbackEndpoint' });

const secretSchema = z.string().describe('whsec_ and base64; shown this once');
const withSecret = endpointSchema
  .extend({ secret: secretSchema })
  .meta({ id: 'CallbackEndpointWithSecret' });
const givenSecret = z.string().optional().describe('default: a new one');

const settings = {
  url: z.string().max(2048),
  preset: z.enum(RETRY_PRESETS),
  expects: z.enum(EXPECTED_BODIES).nullable(),
  eventTypes: z.array(z.string().min(1).max(100)).min(1).max(100).nullable(),
};

/** Enough for the other side to change over on a working day. */
const DEFAULT_OVERLAP_SECONDS = DAY / SECOND;

export const callbackEndpointEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/callbacks/endpoints',
    operationId: 'createCallbackEndpoint',
    summary: 'Register an endpoint for the events of a party’s orders; the answer has its secret',
    body: z.strictObject({
      platform: z.string(),
      party: z.string().min(1).max(255),
      url: settings.url,
      preset: settings.preset.default('standard'),
      expects: settings.expects.default(null),
      eventTypes: settings.eventTypes.default(null),
      secret: givenSecret,
    }),
    status: 201,
    response: withSecret,
    errors: { 404: 'no such platform or party; the message lists those that there are' },
    async handle({ body }, { callbacks, platforms, parties, ledger, clock }) {
      const platform = findPlatform(platforms, body.platform);
      await requireOwner(platform, body.party, { parties, ledger });
      checkPreset(platform, body.preset);
      const made = found(
        await callbacks.register({ ...body, platform: platform.name }, clock.now()),
        'it was just made',
      );
      return { ...view(made, clock.now()), secret: made.secrets[0]!.secret };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/callbacks/endpoints/{endpointId}',
    operationId: 'readCallbackEndpoint',
    summary: 'One endpoint, without its secrets',
    status: 200,
    response: endpointSchema,
    errors: { 404: 'no such endpoint' },
    async handle({ params }, { callbacks, clock }) {
      const id = params.endpointId!;
      return view(found(await callbacks.findEndpoint(id), id), clock.now());
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/callbacks/endpoints/{endpointId}',
    operationId: 'changeCallbackEndpoint',
    summary: 'Change an endpoint, switch it off, or on again; what is pending goes on then',
    body: z.strictObject({
      url: settings.url.optional(),
      preset: settings.preset.optional(),
      expects: settings.expects.optional(),
      eventTypes: settings.eventTypes.optional(),
      enabled: z.boolean().optional(),
    }),
    status: 200,
    response: endpointSchema,
    errors: { 404: 'no such endpoint' },
    async handle({ params, body, by }, { callbacks, platforms, clock }) {
      const given = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== undefined),
      );
      requireAdminBeyondSwitch(by, Object.keys(given));
      const id = params.endpointId!;
      if (body.preset === PLATFORM_PRESET) {
        const { platform } = found(await callbacks.findEndpoint(id), id);
        checkPreset(findPlatform(platforms, platform), body.preset);
      }
      return view(found(await callbacks.change(id, given, clock.now()), id), clock.now());
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/callbacks/endpoints/{endpointId}',
    operationId: 'deleteCallbackEndpoint',
    summary: 'Delete an endpoint; what is pending becomes dead letters, which are not replayed',
    status: 200,
    response: z.object({
      endpointId: z.string(),
      deleted: z.literal(true),
      givenUp: z.int().describe('callbacks that were pending'),
    }),
    errors: { 404: 'no such endpoint' },
    async handle({ params }, { callbacks, clock }) {
      const endpointId = params.endpointId!;
      if (!endpointId.startsWith('ep_')) {
        const message = 'endpointId: has to be the id of an endpoint, like ep_…';
        throw new ManageError(400, 'bad-request', message, 'endpointId');
      }
      const outcome = await callbacks.remove(endpointId, clock.now());
      if (outcome === null) throw unknownEndpoint(endpointId);
      if ('problem' in outcome) {
        const message = `the endpoint ${outcome.problem}`;
        throw new ManageError(400, 'bad-endpoint', message, 'endpointId');
      }
      return { endpointId, deleted: true as const, givenUp: outcome.givenUp };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/endpoints/{endpointId}/secrets',
    operationId: 'rotateCallbackSecret',
    summary: 'Make a new secret; the older ones sign besides for a while',
    body: z.strictObject({
      secret: givenSecret,
      overlapSeconds: z
        .int()
        .min(0)
        .max(90 * DEFAULT_OVERLAP_SECONDS)
        .default(DEFAULT_OVERLAP_SECONDS)
        .describe('how long the secrets that hold now go on; 0 ends them at once'),
    }),
    status: 201,
    response: withSecret,
    errors: { 404: 'no such endpoint' },
    async handle({ params, body }, { callbacks, clock }) {
      const id = params.endpointId!;
      const overlapMs = body.overlapSeconds * SECOND;
      const now = clock.now();
      const changed = found(await callbacks.rotate(id, body.secret, overlapMs, now), id);
      return { ...view(changed, now), secret: changed.secrets[0]!.secret };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/endpoints/{endpointId}/ping',
    operationId: 'pingCallbackEndpoint',
    summary:
      'Post a signed test message at once; an acknowledgement ends the pause, and what waits goes out',
    body: z.strictObject({}),
    status: 200,
    response: z.object({
      status: z.int().nullable(),
      error: z.string().nullable().describe('why it would not count as delivered'),
      durationMicros: z.int(),
      answer: z.string().describe('the first KiB'),
      broughtForward: z
        .int()
        .describe('pending callbacks that waited for a later time and go out now'),
    }),
    errors: { 404: 'no such endpoint' },
    async handle({ params }, { callbacks, clock }) {
      const target = found(await callbacks.findEndpoint(params.endpointId!), params.endpointId!);
      const outcome = await callbacks.ping(target, clock.now());
      const { status, error, durationMicros, answer, broughtForward } = outcome;
      return { status, error, durationMicros, answer, broughtForward };
    },
  }),
];

function found(outcome: EndpointOutcome, endpointId: string): CallbackEndpoint {
  if (outcome === null) throw unknownEndpoint(endpointId);
  if (!isProblem(outcome)) return outcome;
  const { field, problem } = outcome;
  throw new ManageError(400, 'bad-endpoint', `${field}: ${problem}`, field);
}

/** Not every platform pushes by itself and has a schedule of its own. */
function checkPreset({ name, callbacks }: Platform, preset: string): void {
  if (preset !== PLATFORM_PRESET || callbacks?.schedule) return;
  const others = RETRY_PRESETS.filter((one) => one !== PLATFORM_PRESET).join(', ');
  const message = `preset: ${name} has no retry schedule of its own; use one of ${others}`;
  throw new ManageError(400, 'bad-endpoint', message, 'preset');
}

function unknownEndpoint(endpointId: string): ManageError {
  const message = `no endpoint "${endpointId}"; GET /callbacks/endpoints lists them`;
  return new ManageError(404, 'unknown-endpoint', message, 'endpointId');
}

export function view(from: CallbackEndpoint, now: number): z.input<typeof endpointSchema> {
  const { secrets, health, createdAt, off, eventTypes, preset, expects, ...rest } = from;
  const { failures, failingSince, openUntil } = health;
  const pausedUntil = openUntil !== null && openUntil > now ? openUntil : null;
  return {
    ...rest,
    // Whoever writes them, this API or a platform's declaration, takes them from these lists.
    preset: preset as (typeof RETRY_PRESETS)[number],
    expects: expects as (typeof EXPECTED_BODIES)[number] | null,
    eventTypes: eventTypes && [...eventTypes],
    off: off && { reason: off.reason, ...inBothZones('at', off.at) },
    ...inBothZones('createdAt', createdAt),
    failures,
    ...inBothZones('failingSince', failingSince),
    ...inBothZones('pausedUntil', pausedUntil),
    secrets: secrets
      .filter(({ expiresAt }) => expiresAt === null || now < expiresAt)
      .map((secret) => ({
        ...inBothZones('createdAt', secret.createdAt),
        ...inBothZones('expiresAt', secret.expiresAt),
      })),
  };
}

/**
 * An operator may switch an endpoint off and on. Where callbacks go is an admin's decision, as at its making.
 * @throws {ManageError} 403
 */
function requireAdminBeyondSwitch({ name, role }: Principal, fields: readonly string[]): void {
  const field = fields.find((one) => one !== 'enabled');
  if (field === undefined || reaches(role, 'admin')) return;
  const message = `${field}: to change it takes the role admin; ${name} is ${role}, and may change enabled alone`;
  throw new ManageError(403, 'forbidden', message, field);
}
