// The form of the overview's figures, as the endpoint and the event stream answer them.
import { z } from 'zod';
import { HOUR, MINUTE } from '../core/clock.ts';

/** Deadlines that are looked at; of more the answer says that there are more. */
export const MAX_DEADLINES = 1000;
/** Rows of the answer; the others are in the sums only. */
export const MAX_ROWS = 200;
export const DEFAULT_MINUTES = 5;
/** The 100 minutes of Suning have begun to run out. */
export const NEAR_MINUTES = 60;

/** The longest span of calls. */
export const MAX_MINUTES = HOUR / MINUTE;

const share = z.number().nullable().describe('of the calls; null without calls');

const callsSchema = z.object({
  count: z.int(),
  perSecond: z.number().describe('of the last 60 seconds'),
  refused: z.int(),
  successShare: share,
  refusals: z
    .array(z.object({ platform: z.string(), outcome: z.string(), count: z.int() }))
    .describe('refused calls by the code that was answered, most first'),
  meanMicros: z.int().nullable(),
  p50Micros: z.int().nullable().describe('rounded up to a bucket of /metrics'),
  p95Micros: z.int().nullable(),
  p99Micros: z.int().nullable(),
});

export const callbacksSchema = z.object({
  pending: z.int().describe('of endpoints that are on, as ordergate_callback_pending'),
  failing: z.int().describe('those of them whose last attempt failed'),
  dead: z.int().describe('given up, as ordergate_callback_dead_letters'),
  oldestPendingAt: z.iso.datetime().nullable(),
});

export const deadlinesSchema = z.object({
  count: z.int().describe('deadlines of orders that come within `nearMinutes`, or are overdue'),
  overdue: z.int(),
  orders: z.int().describe('the orders that they belong to'),
  nextAt: z.iso.datetime().nullable(),
  amountFen: z.int().describe('what these orders come to, in fen'),
  withoutAmount: z.int().describe('orders whose platform tells no amount, such as Suning’s'),
});

const rowSchema = z
  .object({
    platform: z.string(),
    party: z.string().nullable().describe('null: calls that name no party that there is'),
    calls: callsSchema,
    callbacks: callbacksSchema,
    deadlines: deadlinesSchema,
  })
  .meta({ id: 'FiguresRow' });

export const figuresSchema = z
  .object({
    now: z.iso.datetime(),
    since: z.iso.datetime().describe('when this process began to count calls'),
    minutes: z.int().describe('the span of `calls`'),
    nearMinutes: z.int(),
    calls: callsSchema.meta({ id: 'FiguresCalls' }),
    callbacks: callbacksSchema.meta({ id: 'FiguresCallbacks' }),
    deadlines: deadlinesSchema
      .extend({ isMore: z.boolean().describe(`whether more than ${MAX_DEADLINES} come`) })
      .meta({ id: 'FiguresDeadlines' }),
    items: z.array(rowSchema).describe('by platform and party, most calls first'),
    isMore: z.boolean().describe(`whether there are more than ${MAX_ROWS} rows`),
    totals: z
      .array(z.object({ platform: z.string(), outcome: z.string(), count: z.int() }))
      .describe('calls since the process began, as ordergate_gateway_calls_total'),
  })
  .meta({ id: 'Figures' });

export type FiguresAnswer = z.input<typeof figuresSchema>;
