// /api-tokens: bearer tokens of programs, each with a name, a role and an end.
import { z } from 'zod';
import { type Credential, TOKEN_ROLES, type TokenRole } from '../core/account.ts';
import { DAY } from '../core/clock.ts';
import { ADMIN_TOKEN, type PartyScope } from '../core/principal.ts';
import { accountName } from '../people/people.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  isoTime,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import { unknownParty } from './parties.ts';

export const tokenSchema = z
  .object({
    tokenId: z.string(),
    name: z.string().describe('who the order’s history and the audit say has done it'),
    role: z.enum(TOKEN_ROLES),
    platform: z.string().nullable().describe('of a partner’s token'),
    partyId: z.string().nullable().describe('the party whose data it shows, and no other'),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
    endsAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe('to the minute'),
  })
  .meta({ id: 'ApiToken' });

const withSecret = tokenSchema
  .extend({ token: z.string().describe('ogt_…; shown this once') })
  .meta({ id: 'ApiTokenWithSecret' });

/** Of two names that look alike, the audit would not tell which it was. */
export const tokenName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'may not hold control characters or invisible ones');

/** A year: a token that nobody renews is one that nobody remembers. */
const MAX_DAYS = 366;

export const apiTokenEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/api-tokens',
    operationId: 'listApiTokens',
    summary: 'API tokens that have not ended, without themselves',
    status: 200,
    response: z.object({ items: z.array(tokenSchema) }),
    errors: {},
    async handle(_call, { people }) {
      const tokens = await people.store.listCredentials({ kind: 'token' });
      const valid = tokens.filter(({ expiresAt }) => expiresAt > people.now());
      const items = valid.map(view).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      return { items };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/api-tokens',
    operationId: 'createApiToken',
    summary: 'Make an API token; the answer is the only one that shows it',
    body: z.strictObject({
      name: tokenName,
      role: z.enum(TOKEN_ROLES),
      platform: z.string().optional().describe('with role partner'),
      partyId: z.string().optional().describe('with role partner: whose data it shows'),
      days: z.int().min(1).max(MAX_DAYS).default(90).describe('how long it lasts'),
    }),
    status: 201,
    response: withSecret,
    errors: { 404: 'no such platform or party', 409: 'a token of that name is there' },
    async handle({ body, by }, services) {
      const { people } = services;
      const { name, role, days } = body;
      const scope = scopeOf(body, services);
      const now = people.now();
      const tokens = await people.store.listCredentials({ kind: 'token' });
      // The name alone tells in an order's history which token it was.
      if (tokens.some((one) => one.attributes.name === name && one.expiresAt > now)) {
        const message = `there is a token "${name}" already; end it first, or choose another name`;
        throw new ManageError(409, 'exists', message, 'name');
      }
      await refusePersonsName(name, people);
      const made = await people.createToken({
        ...{ name, role, createdBy: by.name, expiresAt: now + days * DAY },
        owner: await people.ownerOf(by),
        ...(scope && { scope }),
      });
      return { ...view(made.token), token: made.secret };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api-tokens/{tokenId}',
    operationId: 'readApiToken',
    summary: 'One API token, without itself',
    status: 200,
    response: tokenSchema,
    errors: { 404: 'no such token' },
    async handle({ params }, { people }) {
      const credentialId = params.tokenId!;
      const [token] = await people.store.listCredentials({ kind: 'token', credentialId });
      if (token) return view(token);
      const message = `no API token "${credentialId.slice(0, 40)}"; GET /api-tokens lists them`;
      throw new ManageError(404, 'unknown-token', message, 'tokenId');
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/api-tokens/{tokenId}',
    operationId: 'endApiToken',
    summary: 'End an API token; its next call is refused',
    status: 200,
    response: z.object({ ended: z.int().describe('0 where there was none') }),
    errors: {},
    async handle({ params }, { people }) {
      const its = { kind: 'token', credentialId: params.tokenId! } as const;
      return { ended: await people.store.endCredentials(its) };
    },
  }),
];

export function view({
  credentialId,
  expiresAt,
  attributes,
}: Credential): z.input<typeof tokenSchema> {
  const {
    name,
    role,
    createdAt,
    createdBy,
    lastUsedAt,
    platform = null,
    partyId = null,
  } = attributes;
  return {
    tokenId: credentialId,
    name: String(name),
    role: role as TokenRole,
    platform: platform as string | null,
    partyId: partyId as string | null,
    createdAt: isoTime(Number(createdAt)),
    createdBy: String(createdBy),
    endsAt: isoTime(expiresAt),
    lastUsedAt: typeof lastUsedAt === 'number' ? isoTime(lastUsedAt) : null,
  };
}

/** @throws {ManageError} where a partner's token names no party, or another one does */
function scopeOf(
  {
    role,
    platform,
    partyId,
  }: { role: TokenRole; platform?: string | undefined; partyId?: string | undefined },
  services: Pick<ManageServices, 'platforms' | 'parties'>,
): PartyScope | null {
  if (role === 'partner') return requireParty({ platform, partyId }, services);
  const field = platform !== undefined ? 'platform' : 'partyId';
  if (platform === undefined && partyId === undefined) return null;
  throw new ManageError(
    400,
    'bad-request',
    `${field}: only a token with role partner has it`,
    field,
  );
}

/**
 * The audit and an order's history tell by the name who has done a thing.
 *
 * @throws {ManageError} where the name is that of an account, or of the admin token
 */
export async function refusePersonsName(
  name: string,
  { store }: Pick<ManageServices['people'], 'store'>,
): Promise<void> {
  const plain = accountName(name);
  if (plain !== ADMIN_TOKEN.name && !(await store.findAccount({ name: plain }))) return;
  const message = `"${name}" is the name of an account or of the admin token; choose another name`;
  throw new ManageError(409, 'exists', message, 'name');
}

/** @throws {ManageError} where there is no such party */
export function requireParty(
  { platform, partyId }: { platform?: string | undefined; partyId?: string | undefined },
  { platforms, parties }: Pick<ManageServices, 'platforms' | 'parties'>,
): PartyScope {
  const missing = platform === undefined ? 'platform' : 'partyId';
  if (platform === undefined || partyId === undefined) {
    const message = `${missing}: a token with role partner needs platform and partyId`;
    throw new ManageError(400, 'bad-request', message, missing);
  }
  const its = findPlatform(platforms, platform);
  if (!parties.find(its.name, partyId)) throw unknownParty(its, partyId);
  return { platform: its.name, partyId };
}
