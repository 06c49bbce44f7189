// /partner-links: one-time links by which one party sees its own calls and callbacks, and nothing else.
import { z } from 'zod';
import { DAY } from '../core/clock.ts';
import { PASSWORD_LINK_MS } from '../people/people.ts';
import { refusePersonsName, requireParty, tokenName, tokenSchema, view } from './api-tokens.ts';
import { type Endpoint, endpoint, isoTime, ManageError } from './endpoint.ts';
import { checkPlatformFilter, partiesNamed } from './filters.ts';

/** So long a partner integrates; who needs longer gets another link. */
const DEFAULT_DAYS = 30;
const MAX_DAYS = 90;
/** Of one party that hold at once. */
const MAX_OF_PARTY = 20;

const linkSchema = tokenSchema
  .extend({
    link: z.string().describe('a path of this server; opens once, and is shown this once'),
    linkEndsAt: z.iso.datetime().describe('until when the link has to be opened'),
  })
  .meta({ id: 'PartnerLink' });

export const partnerLinkEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/partner-links',
    operationId: 'listPartnerLinks',
    summary: 'The tokens of partners’ links that have not ended',
    query: z.strictObject({
      platform: z.string().optional(),
      party: z.string().optional().describe('the party whose data it shows'),
    }),
    status: 200,
    response: z.object({ items: z.array(tokenSchema) }),
    errors: {},
    async handle({ query: { platform, party } }, { people, parties, platforms }) {
      checkPlatformFilter(platforms, platform);
      const tokens = await people.store.listCredentials({ kind: 'token' });
      const items = tokens
        .filter(
          ({ expiresAt, attributes }) =>
            isPartner(attributes) &&
            expiresAt > people.now() &&
            (platform === undefined || attributes.platform === platform) &&
            (party === undefined || attributes.partyId === party),
        )
        .map(view)
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      // Who is no party has none, and a link may have outlived its party.
      if (items.length === 0) partiesNamed({ parties }, { platform, party });
      return { items };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/partner-links',
    operationId: 'createPartnerLink',
    summary:
      'Make a one-time link that shows one party its own calls, callbacks, keys and endpoints',
    body: z.strictObject({
      platform: z.string(),
      partyId: z.string().min(1).max(255),
      name: tokenName
        .optional()
        .describe('who gets it, for the audit; default: the party with a number'),
      days: z
        .int()
        .min(1)
        .max(MAX_DAYS)
        .default(DEFAULT_DAYS)
        .describe('how long its session lasts'),
    }),
    status: 201,
    response: linkSchema,
    errors: {
      404: 'no such platform or party',
      409: 'a token of that name is there, or the party has too many links',
    },
    async handle({ body, by }, services) {
      const { people } = services;
      const scope = requireParty(body, services);
      const now = people.now();
      const tokens = (await people.store.listCredentials({ kind: 'token' })).filter(
        ({ expiresAt }) => expiresAt > now,
      );
      const names = new Set(tokens.map(({ attributes }) => attributes.name));
      const its = tokens.filter(
        ({ attributes }) =>
          attributes.platform === scope.platform && attributes.partyId === scope.partyId,
      );
      if (its.length >= MAX_OF_PARTY) {
        const message = `${scope.partyId} has ${MAX_OF_PARTY} links and tokens; end one first`;
        throw new ManageError(409, 'exists', message, 'partyId');
      }
      let number = 1;
      while (names.has(`${scope.partyId} ${number}`)) number++;
      const { name = `${scope.partyId} ${number}`.slice(-64) } = body;
      if (names.has(name)) {
        const message = `there is a token "${name}" already; end it first, or choose another name`;
        throw new ManageError(409, 'exists', message, 'name');
      }
      await refusePersonsName(name, people);
      const { token } = await people.createToken({
        ...{ name, role: 'partner', scope, createdBy: by.name, expiresAt: now + body.days * DAY },
        owner: await people.ownerOf(by),
      });
      const secret = await people.createLink('partner', null, PASSWORD_LINK_MS, {
        ...{ tokenId: token.credentialId, partyId: scope.partyId },
      });
      return {
        ...view(token),
        link: `/console/link/${secret}`,
        linkEndsAt: isoTime(now + PASSWORD_LINK_MS),
      };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/partner-links/{tokenId}',
    operationId: 'endPartnerLink',
    summary: 'End a partner’s link with its token; the next call of its session is refused',
    status: 200,
    response: z.object({ ended: z.int().describe('0 where there was none') }),
    errors: {},
    async handle({ params }, { people }) {
      const its = { kind: 'token', credentialId: params.tokenId! } as const;
      const [token] = await people.store.listCredentials(its);
      if (!token || !isPartner(token.attributes)) return { ended: 0 };
      return { ended: await people.store.endCredentials(its) };
    },
  }),
];

const isPartner = ({ role }: { readonly role?: unknown }): boolean => role === 'partner';
