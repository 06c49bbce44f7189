// /sandbox/forces: rules that make a party's calls fail on demand, for clients that send no header for it.
import { z } from 'zod';
import { parseForce } from '../protocol/force.ts';
import { type ForceRule, MAX_RULES, type SandboxForces } from '../protocol/sandbox-forces.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  inBothZones,
  instantText,
  isoTime,
  ManageError,
  type ManageServices,
  shanghaiField,
} from './endpoint.ts';
import { checkPlatformFilter } from './filters.ts';

const forceSchema = z
  .object({
    forceId: z.string(),
    platform: z.string(),
    party: z.string(),
    method: z.string().nullable().describe('null: every method'),
    force: z.string().describe('in the form of the header X-Sandbox-Force'),
    callsLeft: z.int().nullable().describe('how many calls it still meets; null: any number'),
    until: z.iso
      .datetime()
      .nullable()
      .describe('by the sandbox’s clock; null: until it is removed'),
    untilShanghai: shanghaiField.nullable(),
    createdAt: z.iso.datetime(),
    createdAtShanghai: shanghaiField,
    used: z.int().describe('how many calls it has met'),
  })
  .meta({ id: 'Force' });

const view = ({ force, until, createdAt, ...rule }: ForceRule) => ({
  ...rule,
  force: force.text,
  ...inBothZones('until', until),
  ...inBothZones('createdAt', createdAt),
});

/** Only a sandbox offers these endpoints, and a sandbox has forces. */
const forcesOf = ({ forces }: ManageServices): SandboxForces => forces!;

const NOT_HERE = { 404: 'not a sandbox' } as const;

export const forceEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/sandbox/forces',
    operationId: 'listForces',
    summary: 'The rules that force calls, oldest first; those that are used up or over are gone',
    query: z.strictObject({ platform: z.string().optional(), party: z.string().optional() }),
    status: 200,
    response: z.object({ items: z.array(forceSchema) }),
    errors: NOT_HERE,
    sandboxOnly: true,
    async handle({ query: { platform, party } }, services) {
      checkPlatformFilter(services.platforms, platform);
      const items = forcesOf(services)
        .list()
        .filter(
          (rule) =>
            (platform === undefined || rule.platform === platform) &&
            (party === undefined || rule.party === party),
        );
      return { items: items.map(view) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/sandbox/forces',
    operationId: 'createForce',
    summary:
      'Force the coming calls of a party: a code, a late, broken or garbled reply, or its callbacks',
    body: z.strictObject({
      platform: z.string(),
      party: z.string(),
      method: z.string().optional().describe('Default: every method'),
      force: z.string().min(1),
      calls: z.int().min(1).max(1_000_000).optional().describe('Default: any number'),
      until: instantText
        .optional()
        .describe('by the sandbox’s clock. Default: until it is removed'),
    }),
    status: 201,
    response: forceSchema,
    errors: {
      404: 'not a sandbox, or no such platform or party',
      409: `there are ${MAX_RULES} rules already`,
    },
    sandboxOnly: true,
    async handle({ body }, services) {
      const { party, method, calls, until } = body;
      const platform = findPlatform(services.platforms, body.platform);
      const { name, contract } = platform;
      if (!services.parties.find(name, party)) {
        const known = services.parties.list(name).map(({ partyId }) => partyId);
        const message = `${name} has no party "${party}"; there are: ${known.slice(0, 20).join(', ')}`;
        throw new ManageError(404, 'unknown-party', message, 'party');
      }
      if (method !== undefined && !Object.hasOwn(contract.methods, method)) {
        const message = `method: ${name} has no method "${method}"; there are: ${Object.keys(contract.methods).join(', ')}`;
        throw new ManageError(400, 'bad-request', message, 'method');
      }
      const force = parseForce(body.force, contract);
      if ('problem' in force) {
        throw new ManageError(400, 'bad-force', `force: ${force.problem}`, 'force');
      }
      if (until !== undefined && until <= services.clock.now()) {
        const message = `until: ${isoTime(until)} is over by the sandbox's clock, which is at ${isoTime(services.clock.now())}`;
        throw new ManageError(400, 'bad-force', message, 'until');
      }
      const added = forcesOf(services).add({
        platform: name,
        party,
        method: method ?? null,
        force,
        callsLeft: calls ?? null,
        until: until ?? null,
      });
      if (added) return view(added);
      const message = `there are ${MAX_RULES} rules already: remove one (DELETE /manage/v1/sandbox/forces/{forceId})`;
      throw new ManageError(409, 'too-many-forces', message);
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/sandbox/forces/{forceId}',
    operationId: 'removeForce',
    summary: 'Remove a rule; calls that it has met stay as they are',
    status: 200,
    response: z.object({ removed: z.boolean() }),
    errors: NOT_HERE,
    sandboxOnly: true,
    async handle({ params }, services) {
      return { removed: forcesOf(services).remove(params.forceId!) };
    },
  }),
];
