// /callbacks/replay-jobs: sends many callbacks again: counted first, with progress, and with a stop.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CallbackManagement } from '../core/callback-management.ts';
import type { DeliveryFilter } from '../core/callbacks.ts';
import type { Clock } from '../core/clock.ts';
import { type Endpoint, endpoint, instantText, isoTime, ManageError } from './endpoint.ts';
import { checkOwnerFilter, checkPlatformFilter } from './filters.ts';
import { checkEndpointFilter } from './log-filters.ts';

/** Of one job. More is rather a mistake in the filter than an outage. */
const MAX_DELIVERIES = 100_000;
const PAGE = 1000;
/** Jobs that are remembered, in the memory of the node that runs them. */
const MAX_JOBS = 50;
/** Jobs that run at once, each with up to 100,000 ids in memory. */
const MAX_RUNNING = 5;

const STATES = ['counted', 'running', 'done', 'stopped', 'failed'] as const;

const jobSchema = z
  .object({
    jobId: z.string(),
    state: z.enum(STATES).describe('counted: a dry run, which sends nothing'),
    total: z.int().describe('callbacks that match and have ended'),
    isMore: z.boolean().describe(`whether more than ${MAX_DELIVERIES} match; the newest are taken`),
    replayed: z.int().describe('those that are due again'),
    skipped: z.int().describe('those that were sent again meanwhile, or whose endpoint is gone'),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    problem: z.string().nullable().describe('why it failed'),
  })
  .meta({ id: 'ReplayJob' });

interface Job {
  readonly jobId: string;
  state: (typeof STATES)[number];
  readonly ids: readonly number[];
  readonly isMore: boolean;
  replayed: number;
  skipped: number;
  readonly startedAt: number;
  endedAt: number | null;
  problem: string | null;
}

/** By the services' callbacks: a node has one of them. */
const jobsOf = new WeakMap<CallbackManagement, Map<string, Job>>();

function jobs(callbacks: CallbackManagement): Map<string, Job> {
  const known = jobsOf.get(callbacks) ?? new Map<string, Job>();
  jobsOf.set(callbacks, known);
  return known;
}

export const replayJobEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/callbacks/replay-jobs',
    operationId: 'startReplayJob',
    summary: 'Send again all callbacks that match a filter and have ended, or count them first',
    body: z.strictObject({
      deliveryIds: z
        .array(z.int().min(1))
        .min(1)
        .max(1000)
        .optional()
        .describe('a selection; then the other filters are not needed'),
      platform: z.string().max(255).optional(),
      party: z.string().max(255).optional(),
      endpointId: z.string().max(255).optional(),
      state: z.enum(['delivered', 'dead']).optional().describe('default: both'),
      from: instantText.optional().describe('the earliest, included'),
      to: instantText.optional().describe('the latest, excluded'),
      dryRun: z.boolean().default(false).describe('only counts what would be sent again'),
    }),
    status: 201,
    response: jobSchema,
    errors: {},
    async handle({ body: { dryRun, deliveryIds, ...filter } }, services) {
      const { callbacks, clock, platforms, parties } = services;
      checkPlatformFilter(platforms, filter.platform);
      const { ids, isMore } = deliveryIds
        ? { ids: deliveryIds, isMore: false }
        : await idsOf(callbacks, filter);
      if (ids.length === 0) {
        const { platform, party } = filter;
        await checkEndpointFilter(callbacks, filter.endpointId);
        await checkOwnerFilter({ platforms, parties }, { platform, party }, () =>
          callbacks.listDeliveries({ platform, party, limit: 1 }),
        );
      }
      const job: Job = {
        jobId: `rj_${randomBytes(6).toString('hex')}`,
        state: dryRun ? 'counted' : 'running',
        // Oldest first: an order's callbacks go out in the order of its changes.
        ids: ids.toSorted((a, b) => a - b),
        isMore,
        replayed: 0,
        skipped: 0,
        startedAt: clock.now(),
        endedAt: dryRun ? clock.now() : null,
        problem: null,
      };
      if (dryRun) return view(job);
      requireRoom(jobs(callbacks));
      const all = jobs(callbacks);
      all.set(job.jobId, job);
      for (const old of all.values()) {
        if (all.size <= MAX_JOBS) break;
        if (old.state !== 'running') all.delete(old.jobId);
      }
      void run(job, callbacks, clock);
      return view(job);
    },
  }),
  endpoint({
    method: 'GET',
    path: '/callbacks/replay-jobs',
    operationId: 'listReplayJobs',
    summary: 'Jobs of this node that send callbacks again, newest first',
    status: 200,
    response: z.object({ items: z.array(jobSchema) }),
    errors: {},
    handle: async (_, { callbacks }) => ({
      items: [...jobs(callbacks).values()].toReversed().map(view),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/callbacks/replay-jobs/{jobId}',
    operationId: 'readReplayJob',
    summary: 'How far a job has come',
    status: 200,
    response: jobSchema,
    errors: { 404: 'no such job on this node' },
    handle: async ({ params }, { callbacks }) => view(find(callbacks, params.jobId!)),
  }),
  endpoint({
    method: 'POST',
    path: '/callbacks/replay-jobs/{jobId}/stop',
    operationId: 'stopReplayJob',
    summary: 'Stop a job; what it has sent again stays so',
    body: z.strictObject({}),
    status: 200,
    response: jobSchema,
    errors: { 404: 'no such job on this node' },
    async handle({ params }, { callbacks, clock }) {
      const job = find(callbacks, params.jobId!);
      if (job.state === 'running') {
        job.state = 'stopped';
        job.endedAt = clock.now();
      }
      return view(job);
    },
  }),
];

async function idsOf({ listDeliveries }: CallbackManagement, filter: DeliveryFilter) {
  const ids: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDeliveries({ ...filter, limit: PAGE, cursor });
    for (const { deliveryId, state } of page.items) if (state !== 'pending') ids.push(deliveryId);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && ids.length < MAX_DELIVERIES);
  return { ids: ids.slice(0, MAX_DELIVERIES), isMore: cursor !== undefined };
}

async function run(job: Job, callbacks: CallbackManagement, clock: Clock): Promise<void> {
  try {
    for (const id of job.ids) {
      if (job.state !== 'running') return;
      const { replayed } = await callbacks.replay(id, false, clock.now());
      if (replayed === 1) job.replayed++;
      else job.skipped++;
    }
    if (job.state === 'running') job.state = 'done';
  } catch (error) {
    job.state = 'failed';
    job.problem = (error as Error).message;
  } finally {
    job.endedAt ??= clock.now();
  }
}

/** @throws {ManageError} where too many jobs run */
function requireRoom(all: ReadonlyMap<string, Job>): void {
  const running = [...all.values()].filter(({ state }) => state === 'running').length;
  if (running < MAX_RUNNING) return;
  const message = `${running} jobs run on this node; wait until one has ended, or stop one`;
  throw new ManageError(503, 'busy', message);
}

function find(callbacks: CallbackManagement, jobId: string): Job {
  const job = jobs(callbacks).get(jobId);
  if (job) return job;
  const message = `no job "${jobId.slice(0, 40)}" on this node; it forgets all but the last ${MAX_JOBS}, and those from before its start`;
  throw new ManageError(404, 'unknown-job', message, 'jobId');
}

function view({ ids, startedAt, endedAt, ...job }: Job): z.input<typeof jobSchema> {
  return {
    ...job,
    total: ids.length,
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
  };
}
