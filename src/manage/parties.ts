// /parties: create, read and change one; party-list.ts lists them. A secret is shown once, when it is made.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../core/order.ts';
import { liveKeys, mergeAttributes, type Party } from '../core/party.ts';
import { MIN_DIFFERENT_CHARACTERS, MIN_KEY_LENGTH } from '../core/party-keys.ts';
import { splitAddresses } from '../directory/addresses.ts';
import type { Parties } from '../directory/parties.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  inBothZones,
  ManageError,
  shanghaiField,
} from './endpoint.ts';
import { changeMatching, ifMatchHeader } from './if-match.ts';

export const partySchema = z
  .object({
    platform: z.string(),
    partyId: z.string(),
    version: z.int().describe('one more with each change; also the ETag, for If-Match'),
    enabled: z.boolean(),
    users: z.array(z.string()),
    grants: z.array(z.string()).describe("the platform's actions it may call"),
    addresses: z.array(z.string()).describe('addresses and CIDR ranges; empty checks nothing'),
    keys: z
      .array(
        z.object({
          keyId: z.string(),
          createdAt: z.iso.datetime(),
          createdAtShanghai: shanghaiField,
          expiresAt: z.iso.datetime().nullable(),
          expiresAtShanghai: shanghaiField.nullable(),
          lastUsedAt: z.iso
            .datetime()
            .nullable()
            .describe('when it verified a request last; of other nodes up to a minute late'),
          lastUsedAtShanghai: shanghaiField.nullable(),
        }),
      )
      .describe('those that hold, newest first, without their secrets'),
    attributes: z.record(z.string(), z.json()),
  })
  .meta({ id: 'Party' });

export const givenSecret = z
  .string()
  .max(256)
  .optional()
  .describe(
    `at least ${MIN_KEY_LENGTH} characters, ${MIN_DIFFERENT_CHARACTERS} of them different; default: 32 random hex digits`,
  );
export const secretSchema = z.string().describe('shown this once');

const settings = {
  enabled: z.boolean().optional(),
  users: z.array(z.string()).max(10_000).optional(),
  grants: z.array(z.string()).optional(),
  addresses: z
    .union([z.string(), z.array(z.string())])
    .transform(splitAddresses)
    .optional(),
  attributes: z
    .record(z.string(), z.json())
    .optional()
    .describe('what the platform keeps with the party besides, such as limits'),
};

export const newSecret = (): string => randomBytes(16).toString('hex');
export const newKeyId = (): string => `k${randomBytes(5).toString('hex')}`;

export const partyEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/parties',
    operationId: 'createParty',
    summary: 'Create a party; the answer has its secret',
    body: z.strictObject({
      platform: z.string(),
      partyId: z.string().min(1),
      secret: givenSecret,
      ...settings,
    }),
    status: 201,
    response: partySchema.extend({ secret: secretSchema }).meta({ id: 'PartyWithSecret' }),
    etag: ({ version }) => version,
    errors: { 404: 'no such platform', 409: 'the party exists' },
    async handle({ body }, { parties, platforms, clock }) {
      const platform = findPlatform(platforms, body.platform);
      const now = clock.now();
      const secret = body.secret ?? newSecret();
      const party: Party = {
        platform: platform.name,
        partyId: body.partyId,
        version: 1,
        enabled: body.enabled ?? true,
        users: body.users ?? [],
        grants: body.grants ?? [],
        addresses: body.addresses ?? [],
        keys: [{ keyId: newKeyId(), secret, createdAt: now, expiresAt: null }],
        attributes: body.attributes ?? {},
      };
      check(platform, party, parties.list(platform.name));
      checkKeys(party, now, parties);
      if (!(await parties.create(party))) {
        throw new ManageError(
          409,
          'exists',
          `${platform.name} already has a party "${party.partyId}"`,
          'partyId',
        );
      }
      return { ...view(party, now, NEVER), secret };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/parties/{platform}/{partyId}',
    operationId: 'readParty',
    summary: 'One party, without its secrets',
    status: 200,
    response: partySchema,
    etag: ({ version }) => version,
    errors: { 404: 'no such platform or party' },
    async handle({ params }, { parties, platforms, clock }) {
      const platform = findPlatform(platforms, params.platform!);
      const party = parties.find(platform.name, params.partyId!);
      if (!party) throw unknownParty(platform, params.partyId!);
      return view(party, clock.now(), await parties.keyUses.read());
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/parties/{platform}/{partyId}',
    operationId: 'changeParty',
    summary:
      'Change users, grants, addresses, attributes, or switch the party off; attributes are merged (RFC 7396)',
    headers: z.object(ifMatchHeader),
    query: z.strictObject({
      replace: z
        .enum(['true', 'false'])
        .default('false')
        .describe('true: a list of apps may leave apps out, which removes them'),
    }),
    body: z.strictObject(settings),
    status: 200,
    response: partySchema,
    etag: ({ version }) => version,
    errors: {
      404: 'no such platform or party',
      409: 'the attributes would drop an app; PUT or DELETE one app, or say replace=true',
      412: 'the party has another version than If-Match names',
    },
    async handle({ params, query, body, headers }, { parties, platforms, clock }) {
      const platform = findPlatform(platforms, params.platform!);
      const { attributes, ...others } = defined(body);
      const place = [platform.name, params.partyId!] as const;
      const changed = await changeMatching(parties, place, headers, (party) => {
        const next = {
          ...party,
          ...others,
          ...(attributes && {
            attributes: mergeAttributes(party.attributes, attributes as JsonObject),
          }),
        } as Party;
        if (query.replace !== 'true') refuseDroppedApps(platform, party, next);
        check(platform, next, parties.list(platform.name));
        return next;
      });
      if (!changed) throw unknownParty(platform, params.partyId!);
      return view(changed, clock.now(), await parties.keyUses.read());
    },
  }),
];

/** @throws {ManageError} where a key of the party is one that may not be made today */
export function checkKeys(party: Party, now: number, parties: Parties): void {
  const [wrong] = parties.keyProblems(party, now);
  if (wrong) throw new ManageError(400, 'bad-key', `secret: it ${wrong.problem}`, 'secret');
}

export function check(platform: Platform, party: Party, others: readonly Party[]): void {
  try {
    platform.checkParty(party, others);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ManageError(400, 'bad-party', error.message, error.field);
  }
}

export type KeyUses = Awaited<ReturnType<Parties['keyUses']['read']>>;
const NEVER: KeyUses = () => null;

export function view(party: Party, now: number, uses: KeyUses): z.input<typeof partySchema> {
  const { platform, partyId, version, enabled, users, grants, addresses, attributes } = party;
  const keys = liveKeys(party, now).map((key) => ({
    keyId: key.keyId,
    ...inBothZones('createdAt', key.createdAt),
    ...inBothZones('expiresAt', key.expiresAt),
    ...inBothZones('lastUsedAt', uses(party, key)),
  }));
  return {
    platform,
    partyId,
    version,
    enabled,
    users: [...users],
    grants: [...grants],
    addresses: [...addresses],
    keys,
    attributes: attributes as Record<string, z.core.util.JSONType>,
  };
}

/** A list is replaced whole: one that was written without knowing of an app would take it out of service. */
function refuseDroppedApps({ name, apps }: Platform, before: Party, after: Party): void {
  if (!apps || before.attributes.apps === after.attributes.apps) return;
  const kept = new Set(apps.ids(after));
  const dropped = apps.ids(before).filter((id) => !kept.has(id));
  if (dropped.length === 0) return;
  const one = `/parties/${name}/${before.partyId}/apps/{appid}`;
  const message = `attributes.apps would drop ${dropped.slice(0, 20).join(', ')}. PUT or DELETE ${one} changes one app; replace=true replaces the list.`;
  throw new ManageError(409, 'drops-apps', message, 'attributes.apps');
}

export function unknownParty(platform: Platform, partyId: string): ManageError {
  return new ManageError(
    404,
    'unknown-party',
    `${platform.name} has no party "${partyId}"`,
    'partyId',
  );
}

/** The fields that the caller gave. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
