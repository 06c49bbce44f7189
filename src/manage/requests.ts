// /requests: every gateway call, newest first.
import { z } from 'zod';
import { type Endpoint, endpoint, isoTime, page, pageQuery } from './endpoint.ts';

const requestSchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    platform: z.string(),
    party: z.string().nullable().describe('who the caller claims to be'),
    method: z.string().nullable(),
    outcome: z.string().describe("the code answered, in the platform's words"),
    refusedBy: z.string().nullable().describe('the check that refused it'),
    detail: z.string().nullable().describe('what was wrong, and where'),
    orderId: z.string().nullable(),
    address: z.string(),
    durationMicros: z.int(),
    stringToSign: z.string().nullable().describe('what we signed, without the key'),
    body: z.string().describe('secrets masked, cut at 16384 characters'),
  })
  .meta({ id: 'Request' });

export const requestEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/requests',
    operationId: 'listRequests',
    summary: 'Gateway calls, newest first',
    query: z.strictObject({
      platform: z.string().optional(),
      party: z.string().optional(),
      method: z.string().optional(),
      outcome: z.string().optional(),
      orderId: z.string().optional(),
      ...pageQuery(/^\d{1,16}$/),
    }),
    status: 200,
    response: page(requestSchema),
    errors: {},
    async handle({ query }, { requests }) {
      const found = await requests.list(query);
      return { ...found, items: found.items.map((r) => ({ ...r, at: isoTime(r.at) })) };
    },
  }),
];
