// /events: what happens, as it happens: a stream of server-sent events.
import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { DEFAULT_MINUTES, figuresSchema, MAX_MINUTES } from '../figures-schema.ts';
import { checkPlatformFilter } from '../filters.ts';
import { messageSchemas, readPosition, TOPICS, type Topic } from './messages.ts';

const topicsText = z
  .string()
  .optional()
  .transform((text, context): readonly Topic[] => {
    const names = text === undefined ? TOPICS : text.split(',');
    const wrong = names.find((name) => !TOPICS.some((topic) => topic === name));
    if (wrong === undefined) return names as readonly Topic[];
    context.addIssue(`has to name some of ${TOPICS.join(',')}, with commas between`);
    return z.NEVER;
  })
  .describe(`some of ${TOPICS.join(',')}, with commas between; default: all`);

/** What the data of the events are, by name; described on the OpenAPI page. */
export const EVENT_SCHEMAS = { ...messageSchemas, overview: figuresSchema };

const message = z
  .object(
    Object.fromEntries(
      Object.entries(EVENT_SCHEMAS).map(([name, schema]) => [name, schema.optional()]),
    ),
  )
  .meta({ id: 'StreamedEvent', description: 'the data of each event, by the name of the event' });

const filters = {
  platform: z.string().optional(),
  party: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('a party, or who owns orders: a supplier or an app'),
};

export const eventEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/events',
    operationId: 'streamEvents',
    summary: 'What happens, as it happens: a stream of server-sent events',
    query: z.strictObject({ topics: topicsText, ...filters }),
    headers: z.object({
      'last-event-id': z
        .string()
        .optional()
        .describe('the id of the last event of an earlier stream, from which this one goes on'),
    }),
    status: 200,
    response: message,
    stream: 'text/event-stream',
    errors: { 429: 'the session or the token has too many streams open' },
    async handle({ query, headers, by }, { streams, platforms }) {
      checkPlatformFilter(platforms, query.platform);
      const after = readPosition(headers['last-event-id']);
      return (await streams.open({ ...query, by, after })) as never;
    },
  }),
  endpoint({
    method: 'GET',
    path: '/overview/figures',
    operationId: 'readFigures',
    summary: 'Calls, callbacks and orders near their limit as figures, by platform and party',
    query: z.strictObject({
      ...filters,
      minutes: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_MINUTES)
        .default(DEFAULT_MINUTES)
        .describe('the span of the calls'),
    }),
    status: 200,
    response: figuresSchema,
    errors: {},
    async handle({ query }, { figures, platforms }) {
      checkPlatformFilter(platforms, query.platform);
      return figures.read(query);
    },
  }),
];
