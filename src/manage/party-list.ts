// GET /parties: filtered, sorted and paged at the server, because there may be thousands of parties.
import { z } from 'zod';
import type { Instant } from '../core/clock.ts';
import { liveKeys, type Party } from '../core/party.ts';
import { ownersOf } from '../directory/owners.ts';
import type { Platform } from '../protocol/platform.ts';
import { type Endpoint, endpoint, page } from './endpoint.ts';
import { checkPlatformFilter, partiesNamed } from './filters.ts';
import { memoryPage, memoryPageQuery } from './memory-page.ts';
import { type KeyUses, partySchema, view } from './parties.ts';

type Sort = 'platform' | 'party' | 'enabled' | 'keys' | 'used';

const sorts = (['platform', 'party', 'enabled', 'keys', 'used'] as const satisfies Sort[]).flatMap(
  (name) => [`${name}.asc`, `${name}.desc`] as const,
);

export const partyListEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/parties',
    operationId: 'listParties',
    summary: 'Parties, without their secrets',
    query: z.strictObject({
      platform: z.string().optional(),
      party: z.string().optional().describe('its id, whole'),
      q: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe(
          'a part of its id, of a user, of an app, or of an id under which it owns orders; capital letters make no difference',
        ),
      enabled: z.enum(['true', 'false']).optional().describe('false: those that are switched off'),
      sort: z
        .enum(sorts)
        .default('platform.asc')
        .describe(
          'used: by the last use of its keys. Parties of one value come by platform and id',
        ),
      ...memoryPageQuery,
    }),
    status: 200,
    response: page(partySchema),
    errors: {},
    async handle({ query }, { parties, platforms, clock }) {
      const { platform, party, q, enabled, sort } = query;
      checkPlatformFilter(platforms, platform);
      const isAsked = namesText(platforms, q);
      const rows = partiesNamed({ parties }, { platform, party }).filter(
        (one) => (enabled === undefined || String(one.enabled) === enabled) && isAsked(one),
      );
      const [now, uses] = [clock.now(), await parties.keyUses.read()];
      const [by, direction] = sort.split('.') as [Sort, 'asc' | 'desc'];
      const found = memoryPage(rows, query, {
        sort,
        descending: direction === 'desc',
        keyOf: (one) => [sortValue(one, by, now, uses), one.platform, one.partyId],
      });
      return { ...found, items: found.items.map((one) => view(one, now, uses)) };
    },
  }),
];

function sortValue(party: Party, by: Sort, now: Instant, uses: KeyUses): string | number {
  if (by === 'platform') return party.platform;
  if (by === 'party') return party.partyId;
  if (by === 'enabled') return Number(party.enabled);
  const keys = liveKeys(party, now);
  if (by === 'keys') return keys.length;
  return Math.max(0, ...keys.map((key) => uses(party, key) ?? 0));
}

/**
 * Whether a party has a name with the text in it. Its other attributes are not looked at: a URL among them
 * may hold a token, which a viewer is not shown and could find letter by letter.
 */
function namesText(
  platforms: readonly Platform[],
  text: string | undefined,
): (party: Party) => boolean {
  if (text === undefined) return () => true;
  const wanted = text.toLowerCase();
  const known = new Map(platforms.map((platform) => [platform.name, platform]));
  return (party) => {
    const platform = known.get(party.platform);
    const further = platform
      ? [...(platform.apps?.ids(party) ?? []), ...ownersOf(platform, party)]
      : [];
    return [party.partyId, ...party.users, ...further].some((name) =>
      name.toLowerCase().includes(wanted),
    );
  };
}
