// Whether and when a call may be sent again whose fate is unknown: only where the contract says that a repeat is one.
import type { MethodContract } from '../protocol/contract.ts';

/** When a call may be sent again; all times are in milliseconds. */
export interface Repeats {
  /** The least time between two attempts. */
  readonly pauseMs: number;
  /** How long after the first signature a repeat still counts as the same call. */
  readonly withinMs: number;
  /** Whether a repeat has to carry the very bytes of the first attempt. */
  readonly sameBytes: boolean;
}

/** Null where a repeat could be a second call, or would be refused as one. */
export function repeatsOf({ effect, once }: MethodContract): Repeats | null {
  const forMs = once?.forMs === 'ever' ? Number.POSITIVE_INFINITY : (once?.forMs ?? 0);
  if (effect === 'read') {
    const pauseMs = once?.repeat === 'refused' ? forMs : 0;
    return { pauseMs, withinMs: Number.POSITIVE_INFINITY, sameBytes: false };
  }
  if (once?.repeat !== 'same-reply') return null;
  return { pauseMs: 0, withinMs: forMs, sameBytes: true };
}

/**
 * Whether a refusal of a repeat settles what became of the attempt before it. A refusal of the method
 * itself does: had that attempt been carried out, its success would have come again. A limit, a check
 * of the caller or a fault does not.
 */
export function settles(method: MethodContract, row: string, retry: string): boolean {
  return method.codes.includes(row) && retry === 'never';
}

const FIRST_PAUSE_MS = 200;

/** Twice as long each time, and up to half of it at random, so that callers do not come all at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.75 + random() / 2);
}

/** Resolves after `ms`, or rejects with the reason of the first signal that is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
