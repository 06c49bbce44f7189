// Runs scenarios on this sandbox: each on a thread of its own, which signs calls to the gateways and asks
// the management API through this process, for the person who started it.
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from './core/clock.ts';
import {
  MAX_SCENARIO_RUNS,
  type NoRun,
  type RunStep,
  type ScenarioRun,
  type ScenarioRuns,
  type ShippedScenario,
  type WantedRun,
} from './core/scenario-runs.ts';
import type { Parties } from './directory/parties.ts';
import type { LaterRoutes } from './http/later-routes.ts';
import { Router } from './http/router.ts';
import type { Scenario } from './scenario/format.ts';
import type { StepOutcome } from './scenario/run.ts';
import { type Words, words } from './scenario/words.ts';
import { ScenarioBridge } from './scenario-bridge.ts';

/** What the thread starts with. */
export interface ScenarioWork {
  readonly scenario: Scenario;
  /** Where the gateways listen. */
  readonly url: string;
}

type Question =
  | { readonly method: string; readonly path: string; readonly body?: object }
  | { readonly platform: string; readonly party: string };
export type FromScenario =
  | ({ readonly type: 'ask'; readonly id: number } & Question)
  | { readonly type: 'begin'; readonly number: number }
  | { readonly type: 'step'; readonly outcome: StepOutcome }
  | { readonly type: 'end'; readonly isPassed: boolean };
export type ToScenario = 'stop' | { readonly id: number; readonly answer: unknown };

export interface ScenarioParts {
  readonly clock: Clock;
  /** URLs that callbacks may be posted to while they stand here. */
  readonly receivers: Set<string>;
  readonly parties: Pick<Parties, 'find'>;
  resetSandbox(): Promise<unknown>;
  onFault(error: unknown, what: string): void;
}

/** A call may wait a minute for its reply; a step that takes longer does not end. */
const STEP_MS = 120_000;
/** So long a thread has to remove its receivers after it was told to stop. */
const STOP_MS = 5000;
/** Of what came of a step. */
const MAX_RESULT = 500;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Run extends Mutable<ScenarioRun> {
  readonly steps: RunStep[];
}

interface Active {
  readonly run: Run;
  readonly wanted: WantedRun;
  worker?: Worker;
  isStopped: boolean;
  timer?: NodeJS.Timeout;
  readonly bridge: ScenarioBridge;
}

export class ScenariosHere implements ScenarioRuns {
  readonly #parts: ScenarioParts;
  readonly #runs: Run[] = [];
  #active: Active | undefined;
  #manage: LaterRoutes | undefined;
  #url = '';

  constructor(parts: ScenarioParts) {
    this.#parts = parts;
  }

  /** Called once the server listens. */
  serve(url: string, manage: LaterRoutes): void {
    // The address that means every address of the machine is none that one connects to everywhere.
    this.#url = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
    this.#manage = manage;
  }

  async shipped(): Promise<readonly ShippedScenario[]> {
    const { shippedNames, shippedScenario, shippedText } = await import('./shipped-scenarios.ts');
    const { plan, secondsOf } = await import('./scenario/run.ts');
    return shippedNames().map((name) => {
      const { title, steps } = shippedScenario(name);
      const moves = steps.map((one) => (one.kind === 'advance' ? secondsOf(one.step.advance) : 0));
      const advanceSeconds = moves.reduce((sum, seconds) => sum + seconds, 0);
      return { name, title, advanceSeconds, steps: plan(steps), text: shippedText(name) };
    });
  }

  async start(wanted: WantedRun): Promise<ScenarioRun | NoRun> {
    const found = await read(wanted.scenario);
    if ('refused' in found) return found;
    const { plan } = await import('./scenario/run.ts');
    const router = new Router(await this.#manage!.load());
    if (this.#active) return { refused: 'busy', runId: this.#active.run.runId };
    const run: Run = {
      runId: `run_${randomBytes(6).toString('hex')}`,
      name: 'name' in wanted.scenario ? wanted.scenario.name : null,
      title: found.title,
      state: 'running',
      by: wanted.by.name,
      startedAt: this.#parts.clock.now(),
      endedAt: null,
      problem: null,
      steps: plan(found.steps).map((step) => ({
        ...step,
        ...{ state: 'waiting', result: null, milliseconds: null, requestId: null, orders: [] },
      })),
    };
    this.#runs.unshift(run);
    this.#runs.length = Math.min(this.#runs.length, MAX_SCENARIO_RUNS);
    const { by, address } = wanted;
    const { receivers } = this.#parts;
    const bridge = new ScenarioBridge({ router, receivers, by, address });
    this.#active = { run, wanted, bridge, isStopped: false };
    void this.#carryOut(this.#active, found);
    return run;
  }

  list(): readonly ScenarioRun[] {
    return this.#runs;
  }

  find(runId: string): ScenarioRun | undefined {
    return this.#runs.find((run) => run.runId === runId);
  }

  stop(runId: string): void {
    const active = this.#active;
    if (active?.run.runId !== runId || active.isStopped) return;
    active.isStopped = true;
    active.worker?.postMessage('stop' satisfies ToScenario);
    this.#limit(active, STOP_MS);
  }

  async close(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    active.isStopped = true;
    await active.worker?.terminate();
  }

  async #carryOut(active: Active, scenario: Scenario): Promise<void> {
    const { run, wanted, bridge } = active;
    try {
      if (wanted.reset) {
        await this.#parts.resetSandbox();
        run.startedAt = this.#parts.clock.now();
      }
      const isPassed = active.isStopped ? false : await this.#onThread(active, scenario);
      run.state = active.isStopped ? 'stopped' : isPassed ? 'passed' : 'failed';
    } catch (error) {
      run.state = active.isStopped ? 'stopped' : 'broken';
      if (!active.isStopped) {
        const { message } = error as Error;
        run.problem = words(`运行中断：${message}`, message);
        this.#parts.onFault(error, `the scenario ${run.runId}`);
      }
    } finally {
      clearTimeout(active.timer);
      await bridge.close();
      run.endedAt = this.#parts.clock.now();
      for (const step of run.steps) {
        if (step.state === 'waiting' || step.state === 'running') step.state = 'left';
      }
      this.#active = undefined;
    }
  }

  #onThread(active: Active, scenario: Scenario): Promise<boolean> {
    const ending = extname(import.meta.url); // .ts in a checkout, .js in the package
    const script = new URL(`./scenario-worker${ending}`, import.meta.url);
    const workerData: ScenarioWork = { scenario, url: this.#url };
    const worker = new Worker(script, { workerData });
    active.worker = worker;
    this.#limit(active, STEP_MS);
    return new Promise((resolve, reject) => {
      let isPassed: boolean | undefined;
      worker.on('message', (message: FromScenario) => {
        if (message.type === 'end') isPassed = message.isPassed;
        else void this.#heard(active, message);
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        if (isPassed === undefined) reject(new Error('the thread of the run has ended'));
        else resolve(isPassed);
      });
    });
  }

  async #heard(active: Active, message: Exclude<FromScenario, { type: 'end' }>): Promise<void> {
    const { run, worker } = active;
    if (!active.isStopped) this.#limit(active, STEP_MS);
    switch (message.type) {
      case 'begin':
        run.steps[message.number - 1]!.state = 'running';
        return;
      case 'step':
        note(run.steps[message.outcome.number - 1]!, message.outcome);
        return;
      case 'ask': {
        const answer = await this.#answer(active, message);
        worker?.postMessage({ id: message.id, answer } satisfies ToScenario);
      }
    }
  }

  async #answer(active: Active, question: Question): Promise<unknown> {
    if ('party' in question) {
      const { platform, party } = question;
      return this.#parts.parties.find(platform, party)?.keys[0]?.secret;
    }
    return active.bridge.ask(question.method, question.path, question.body);
  }

  /** Ends the thread unless something comes of it within the time. */
  #limit(active: Active, milliseconds: number): void {
    clearTimeout(active.timer);
    active.timer = setTimeout(() => void active.worker?.terminate(), milliseconds);
    active.timer.unref();
  }
}

async function read(wanted: WantedRun['scenario']): Promise<Scenario | NoRun> {
  const { shippedNames, shippedScenario } = await import('./shipped-scenarios.ts');
  const { readScenario, ScenarioError } = await import('./scenario/read.ts');
  if ('name' in wanted) {
    const known = shippedNames();
    if (!known.includes(wanted.name)) return { refused: 'unknown', known };
    return shippedScenario(wanted.name);
  }
  try {
    return readScenario(wanted.text, 'text');
  } catch (error) {
    if (error instanceof ScenarioError) return { refused: 'wrong', problem: error.message };
    throw error;
  }
}

function note(step: RunStep, outcome: StepOutcome): void {
  const { what, result, ok, milliseconds, requestId, orders } = outcome;
  const state = ok ? 'passed' : 'failed';
  Object.assign(step, { what, state, result: cut(result), milliseconds, requestId, orders });
}

const cut = ({ zh, en }: Words): Words => words(zh.slice(0, MAX_RESULT), en.slice(0, MAX_RESULT));
