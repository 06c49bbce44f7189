// /sandbox/scenarios and /sandbox/scenario-runs: scenarios that come with Ordergate, and runs on this sandbox.
import { z } from 'zod';
import {
  MAX_SCENARIO_LENGTH,
  MAX_SCENARIO_RUNS,
  type NoRun,
  type ScenarioRun,
} from '../core/scenario-runs.ts';
import { type Endpoint, endpoint, isoTime, ManageError, textSchema } from './endpoint.ts';
import { may } from './roles.ts';

const plannedStep = z.object({
  number: z.int().describe('from 1'),
  line: z.int().describe('of the file'),
  kind: z.string().describe('call, advance, order, move, listen, callbacks or rule'),
  what: textSchema.describe('the step in a few words'),
});

const scenarioSchema = z
  .object({
    name: z.string(),
    title: textSchema,
    advanceSeconds: z.int().describe('how far it moves the clock of the sandbox'),
    steps: z.array(plannedStep),
    text: z.string().describe('the file, as YAML'),
  })
  .meta({ id: 'Scenario' });

const runSchema = z
  .object({
    runId: z.string(),
    name: z.string().nullable().describe('null: a text that the caller sent'),
    title: textSchema,
    state: z
      .enum(['running', 'passed', 'failed', 'stopped', 'broken'])
      .describe('broken: the run itself could not go on'),
    by: z.string().describe('who started it'),
    startedAt: z.iso.datetime().describe('by the clock of the sandbox'),
    endedAt: z.iso.datetime().nullable(),
    problem: textSchema.nullable().describe('why it is broken'),
    steps: z.array(
      plannedStep.extend({
        state: z
          .enum(['waiting', 'running', 'passed', 'failed', 'left'])
          .describe('left: the run ended before it'),
        result: textSchema.nullable().describe('what came of it; of a step that failed, why'),
        milliseconds: z.int().nullable(),
        requestId: z
          .string()
          .nullable()
          .describe('of a call: GET /requests/{id}; null without a reply'),
        orders: z
          .array(z.object({ platform: z.string(), orderId: z.string() }))
          .describe('orders that the step was about'),
      }),
    ),
  })
  .meta({ id: 'ScenarioRun' });

const NOT_HERE = { 404: 'not a sandbox' } as const;
const NO_RUN = { 404: 'not a sandbox, or no such run on this node' } as const;

export const scenarioEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/sandbox/scenarios',
    operationId: 'listScenarios',
    summary: 'The scenarios that come with Ordergate, with their steps',
    status: 200,
    response: z.object({ items: z.array(scenarioSchema) }),
    errors: NOT_HERE,
    sandboxOnly: true,
    handle: async (_, { scenarios }) => ({ items: (await scenarios.shipped()) as never }),
  }),
  endpoint({
    method: 'POST',
    path: '/sandbox/scenario-runs',
    operationId: 'startScenarioRun',
    summary: 'Run a scenario on this sandbox: one that comes with Ordergate, or a file of your own',
    body: z.strictObject({
      name: z.string().max(100).optional().describe('of a scenario that comes with Ordergate'),
      text: z
        .string()
        .max(MAX_SCENARIO_LENGTH)
        .optional()
        .describe('a file of your own, YAML or JSON, instead of a name'),
      reset: z
        .boolean()
        .default(false)
        .describe('go back to the fixtures first, as POST /sandbox/reset does'),
    }),
    status: 201,
    response: runSchema,
    errors: { 404: 'not a sandbox, or no such scenario', 409: 'another run is under way' },
    sandboxOnly: true,
    async handle({ body: { name, text, reset }, by, address }, { scenarios }) {
      if ((name === undefined) === (text === undefined)) {
        const message = 'name or text: exactly one of them has to be given';
        throw new ManageError(400, 'bad-request', message, 'name');
      }
      if (reset && !may(by.role, 'resetSandbox')) {
        const message = `reset: to go back to the fixtures takes the role admin; ${by.name} is ${by.role}`;
        throw new ManageError(403, 'forbidden', message, 'reset');
      }
      const scenario = name === undefined ? { text: text! } : { name };
      const started = await scenarios.start({ scenario, reset, by, address });
      if ('refused' in started) throw refusal(started, name ?? '');
      return view(started);
    },
  }),
  endpoint({
    method: 'GET',
    path: '/sandbox/scenario-runs',
    operationId: 'listScenarioRuns',
    summary: `The last ${MAX_SCENARIO_RUNS} runs of this node, newest first`,
    status: 200,
    response: z.object({ items: z.array(runSchema) }),
    errors: NOT_HERE,
    sandboxOnly: true,
    handle: async (_, { scenarios }) => ({ items: scenarios.list().map(view) }),
  }),
  endpoint({
    method: 'GET',
    path: '/sandbox/scenario-runs/{runId}',
    operationId: 'readScenarioRun',
    summary: 'How far a run has come, step by step',
    status: 200,
    response: runSchema,
    errors: NO_RUN,
    sandboxOnly: true,
    handle: async ({ params }, { scenarios }) => view(found(scenarios.find(params.runId!), params)),
  }),
  endpoint({
    method: 'POST',
    path: '/sandbox/scenario-runs/{runId}/stop',
    operationId: 'stopScenarioRun',
    summary: 'Stop a run before its next step; what it has done stays',
    body: z.strictObject({}),
    status: 200,
    response: runSchema,
    errors: NO_RUN,
    sandboxOnly: true,
    async handle({ params }, { scenarios }) {
      const run = found(scenarios.find(params.runId!), params);
      scenarios.stop(run.runId);
      return view(run);
    },
  }),
];

function refusal(no: NoRun, name: string): ManageError {
  switch (no.refused) {
    case 'unknown': {
      const message = `no scenario "${name}"; there are: ${no.known.join(', ')}`;
      return new ManageError(404, 'unknown-scenario', message, 'name');
    }
    case 'wrong':
      return new ManageError(400, 'bad-scenario', no.problem, 'text');
    case 'busy': {
      const message = `the run ${no.runId} is under way, and two would move the same clock: wait until it has ended, or stop it (POST /manage/v1/sandbox/scenario-runs/${no.runId}/stop)`;
      return new ManageError(409, 'scenario-runs', message);
    }
  }
}

function found(run: ScenarioRun | undefined, { runId }: Readonly<Record<string, string>>) {
  if (run) return run;
  const message = `no run "${runId!.slice(0, 40)}" on this node; it forgets all but the last ${MAX_SCENARIO_RUNS}, and those from before its start`;
  throw new ManageError(404, 'unknown-run', message, 'runId');
}

function view({ startedAt, endedAt, ...run }: ScenarioRun): z.input<typeof runSchema> {
  const ended = endedAt === null ? null : isoTime(endedAt);
  return { ...run, startedAt: isoTime(startedAt), endedAt: ended } as never;
}
