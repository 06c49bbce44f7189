// /tokens and /consents: what was given to a platform's parties, listed, and ended one by one.
import { z } from 'zod';
import type { Token } from '../core/token.ts';
import {
  type Endpoint,
  endpoint,
  findPlatform,
  inBothZones,
  type ManageServices,
  page,
  shanghaiField,
} from './endpoint.ts';
import { checkPartyFilter } from './filters.ts';

const tokenSchema = z
  .object({
    platform: z.string(),
    tokenId: z.string().describe('SHA-256 of the token, base64url; it opens nothing'),
    kind: z.string().describe('the platform says what it is: access, refresh, code'),
    partyId: z.string(),
    consentId: z.string().describe('what came from one consent has the same'),
    userName: z.string().nullable().describe('who consented'),
    scope: z.string().nullable(),
    issuedAt: z.iso.datetime().nullable(),
    issuedAtShanghai: shanghaiField.nullable(),
    expiresAt: z.iso.datetime(),
    expiresAtShanghai: shanghaiField,
  })
  .meta({ id: 'Token' });

const consentSchema = z
  .object({
    platform: z.string(),
    consentId: z.string(),
    partyId: z.string(),
    userName: z.string().nullable(),
    scope: z.string().nullable(),
    tokens: z.int().describe('how many codes and tokens of it there are'),
    expiresAt: z.iso.datetime().describe('when the last of them ends'),
    expiresAtShanghai: shanghaiField,
  })
  .meta({ id: 'Consent' });

const query = (cursor: RegExp) =>
  z.strictObject({
    party: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(50),
    cursor: z.string().regex(cursor, 'has to be the nextCursor of an earlier answer').optional(),
  });

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function viewToken(token: Token): z.input<typeof tokenSchema> {
  const { platform, digest, kind, partyId, grantId, expiresAt, attributes } = token;
  const { userName, scope, issuedAt } = attributes;
  return {
    platform,
    tokenId: digest,
    kind,
    partyId,
    consentId: grantId,
    userName: text(userName),
    scope: text(scope),
    ...inBothZones('issuedAt', typeof issuedAt === 'number' ? issuedAt : null),
    ...inBothZones('expiresAt', expiresAt),
  };
}

/** For a list that came out empty: a party that does not exist is 400, with those that there are. */
async function refuseUnknownParty(
  items: readonly unknown[],
  platform: string,
  party: string | undefined,
  { parties, tokens }: Pick<ManageServices, 'parties' | 'tokens'>,
): Promise<void> {
  if (items.length > 0) return;
  await checkPartyFilter({ parties }, { platform, party }, () =>
    tokens.list({ platform, partyId: party, limit: 1 }),
  );
}

const ended = z.object({
  ended: z.int().describe('how many codes and tokens were ended; 0 where there was none'),
});

export const tokenEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/tokens/{platform}',
    operationId: 'listTokens',
    summary: 'Codes and tokens that were not spent or ended, by consent, without themselves',
    query: query(/^[\w:-]{1,100}\.[\w-]{1,64}$/).extend({ consent: z.string().optional() }),
    status: 200,
    response: page(tokenSchema),
    errors: { 404: 'no such platform' },
    async handle({ params, query: { party, consent, ...rest } }, services) {
      const { tokens, platforms } = services;
      const platform = findPlatform(platforms, params.platform!).name;
      const found = await tokens.list({ platform, partyId: party, grantId: consent, ...rest });
      await refuseUnknownParty(found.items, platform, party, services);
      return { ...found, items: found.items.map(viewToken) };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/tokens/{platform}/{tokenId}',
    operationId: 'endToken',
    summary: 'End one code or token; others of its consent go on',
    status: 200,
    response: ended,
    errors: { 404: 'no such platform' },
    async handle({ params }, { tokens, platforms }) {
      const platform = findPlatform(platforms, params.platform!).name;
      return { ended: (await tokens.end(platform, params.tokenId!)) ? 1 : 0 };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/consents/{platform}',
    operationId: 'listConsents',
    summary: 'Consents of merchants, each with how many tokens came of it',
    query: query(/^[\w:-]{1,100}$/),
    status: 200,
    response: page(consentSchema),
    errors: { 404: 'no such platform' },
    async handle({ params, query: { party, ...rest } }, services) {
      const { tokens, platforms } = services;
      const platform = findPlatform(platforms, params.platform!).name;
      const found = await tokens.listGrants({ platform, partyId: party, ...rest });
      await refuseUnknownParty(found.items, platform, party, services);
      const items = found.items.map(
        ({ grantId, partyId, tokens: count, expiresAt, attributes }) => ({
          platform,
          consentId: grantId,
          partyId,
          userName: text(attributes.userName),
          scope: text(attributes.scope),
          tokens: count,
          ...inBothZones('expiresAt', expiresAt),
        }),
      );
      return { ...found, items };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/consents/{platform}/{consentId}',
    operationId: 'endConsent',
    summary: 'End a consent with everything that came of it',
    status: 200,
    response: ended,
    errors: { 404: 'no such platform' },
    async handle({ params }, { tokens, platforms }) {
      const platform = findPlatform(platforms, params.platform!).name;
      return { ended: await tokens.revoke(platform, params.consentId!) };
    },
  }),
];
