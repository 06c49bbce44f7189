// GET /callbacks/endpoints: filtered, sorted and paged, because every party may have endpoints.
import { z } from 'zod';
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { Instant } from '../core/clock.ts';
import { endpointSchema, view } from './callback-endpoints.ts';
import { type Endpoint, endpoint, page } from './endpoint.ts';
import { checkOwnerFilter, checkPlatformFilter } from './filters.ts';
import { memoryPage, memoryPageQuery } from './memory-page.ts';

export const callbackEndpointListEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/callbacks/endpoints',
    operationId: 'listCallbackEndpoints',
    summary: 'Where callbacks go, without secrets',
    query: z.strictObject({
      platform: z.string().optional(),
      party: z.string().optional().describe('the owner whose orders’ events it gets'),
      sort: z
        .enum(['created.asc', 'attention.asc'])
        .default('created.asc')
        .describe('attention: paused, then failing, then switched off, then those that work'),
      ...memoryPageQuery,
    }),
    status: 200,
    response: page(endpointSchema),
    errors: {},
    async handle({ query }, { callbacks, clock, platforms, parties }) {
      const { platform, party, sort } = query;
      checkPlatformFilter(platforms, platform);
      const rows = await callbacks.listEndpoints({ platform, party });
      if (rows.length === 0) await checkOwnerFilter({ platforms, parties }, { platform, party });
      const now = clock.now();
      const found = memoryPage(rows, query, {
        sort,
        keyOf: (one) => [
          sort === 'attention.asc' ? attentionRank(one, now) : one.createdAt,
          one.endpointId,
        ],
      });
      return { ...found, items: found.items.map((one) => view(one, now)) };
    },
  }),
];

function attentionRank({ enabled, health }: CallbackEndpoint, now: Instant): number {
  if (!enabled) return 2;
  if (health.openUntil !== null && health.openUntil > now) return 0;
  return health.failures > 0 ? 1 : 3;
}
