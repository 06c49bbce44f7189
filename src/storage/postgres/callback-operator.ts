// Operators' manual actions on deliveries and endpoints, each as one function of the schema or as
// steps of it.
import type { GaveUp, HandClaim } from '../../core/callback-by-hand.ts';
import type { CallbackStore } from '../../core/callbacks.ts';
import { DELIVERY_STATES, OPERATOR_STEP } from '../callback-limits.ts';
import { toEndpoint } from '../endpoint-row.ts';
import type { Sealer } from '../seal.ts';
import { type EndpointColumns, fromColumns } from './callback-rows.ts';
import { callbackStatements as s } from './callback-statements.ts';
import type { Pool } from './pool.ts';

/** {@link HandClaim} as columns. */
type HandClaimRow =
  | Exclude<HandClaim, { readonly kind: 'claimed' | 'ended' }>
  | { readonly kind: 'ended'; readonly state: number }
  | (Omit<Extract<HandClaim, { readonly kind: 'claimed' }>, 'endpoint'> & {
      readonly endpoint: EndpointColumns;
    });

export function operatorMethods(
  pool: Pool,
  node: string,
  sealer: Sealer,
): Pick<CallbackStore, 'claimOne' | 'giveUp' | 'endPause' | 'deleteEndpoint'> {
  return {
    async claimOne(deliveryId, now, leaseMs): Promise<HandClaim> {
      const given = [node, deliveryId, now, leaseMs];
      const [[claim]] = (await pool.runOnce(s.claimOne, given)) as [[HandClaimRow]];
      if (claim.kind === 'ended') return { ...claim, state: DELIVERY_STATES[claim.state]! };
      if (claim.kind !== 'claimed') return claim;
      return { ...claim, endpoint: toEndpoint(fromColumns(claim.endpoint), sealer) };
    },

    giveUp: async (deliveryId, now, detail) =>
      (await pool.runOnce(s.giveUp, [deliveryId, now, detail]))[0]![0] as GaveUp,

    async endPause(endpointId, now, bringForward) {
      const step = bringForward ? OPERATOR_STEP : 0;
      for (let total = 0; ; ) {
        const forwarded = Number((await pool.run(s.endPause, [endpointId, now, step]))[0]![0]);
        total += forwarded;
        if (forwarded === 0 || forwarded < step) return total;
      }
    },

    async deleteEndpoint(endpointId, now) {
      for (let total = 0; ; ) {
        const given = [endpointId, now, OPERATOR_STEP];
        const [[ended]] = (await pool.runOnce(s.deleteEndpoint, given)) as [[number | null]];
        if (ended === null) return total === 0 ? null : total;
        total += Number(ended);
        if (Number(ended) < OPERATOR_STEP) return total;
      }
    },
  };
}
