// Connects core's decision about results with the schema's functions: converts rows in both
// directions.
import { type HeldClaim, type SettledGroup, settleResults } from '../../core/callback-settle.ts';
import type { DeliveryResult } from '../../core/callbacks.ts';

/** Valid claims by delivery id, with the columns of their endpoints. */
export interface LockedClaims {
  readonly [deliveryId: string]: {
    readonly attempts: number;
    readonly endpoint: {
      readonly id: number;
      readonly endpoint_id: string;
      readonly platform: string;
      readonly party: string;
      readonly origin: 'registered' | 'declared';
      readonly url: string;
      readonly enabled: number;
      readonly failures: number;
      readonly failing_since: number | null;
      readonly open_until: number | null;
    };
  };
}

function toHeldClaim({ attempts, endpoint }: LockedClaims[string]): HeldClaim {
  const { id, endpoint_id: endpointId, platform, party, origin, url, ...row } = endpoint;
  const health = {
    failures: row.failures,
    failingSince: row.failing_since,
    openUntil: row.open_until,
  };
  const isOn = row.enabled === 1;
  return { attempts, endpoint: { id, endpointId, platform, party, origin, url, isOn, ...health } };
}

/**
 * The argument of the function `settle_1`, and the deliveries whose step must be reduced again
 * afterwards.
 */
export interface SettleRows {
  readonly attempts: readonly object[];
  readonly endpoints: readonly object[];
  readonly alerts: readonly object[];
  readonly uncounted: readonly number[];
}

export function settleAll(
  results: readonly DeliveryResult[],
  held: LockedClaims,
): { readonly group: SettledGroup; readonly rows: SettleRows } {
  const group = settleResults(results, (deliveryId) => {
    const claim = held[deliveryId];
    return claim && toHeldClaim(claim);
  });
  const { deliveries, endpoints, alerts } = group;
  const rows: SettleRows = {
    attempts: deliveries.map(({ deliveryId, number, attempt, retryAt }) => ({
      deliveryId,
      number,
      ...attempt,
      retryAt,
    })),
    endpoints: endpoints.map(({ off, ...health }) => ({
      ...health,
      offReason: off?.reason ?? null,
      offAt: off?.at ?? null,
    })),
    alerts: alerts.map(({ at, kind, endpoint, deliveryId, detail }) => ({
      at,
      kind,
      endpoint,
      delivery: deliveryId,
      detail,
    })),
    uncounted: deliveries.filter(({ isStep }) => !isStep).map(({ deliveryId }) => deliveryId),
  };
  return { group, rows };
}
