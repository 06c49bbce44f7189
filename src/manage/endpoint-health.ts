// /callbacks/endpoints/{endpointId}/health: how an endpoint has fared in the last day, and when its next attempt is.
import { z } from 'zod';
import type { CallbackManagement } from '../core/callback-management.ts';
import type { Delivery } from '../core/callbacks.ts';
import { DAY, HOUR, SECOND } from '../core/clock.ts';
import { scheduleOf } from '../protocol/retry-schedule.ts';
import { type Endpoint, endpoint, isoTime, ManageError } from './endpoint.ts';

/** Deliveries that are looked at; a busy endpoint has more in a day, and the answer says so. */
const MAX_DELIVERIES = 3000;
const PAGE = 1000;
const HOURS = DAY / HOUR;

const healthSchema = z
  .object({
    endpointId: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    isWhole: z
      .boolean()
      .describe(`false: more than ${MAX_DELIVERIES} callbacks; the newest are counted`),
    hours: z
      .array(z.object({ at: z.iso.datetime(), succeeded: z.int(), failed: z.int() }))
      .describe('attempts by hour, oldest first'),
    delivered: z.int().describe('callbacks of the last day'),
    pending: z.int(),
    dead: z.int(),
    lastSuccessAt: z.iso.datetime().nullable().describe('within the last day'),
    nextAttemptAt: z.iso.datetime().nullable(),
    scheduleSeconds: z
      .array(z.int())
      .describe('the wait before each attempt; as many attempts as it has entries'),
  })
  .meta({ id: 'EndpointHealth' });

export const endpointHealthEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/callbacks/endpoints/{endpointId}/health',
    operationId: 'readEndpointHealth',
    summary: 'How an endpoint has fared in the last day',
    status: 200,
    response: healthSchema,
    errors: { 404: 'no such endpoint' },
    async handle({ params }, { callbacks, clock, platforms }) {
      const endpointId = params.endpointId!;
      const found = await callbacks.findEndpoint(endpointId);
      if (!found) {
        const message = `no endpoint "${endpointId}"; GET /callbacks/endpoints lists them`;
        throw new ManageError(404, 'unknown-endpoint', message, 'endpointId');
      }
      const to = clock.now();
      const from = to - DAY;
      const { deliveries, isWhole } = await ofLastDay(callbacks, endpointId, from);
      const attempts = deliveries.flatMap((one) => one.attempts).filter(({ at }) => at >= from);
      const platform = platforms.find(({ name }) => name === found.platform);
      const succeeded = attempts.filter(({ error }) => error === null);
      const due = deliveries.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
      const count = (state: Delivery['state']) =>
        deliveries.filter((one) => one.state === state).length;
      return {
        endpointId,
        from: isoTime(from),
        to: isoTime(to),
        isWhole,
        hours: Array.from({ length: HOURS }, (_, i) => {
          const at = from + i * HOUR;
          const within = attempts.filter((one) => one.at >= at && one.at < at + HOUR);
          const failed = within.filter(({ error }) => error !== null).length;
          return { at: isoTime(at), succeeded: within.length - failed, failed };
        }),
        delivered: count('delivered'),
        pending: count('pending'),
        dead: count('dead'),
        lastSuccessAt: latest(succeeded.map(({ at }) => at)),
        nextAttemptAt: due.length === 0 ? null : isoTime(Math.min(...due)),
        scheduleSeconds: scheduleOf(found.preset, platform?.callbacks?.schedule).waits.map((wait) =>
          Math.round(wait / SECOND),
        ),
      };
    },
  }),
];

const latest = (times: readonly number[]): string | null =>
  times.length === 0 ? null : isoTime(times.reduce((a, b) => Math.max(a, b)));

async function ofLastDay({ listDeliveries }: CallbackManagement, endpointId: string, from: number) {
  const deliveries: Delivery[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDeliveries({ endpointId, from, isBrief: true, limit: PAGE, cursor });
    deliveries.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && deliveries.length < MAX_DELIVERIES);
  return { deliveries, isWhole: cursor === undefined };
}
