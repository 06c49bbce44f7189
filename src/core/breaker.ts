// The circuit breaker of an endpoint: decides when an endpoint that fails is paused, retried and
// switched off.
import type { EndpointHealth } from './callback-endpoint.ts';
import { DAY, type Instant, MINUTE, SECOND } from './clock.ts';
import { CLOCKS_DIFFER_MS } from './limits.ts';

/**
 * The breaker opens after this many consecutive failures. A smaller number would mistake a
 * receiver's restart for an outage. A larger number would spend attempts of many deliveries during
 * an outage.
 */
export const FAILURES_TO_OPEN = 5;
/**
 * The breaker stays open for as long as the outage has lasted so far, but at least
 * SHORTEST_PAUSE_MS and at most LONGEST_PAUSE_MS.
 */
export const SHORTEST_PAUSE_MS = 30 * SECOND;
/**
 * The longest pause is shorter than the later gaps of every retry schedule. A single delivery
 * therefore keeps its schedule, and a receiver that has recovered waits at most this long.
 */
export const LONGEST_PAUSE_MS = 10 * MINUTE;
export const SWITCH_OFF_AFTER_MS = 5 * DAY;

export const HEALTHY: EndpointHealth = { failures: 0, failingSince: null, openUntil: null };

export function afterFailure(health: EndpointHealth, now: Instant): EndpointHealth {
  const failures = health.failures + 1;
  const failingSince = health.failingSince ?? now;
  if (failures < FAILURES_TO_OPEN) return { failures, failingSince, openUntil: null };
  const pause = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, now - failingSince));
  return { failures, failingSince, openUntil: now + pause };
}

/**
 * Whether the endpoint has failed for so long that it must be switched off. Two failures several
 * days apart do not count as an outage.
 */
export function isLost(health: EndpointHealth, now: Instant): boolean {
  return (
    health.failures >= FAILURES_TO_OPEN &&
    health.failingSince !== null &&
    now - health.failingSince >= SWITCH_OFF_AFTER_MS
  );
}

/**
 * If the pause began while the clock was ahead of `now`, returns the endpoint's health with a pause
 * of the same length that starts at `now`. Returns null if no time needs correction.
 */
export function pausedFromNow(health: EndpointHealth, now: Instant): EndpointHealth | null {
  const { failures, failingSince, openUntil } = health;
  const since = failingSince === null ? null : Math.min(failingSince, now);
  const began = openUntil === null ? null : beganAt(failingSince ?? openUntil, openUntil);
  const isAhead = began !== null && began > now + CLOCKS_DIFFER_MS;
  if (since === failingSince && !isAhead) return null;
  return {
    failures,
    failingSince: since,
    openUntil: isAhead ? now + openUntil! - began : openUntil,
  };
}

/** The inverse of {@link afterFailure}: the time of the failure that started the current pause. */
function beganAt(failingSince: Instant, openUntil: Instant): Instant {
  const outage = (openUntil - failingSince) / 2;
  return openUntil - Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, outage));
}
