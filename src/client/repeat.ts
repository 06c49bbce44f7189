// Whether and when a call may be sent again whose fate is unknown: only where the contract says that a repeat is one.
import type { MethodContract } from '../protocol/contract.ts';
import type { RefusedError } from './errors.ts';
import type { ClientOptions } from './options.ts';

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
function repeatsOf({ effect, once }: MethodContract): Repeats | null {
  const forMs = once?.forMs === 'ever' ? Number.POSITIVE_INFINITY : (once?.forMs ?? 0);
  if (effect === 'read') {
    const pauseMs = once?.repeat === 'refused' ? forMs : 0;
    return { pauseMs, withinMs: Number.POSITIVE_INFINITY, sameBytes: false };
  }
  if (once?.repeat !== 'same-reply') return null;
  return { pauseMs: 0, withinMs: forMs, sameBytes: true };
}

/** How often a call is sent, and how long it may take. */
export interface Plan {
  readonly repeats: Repeats | null;
  readonly attempts: number;
  /** For all of the call, in milliseconds. */
  readonly limitMs: number;
  /** For one attempt. */
  readonly attemptMs: number;
}

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;

/** @param timeoutMs the call's own limit, where it has one */
export function planOf(
  method: MethodContract,
  options: Pick<ClientOptions<unknown>, 'attempts' | 'attemptTimeoutMs' | 'timeoutMs'>,
  timeoutMs: number | undefined,
): Plan {
  const repeats = repeatsOf(method);
  const limitMs = timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
  const attempts = repeats && repeats.pauseMs < limitMs ? (options.attempts ?? ATTEMPTS) : 1;
  const share = options.attemptTimeoutMs ?? Math.ceil(limitMs / attempts);
  return { repeats, attempts, limitMs, attemptMs: attempts > 1 ? share : limitMs };
}

/**
 * How long to wait before the next attempt, in milliseconds; null where there is none.
 *
 * @param attempt how many there were
 * @param age how long ago the call was signed, in milliseconds
 */
export function pauseBefore(
  { repeats, attempts }: Plan,
  attempt: number,
  age: number,
): number | null {
  if (!repeats || attempt >= attempts) return null;
  const pause = Math.max(backoff(attempt), repeats.pauseMs);
  return age + pause < repeats.withinMs ? pause : null;
}

/**
 * Whether a refusal of a repeat settles what became of the attempt before it. A refusal of the method
 * itself does: had that attempt been carried out, its success would have come again. A limit, a check
 * of the caller or a fault does not. Nothing hangs on what became of a read.
 */
export function settles(method: MethodContract, { row, refused }: RefusedError): boolean {
  if (method.effect === 'read') return true;
  return method.codes.includes(row) && refused.retry === 'never';
}

const FIRST_PAUSE_MS = 200;

/** Twice as long each time, and up to half of it at random, so that callers do not come all at once. */
function backoff(attempt: number, random: () => number = Math.random): number {
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
