// The thread on which mistakes are tried: one question after the other, each within its bounds.
import { parentPort } from 'node:worker_threads';
import type { Evidence } from '../protocol/evidence.ts';
import { type Bounds, type Findings, type Keys, search } from './search.ts';
import { warmUp } from './warm-up.ts';

export interface ToSearch {
  readonly id: number;
  readonly evidence: Evidence;
  readonly keys: Keys;
  readonly bounds: Bounds;
}

export interface FromSearch {
  readonly id: number;
  /** Null where the search itself has failed: a bug of ours. */
  readonly findings: Findings | null;
  readonly error?: string;
  /** What the search took of the thread. */
  readonly cpuMs: number;
}

let isWarm = false;

parentPort!.on('message', ({ id, evidence, keys, bounds }: ToSearch) => {
  if (!isWarm) warmUp();
  isWarm = true;
  const before = process.threadCpuUsage();
  let findings: Findings | null = null;
  let failure = '';
  try {
    findings = search(evidence, keys, bounds);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  const cpuMs = (user + system) / 1000;
  parentPort!.postMessage({ id, findings, error: failure, cpuMs } satisfies FromSearch);
});
