// /exports: what a list's filters show, as CSV, streamed page by page and written into the audit.
import { z } from 'zod';
import type { Json, JsonObject } from '../core/order.ts';
import { auditEndpoints } from './audit.ts';
import { BYTE_ORDER_MARK, csvLine, maskPersonal } from './csv.ts';
import { deliveryEndpoints } from './deliveries.ts';
import {
  type CsvFile,
  type Endpoint,
  type EndpointCall,
  endpoint,
  ManageError,
  type ManageServices,
} from './endpoint.ts';
import { maskQuery } from './mask-urls.ts';
import { orderEndpoints } from './orders.ts';
import { partyListEndpoints } from './party-list.ts';
import { requestEndpoints } from './requests.ts';
import { may, type OperationId } from './roles.ts';

/** Rows of a page: what is in memory at once. */
const PAGE = 500;

const masked = z
  .enum(['true', 'false'])
  .optional()
  .describe(
    'whether mobile and identity numbers are masked. Default: true for a viewer, false for who may reveal; false is refused to a viewer',
  );

/** Fields whose digits are never anybody's number. */
const NO_PERSON = new Set(['id', 'number', 'at', 'atShanghai', 'orderId', 'deliveryId']);

interface Page {
  readonly items: readonly JsonObject[];
  readonly nextCursor?: string | null;
  readonly unanswered?: readonly string[];
}

/** @param operationId of the list @param what names the path and the file */
function exportOf(
  lists: readonly Endpoint[],
  listId: OperationId,
  operationId: OperationId,
  what: string,
): Endpoint {
  const list = lists.find((one) => one.operationId === listId)!;
  const { limit: _, cursor: __, ...filters } = list.query!.shape;
  const item = (list.response as z.ZodObject<{ items: z.ZodArray<z.ZodObject> }>).shape.items;
  const columns = Object.keys(item.element.shape);
  return endpoint({
    method: 'GET',
    path: `/exports/${what}`,
    operationId,
    summary: `What the list of ${what} shows under the same filters, as CSV`,
    query: z.strictObject({ ...(filters as Record<string, z.ZodType>), masked }),
    status: 200,
    response: z.string(),
    stream: 'text/csv',
    isAudited: true,
    errors: {},
    async handle({ query: { masked: wanted, ...query }, ...call }, services) {
      const mayReveal = may(call.by.role, 'revealSealed');
      if (wanted === 'false' && !mayReveal) {
        const message = `masked: an export that is not masked needs the role operator; ${call.by.name} is ${call.by.role}`;
        throw new ManageError(403, 'forbidden', message, 'masked');
      }
      const isMasked = wanted === undefined ? !mayReveal : wanted === 'true';
      const ask = pagesOf(list, call as unknown as EndpointCall, query, services);
      // Before the answer begins, so that a filter which is refused is still an error.
      const first = await ask(undefined);
      const day = new Date(services.clock.now()).toISOString().slice(0, 10);
      const isViewer = call.by.role === 'viewer';
      const rows = lines(columns, { isMasked, isViewer }, first, ask);
      return { fileName: `ordergate-${what}-${day}.csv`, chunks: rows } as unknown as string;
    },
  });
}

function pagesOf(
  list: Endpoint,
  call: EndpointCall,
  query: object,
  services: ManageServices,
): (cursor: string | undefined) => Promise<Page> {
  const isPaged = 'limit' in list.query!.shape;
  return (cursor) => {
    const asked = isPaged ? { ...query, limit: PAGE, cursor } : query;
    return list.handle({ ...call, query: asked as never }, services) as Promise<Page>;
  };
}

async function* lines(
  columns: readonly string[],
  { isMasked, isViewer }: { readonly isMasked: boolean; readonly isViewer: boolean },
  first: Page,
  ask: (cursor: string) => Promise<Page>,
): CsvFile['chunks'] {
  yield BYTE_ORDER_MARK + csvLine(columns);
  for (let page = first; ; page = await ask(page.nextCursor!)) {
    const text = page.items.map((item) =>
      csvLine(
        columns.map((name) => {
          const given = (item[name] ?? null) as Json;
          const isUrl = isViewer && name === 'url' && typeof given === 'string';
          const value = isUrl ? maskQuery(given) : given;
          return isMasked && !NO_PERSON.has(name) ? maskPersonal(value) : value;
        }),
      ),
    );
    if (text.length > 0) yield text.join('');
    // A file that ends early shows that it is not whole.
    if (page.unanswered) throw new Error(`groups did not answer: ${page.unanswered.join(', ')}`);
    if (!page.nextCursor) return;
  }
}

export const exportEndpoints: readonly Endpoint[] = [
  exportOf(orderEndpoints, 'listOrders', 'exportOrders', 'orders'),
  exportOf(requestEndpoints, 'listRequests', 'exportRequests', 'requests'),
  exportOf(deliveryEndpoints, 'listDeliveries', 'exportDeliveries', 'deliveries'),
  exportOf(partyListEndpoints, 'listParties', 'exportParties', 'parties'),
  exportOf(auditEndpoints, 'listAudit', 'exportAudit', 'audit'),
];
