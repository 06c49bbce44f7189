// /import: rows of an import file, in parts, so that `ordergate import` works beside a running server.
import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

const place = z.object({ platform: z.string(), section: z.string().nullable() });

const row = z
  .strictObject({
    line: z.int().min(1).describe('where it stands in the file; answers name it'),
    place: place.nullable().describe('null: the row names its platform itself, as NDJSON does'),
    text: z.string().nullable().describe('its JSON; null for a section that holds nothing'),
    fault: z.string().optional(),
    notText: z.string().optional(),
  })
  .meta({ id: 'ImportRow' });

/** As many as one transaction takes. */
const MAX_ROWS = 1000;

export const importEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/import',
    operationId: 'importRows',
    summary:
      'Bring in a part of an import file: parties and catalog entries first, then orders; what is there already is left as it is',
    body: z.strictObject({
      rows: z.array(row).min(1).max(MAX_ROWS),
      update: z
        .boolean()
        .default(false)
        .describe('move orders that are there to the state of their row'),
      dryRun: z
        .string()
        .min(1)
        .max(64)
        .nullable()
        .default(null)
        .describe('a name of your choice for all parts of one file: nothing is changed'),
    }),
    status: 200,
    response: z.object({
      report: z.object({
        orders: z.int(),
        parties: z.int(),
        catalog: z.int(),
        existing: z.int(),
        refused: z.int(),
        updated: z.int().optional(),
      }),
      refused: z.array(
        z.object({
          line: z.int(),
          problem: z.string().describe('the field, and what is wrong with it'),
          rows: z.array(z.int()).describe('their places in `rows`'),
        }),
      ),
    }),
    errors: {},
    async handle({ body }, { importPart }) {
      return importPart(body);
    },
  }),
];
