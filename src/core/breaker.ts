// The breaker of an endpoint: when one that is down is left alone, tried again, and switched off.
import type { EndpointHealth } from './callback-endpoint.ts';
import { DAY, type Instant, MINUTE, SECOND } from './clock.ts';
import { CLOCKS_DIFFER_MS } from './limits.ts';

/**
 * Failures behind each other that open it. Fewer would take a receiver's restart for an outage;
 * with more, an outage would use up attempts of many deliveries that could have waited.
 */
export const FAILURES_TO_OPEN = 5;
/** It stays open for as long as the outage has lasted so far, between these two. */
export const SHORTEST_PAUSE_MS = 30 * SECOND;
/**
 * Shorter than any later gap of a retry schedule, so that a delivery that is alone keeps its times,
 * and a receiver that is back waits no longer than this.
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

/** Whether it has failed for so long that it is switched off; two failures with days between are no outage. */
export function isLost(health: EndpointHealth, now: Instant): boolean {
  return (
    health.failures >= FAILURES_TO_OPEN &&
    health.failingSince !== null &&
    now - health.failingSince >= SWITCH_OFF_AFTER_MS
  );
}

/**
 * The health of an endpoint whose pause began while the clock stood ahead of `now`: the same pause, from now on.
 * Null where its times are right.
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

/** When the failure was that made this pause: see {@link afterFailure}, which is turned round here. */
function beganAt(failingSince: Instant, openUntil: Instant): Instant {
  const outage = (openUntil - failingSince) / 2;
  return openUntil - Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, outage));
}
