// Posts one delivery, and returns its result with the time of the next attempt.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import { isGone } from '../core/callback-settle.ts';
import type { Attempt, ClaimedDelivery, DeliveryResult } from '../core/callbacks.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { type PostOutcome, type Posts, UNWANTED } from './deliver.ts';
import type { Target } from './fan-out.ts';
import { nextWait, readRetryAfter } from './retry-schedule.ts';
import { liveSecrets } from './signature.ts';

export interface SendParts {
  readonly clock: Clock;
  readonly poster: Posts;
  /** A random number from 0 up to 1, for the jitter. */
  readonly random: () => number;
}

/** A claimed delivery with its target. */
export interface Work {
  readonly delivery: ClaimedDelivery;
  readonly endpoint: Target;
}

/** @throws if the outcome of the post is unknown; the delivery returns when its lease ends */
export async function send(
  { delivery, endpoint }: Work,
  { clock, poster, random }: SendParts,
): Promise<DeliveryResult> {
  const { deliveryId, leaseUntil, messageId, contentType, body, step } = delivery;
  const at = clock.now();
  const { url, expects, schedule } = endpoint;
  const secrets = liveSecrets(endpoint.secrets, at);
  const post = { messageId, contentType, body, secrets, expects };
  const posted = url === null ? UNWANTED : await poster.post({ url, ...post });
  const outcome = judgedByPlatform(posted, endpoint);
  const { status, error, durationMicros, answer } = outcome;
  const attempt = { at, status, error, durationMicros, answer };
  const now = clock.now();
  const wait = error === null ? null : nextWait(schedule, step + 1, random, asked(outcome, now));
  return { deliveryId, leaseUntil, attempt, retryAt: wait === null ? null : now + wait, url };
}

/** Lets the endpoint's platform judge an answer that HTTP accepts. */
export function judgedByPlatform(outcome: PostOutcome, { answerProblem }: Target): PostOutcome {
  const { status, error, answer } = outcome;
  if (!answerProblem || error !== null || status === null) return outcome;
  try {
    return { ...outcome, error: answerProblem({ status, body: answer }) };
  } catch (fault) {
    const problem = `the platform could not judge the answer: ${(fault as Error).message}`;
    return { ...outcome, error: problem };
  }
}

/** The outcome of an attempt for the metrics. */
export function outcomeOf(
  attempt: Attempt,
  retryAt: Instant | null,
): 'delivered' | 'failed' | 'dead' {
  if (attempt.error === null) return 'delivered';
  return retryAt === null && !isGone(attempt) ? 'dead' : 'failed';
}

/** The wait that the receiver requests, by the receiver's clock if it sends one. */
function asked({ retryAfter, date }: PostOutcome, now: Instant): number | null {
  const told = date === undefined ? Number.NaN : Date.parse(date);
  return readRetryAfter(retryAfter, Number.isNaN(told) ? now : told);
}

export type AsWantedNow = (endpoint: CallbackEndpoint) => Target;
