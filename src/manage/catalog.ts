// /catalog: what platforms keep besides orders and parties, such as products.
import { z } from 'zod';
import { ImportError } from '../protocol/platform.ts';
import { type Endpoint, endpoint, findPlatform, ManageError, page } from './endpoint.ts';
import { checkPlatformFilter } from './filters.ts';
import { checkKindFilter } from './log-filters.ts';
import { memoryPage, memoryPageQuery } from './memory-page.ts';

const entrySchema = z
  .object({
    platform: z.string(),
    kind: z.string().describe('the platform says what it is: product, retired-method, merchant'),
    key: z.string(),
    document: z.record(z.string(), z.json()),
  })
  .meta({ id: 'CatalogEntry' });

export const catalogEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/catalog',
    operationId: 'listCatalog',
    summary: 'Entries of the platforms’ catalogs',
    query: z.strictObject({
      platform: z.string().optional(),
      kind: z.string().optional(),
      ...memoryPageQuery,
    }),
    status: 200,
    response: page(entrySchema),
    errors: {},
    async handle({ query }, { catalog, platforms }) {
      const { platform, kind } = query;
      checkPlatformFilter(platforms, platform);
      const rows = catalog.list(platform).filter((e) => kind === undefined || e.kind === kind);
      if (rows.length === 0) checkKindFilter(platforms, platform, kind);
      const found = memoryPage(rows, query, {
        sort: 'key',
        keyOf: (entry) => [entry.platform, entry.kind, entry.key],
      });
      return { ...found, items: found.items as z.input<typeof entrySchema>[] };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/catalog/{platform}/{kind}/{key}',
    operationId: 'readCatalogEntry',
    summary: 'One entry of a platform’s catalog',
    status: 200,
    response: entrySchema,
    errors: { 404: 'no such platform or entry' },
    async handle({ params }, { catalog, platforms }) {
      const { name } = findPlatform(platforms, params.platform!);
      const { kind, key } = params;
      const found = catalog.list(name).find((entry) => entry.kind === kind && entry.key === key);
      if (found) return found as z.input<typeof entrySchema>;
      const message = `${name} has no ${kind} "${key}"; GET /catalog lists what there is`;
      throw new ManageError(404, 'unknown-entry', message, 'key');
    },
  }),
  endpoint({
    method: 'PUT',
    path: '/catalog/{platform}/{kind}/{key}',
    operationId: 'saveCatalogEntry',
    summary: 'Create or replace an entry',
    body: z.record(z.string(), z.json()),
    status: 200,
    response: entrySchema,
    errors: { 404: 'no such platform' },
    async handle({ params, body }, { catalog, platforms }) {
      const platform = findPlatform(platforms, params.platform!);
      const entry = {
        platform: platform.name,
        kind: params.kind!,
        key: params.key!,
        document: body,
      };
      try {
        platform.checkCatalogEntry?.(entry);
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        throw new ManageError(400, 'bad-entry', error.message, error.field);
      }
      if (!platform.checkCatalogEntry) {
        throw new ManageError(400, 'bad-entry', `${platform.name} has no catalog`);
      }
      await catalog.save(entry, 'replace');
      return entry;
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/catalog/{platform}/{kind}/{key}',
    operationId: 'removeCatalogEntry',
    summary: 'Remove an entry',
    status: 200,
    response: z.object({ removed: z.boolean() }),
    errors: { 404: 'no such platform' },
    async handle({ params }, { catalog, platforms }) {
      const platform = findPlatform(platforms, params.platform!);
      return { removed: await catalog.remove(platform.name, params.kind!, params.key!) };
    },
  }),
];
