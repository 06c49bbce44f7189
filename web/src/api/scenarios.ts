// The sandbox's scenarios and their runs, as the management API answers them.
import { ask, path, type Words } from './client.ts';

interface PlannedStep {
  readonly number: number;
  readonly what: Words;
}

export interface Scenario {
  readonly name: string;
  readonly title: Words;
  readonly advanceSeconds: number;
  readonly steps: readonly PlannedStep[];
  readonly text: string;
}

export interface RunStep extends PlannedStep {
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'left';
  readonly result: Words | null;
  readonly milliseconds: number | null;
  readonly requestId: string | null;
  readonly orders: readonly { readonly platform: string; readonly orderId: string }[];
}

export interface ScenarioRun {
  readonly runId: string;
  readonly name: string | null;
  readonly title: Words;
  readonly state: 'running' | 'passed' | 'failed' | 'stopped' | 'broken';
  readonly by: string;
  readonly startedAt: string;
  readonly problem: Words | null;
  readonly steps: readonly RunStep[];
}

const RUNS = '/sandbox/scenario-runs';

export const scenariosQuery = {
  queryKey: ['scenarios'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    ask<{ items: readonly Scenario[] }>('/sandbox/scenarios', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
};

/** How often a run that is under way is asked for, and how often the list of runs. */
const [RUN_MS, LIST_MS] = [500, 5_000];

export const runsQuery = {
  queryKey: ['scenario-runs'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    ask<{ items: readonly ScenarioRun[] }>(RUNS, { signal }),
  refetchInterval: LIST_MS,
};

export const runQuery = (runId: string) => ({
  queryKey: ['scenario-runs', runId],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    ask<ScenarioRun>(`${RUNS}${path(runId)}`, { signal }),
  refetchInterval: ({ state }: { state: { data: ScenarioRun | undefined } }) =>
    state.data?.state === 'running' ? RUN_MS : (false as const),
});

export const startRun = (body: {
  readonly name?: string;
  readonly text?: string;
  readonly reset: boolean;
}): Promise<ScenarioRun> => ask<ScenarioRun>(RUNS, { method: 'POST', body });

export const stopRun = (runId: string): Promise<ScenarioRun> =>
  ask<ScenarioRun>(`${RUNS}${path(runId, 'stop')}`, { method: 'POST', body: {} });
