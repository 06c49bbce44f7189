// The port for scenarios on a sandbox: those that come with Ordergate, and runs of them or of an operator's own.
import type { Principal } from './principal.ts';

/** A text in both languages. */
interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface PlannedStep {
  /** From 1. */
  readonly number: number;
  /** Of the file. */
  readonly line: number;
  /** Such as `call`, `advance` or `order`. */
  readonly kind: string;
  /** The step in a few words. */
  readonly what: Words;
}

export interface ShippedScenario {
  readonly name: string;
  readonly title: Words;
  /** How far it moves the sandbox's clock. */
  readonly advanceSeconds: number;
  readonly steps: readonly PlannedStep[];
  /** The file, as YAML. */
  readonly text: string;
}

export interface RunStep extends PlannedStep {
  /** `left`: the run ended before it. */
  state: 'waiting' | 'running' | 'passed' | 'failed' | 'left';
  /** What came of it; of a step that failed, why. */
  result: Words | null;
  milliseconds: number | null;
  /** Of a call, in the request log; null without a reply. */
  requestId: string | null;
  orders: readonly { readonly platform: string; readonly orderId: string }[];
}

export interface ScenarioRun {
  readonly runId: string;
  /** Of a shipped scenario; null for a text of the caller's. */
  readonly name: string | null;
  readonly title: Words;
  /** `broken`: the run itself could not go on; `problem` says why. */
  readonly state: 'running' | 'passed' | 'failed' | 'stopped' | 'broken';
  readonly by: string;
  /** By the sandbox's clock. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly problem: Words | null;
  readonly steps: readonly Readonly<RunStep>[];
}

export interface WantedRun {
  /** A shipped scenario, or the text of a file. */
  readonly scenario: { readonly name: string } | { readonly text: string };
  /** Whether the sandbox is made anew first. */
  readonly reset: boolean;
  readonly by: Principal;
  /** From where, as limits count it. */
  readonly address: string;
}

/** Why no run began. */
export type NoRun =
  | { readonly refused: 'unknown'; readonly known: readonly string[] }
  | { readonly refused: 'wrong'; readonly problem: string }
  | { readonly refused: 'busy'; readonly runId: string };

/** Runs are kept in memory: a node knows those that it has run. */
export interface ScenarioRuns {
  shipped(): Promise<readonly ShippedScenario[]>;
  start(wanted: WantedRun): Promise<ScenarioRun | NoRun>;
  /** Newest first. */
  list(): readonly ScenarioRun[];
  find(runId: string): ScenarioRun | undefined;
  /** Ends a run before its next step. A run that has ended stays as it is. */
  stop(runId: string): void;
}

/** The longest file that a caller may send, in characters. */
export const MAX_SCENARIO_LENGTH = 64 * 1024;
/** Runs that are remembered. */
export const MAX_SCENARIO_RUNS = 10;
