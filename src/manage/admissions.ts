// /admissions: whether an address would be let in, by which party's list, and as whom.
import { z } from 'zod';
import { AddressList, normalizeAddress } from '../directory/addresses.ts';
import { type Endpoint, endpoint, ManageError, page } from './endpoint.ts';
import { checkPlatformFilter, partiesNamed } from './filters.ts';
import { memoryPage, memoryPageQuery } from './memory-page.ts';

const admissionSchema = z
  .object({
    platform: z.string(),
    partyId: z.string(),
    app: z.string().nullable().describe('of a platform whose parties have apps with lists'),
    admitted: z.boolean(),
    why: z
      .enum(['listed', 'no-list', 'not-listed', 'switched-off'])
      .describe('no-list: the party checks no addresses, so that everybody is let in'),
    addresses: z.array(z.string()).describe('the list that decides'),
  })
  .meta({ id: 'Admission' });

/** Who names the address comes first, then who lets everybody in. */
const RANK = { listed: 0, 'no-list': 1, 'not-listed': 2, 'switched-off': 3 } as const;

export const admissionEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/admissions',
    operationId: 'listAdmissions',
    summary: 'Would an address be let in, and as whom',
    query: z.strictObject({
      address: z.string().min(1).max(64).describe('such as 203.0.113.7'),
      platform: z.string().optional(),
      party: z.string().optional().describe('its id, whole'),
      ...memoryPageQuery,
    }),
    status: 200,
    response: page(admissionSchema).extend({ address: z.string() }),
    errors: {},
    async handle({ query }, { parties, platforms }) {
      const { address: given, platform, party } = query;
      checkPlatformFilter(platforms, platform);
      const address = normalizeAddress(given);
      try {
        new AddressList([address]);
      } catch {
        const message = `address: "${given}" is no IPv4 or IPv6 address, such as 203.0.113.7`;
        throw new ManageError(400, 'bad-request', message, 'address');
      }
      const rows = partiesNamed({ parties }, { platform, party }).flatMap((one) => {
        const lists: readonly { app: string | null; addresses: readonly string[] }[] = [
          { app: null, addresses: one.addresses },
          ...appLists(one.attributes.apps),
        ];
        // Where apps have lists of their own, the party's is empty and decides nothing.
        const deciding = lists.length > 1 ? lists.slice(1) : lists;
        return deciding.map(({ app, addresses }) => {
          const listed = addresses.length > 0 && new AddressList(addresses).has(address);
          const why = !one.enabled
            ? ('switched-off' as const)
            : addresses.length === 0
              ? ('no-list' as const)
              : listed
                ? ('listed' as const)
                : ('not-listed' as const);
          return {
            platform: one.platform,
            partyId: one.partyId,
            app,
            admitted: why === 'listed' || why === 'no-list',
            why,
            addresses: [...addresses],
          };
        });
      });
      const found = memoryPage(rows, query, {
        sort: 'admission',
        keyOf: ({ why, app, ...one }) => [RANK[why], one.platform, one.partyId, app ?? ''],
      });
      return { address, items: [...found.items], nextCursor: found.nextCursor };
    },
  }),
];

function appLists(apps: unknown): { app: string; addresses: readonly string[] }[] {
  if (!Array.isArray(apps)) return [];
  return apps.flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { appid, allowedIps } = one as { appid?: unknown; allowedIps?: unknown };
    if (typeof appid !== 'string' || !Array.isArray(allowedIps)) return [];
    return [{ app: appid, addresses: allowedIps.filter((ip) => typeof ip === 'string') }];
  });
}
