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
}

let isWarm = false;

parentPort!.on('message', ({ id, evidence, keys, bounds }: ToSearch) => {
  if (!isWarm) warmUp();
  isWarm = true;
  let answer: FromSearch;
  try {
    answer = { id, findings: search(evidence, keys, bounds) };
  } catch (error) {
    answer = { id, findings: null, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(answer);
});
