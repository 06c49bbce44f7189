// /overview and /series/calls: what an operator looks at first, as counts; each costs a few bounded questions.
import { z } from 'zod';
import { HOUR, MINUTE } from '../core/clock.ts';
import { type Endpoint, endpoint, isoTime, type ManageServices } from './endpoint.ts';

/** Where a count stops: nobody acts otherwise on 1,001 than on 1,000, and counting on would cost. */
const MAX_COUNT = 1000;
/** Deadlines that come sooner are `near the limit`. */
export const NEAR_MS = HOUR;

const counted = z
  .object({
    count: z.int(),
    isMore: z.boolean().describe(`whether counting stopped at ${MAX_COUNT}, and there are more`),
  })
  .meta({ id: 'Counted' });

const overviewSchema = z
  .object({
    now: z.iso.datetime().describe('the server’s time; in a sandbox that of its clock'),
    refusedLastHour: counted.describe('gateway calls that were refused'),
    dueSoon: counted.describe('deadlines of orders that come within the hour, or are overdue'),
    deadCallbacks: z.int().describe('callbacks that were given up, of all endpoints'),
    pendingCallbacks: z.int(),
    oldestPendingAt: z.iso.datetime().nullable(),
    endpoints: z.int(),
    endpointsOff: z.int(),
    endpointsFailing: z.array(
      z.object({
        endpointId: z.string(),
        platform: z.string(),
        party: z.string(),
        url: z.string(),
        failures: z.int(),
        failingSince: z.iso.datetime().nullable(),
        pausedUntil: z.iso.datetime().nullable(),
      }),
    ),
    parties: z.int(),
    platforms: z.array(
      z.object({ name: z.string(), parties: z.int(), states: z.record(z.string(), z.string()) }),
    ),
  })
  .meta({ id: 'Overview' });

const seriesSchema = z
  .object({
    since: z.iso
      .datetime()
      .describe('when this process began to count; earlier calls are not in it'),
    stepMinutes: z.int(),
    items: z.array(z.object({ at: z.iso.datetime(), answered: z.int(), refused: z.int() })),
  })
  .meta({ id: 'CallSeries' });

export const overviewEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/overview',
    operationId: 'readOverview',
    summary: 'What needs attention now, as counts',
    status: 200,
    response: overviewSchema,
    errors: {},
    handle: (_, services) => overview(services),
  }),
  endpoint({
    method: 'GET',
    path: '/series/calls',
    operationId: 'readCallSeries',
    summary: 'Gateway calls over time: how many were answered, and how many of them refused',
    query: z.strictObject({
      minutes: z.coerce.number().int().min(10).max(1440).default(60).describe('how far back'),
      step: z.coerce.number().int().min(1).max(60).default(1).describe('minutes of one point'),
    }),
    status: 200,
    response: seriesSchema,
    errors: {},
    async handle({ query: { minutes, step } }, { calls, clock }) {
      const now = clock.now();
      const items = calls.read(now - minutes * MINUTE, now, step);
      return {
        since: isoTime(calls.since),
        stepMinutes: step,
        items: items.map((item) => ({ ...item, at: isoTime(item.at) })),
      };
    },
  }),
];

async function overview({
  callbacks,
  clock,
  ledger,
  parties,
  platforms,
  requests,
}: ManageServices): Promise<z.input<typeof overviewSchema>> {
  const now = clock.now();
  const [stats, endpoints, due, refused] = await Promise.all([
    callbacks.stats(),
    callbacks.listEndpoints({}),
    ledger.listDeadlines(now + NEAR_MS, MAX_COUNT),
    requests.list({
      outcomeNot: platforms.map(({ successCode }) => successCode),
      from: now - HOUR,
      // A reset of a sandbox takes its clock back; calls from before then lie in the future.
      to: now + 1,
      limit: MAX_COUNT,
    }),
  ]);
  const failing = endpoints.filter(({ enabled, health }) => enabled && health.failures > 0);
  return {
    now: isoTime(now),
    refusedLastHour: { count: refused.items.length, isMore: refused.nextCursor !== null },
    dueSoon: { count: due.length, isMore: due.length === MAX_COUNT },
    deadCallbacks: stats.dead,
    pendingCallbacks: stats.pending,
    oldestPendingAt: stats.oldestPendingAt === null ? null : isoTime(stats.oldestPendingAt),
    endpoints: endpoints.length,
    endpointsOff: stats.endpointsOff,
    endpointsFailing: failing.map(({ endpointId, platform, party, url, health }) => ({
      endpointId,
      platform,
      party,
      url,
      failures: health.failures,
      failingSince: health.failingSince === null ? null : isoTime(health.failingSince),
      pausedUntil:
        health.openUntil !== null && health.openUntil > now ? isoTime(health.openUntil) : null,
    })),
    parties: parties.list().length,
    platforms: platforms.map(({ name, model }) => ({
      name,
      parties: parties.list(name).length,
      states: { ...model.states },
    })),
  };
}
