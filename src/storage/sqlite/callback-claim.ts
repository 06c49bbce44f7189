// Claims due deliveries, one endpoint at a time.
import type { ClaimRequest } from '../../core/callbacks.ts';
import type { EndpointRow } from '../endpoint-row.ts';
import type { CallbackStatements } from './callback-statements.ts';

type DueRow = ReturnType<CallbackStatements['due']['all']>[number];

export interface ClaimedRows {
  readonly deliveries: readonly (DueRow & { readonly endpointId: string })[];
  readonly endpoints: readonly EndpointRow[];
  /**
   * The endpoint served last. The next claim continues after it, so that each endpoint has its
   * turn.
   */
  readonly last: number;
}

/** @param after the endpoint that was served last */
export function claimDue(s: CallbackStatements, request: ClaimRequest, after: number): ClaimedRows {
  const { now, limit, perEndpoint, underWay, leaseMs } = request;
  const deliveries: ClaimedRows['deliveries'][number][] = [];
  const endpoints: EndpointRow[] = [];
  let last = after;
  let wrapped = after === 0;
  for (let at = after; deliveries.length < limit; ) {
    const next = s.nextBusy.get(at);
    if (!next || (wrapped && after > 0 && next.endpoint > after)) {
      if (wrapped) break;
      [wrapped, at] = [true, 0];
      continue;
    }
    at = next.endpoint;
    const { id, ...endpoint } = s.endpointById.get(at)!;
    if (endpoint.enabled === 0) continue;
    const { openUntil } = endpoint;
    if (openUntil !== null && openUntil > now) continue;
    const busy = underWay[endpoint.endpointId] ?? 0;
    // After its pause a breaker lets one delivery through, if no earlier one is still in progress.
    const space = openUntil === null ? perEndpoint - busy : 1 - Math.min(1, busy);
    const room = Math.min(space, limit - deliveries.length);
    if (room <= 0) continue;
    const due = s.due.all(id, now, room);
    if (due.length === 0) continue;
    for (const one of due) {
      s.lease.run(now + leaseMs, one.deliveryId);
      deliveries.push({ ...one, endpointId: endpoint.endpointId });
    }
    if (openUntil !== null) {
      s.health.run(endpoint.failures, endpoint.failingSince, now + leaseMs, id);
    }
    endpoints.push(endpoint);
    last = at;
  }
  return { deliveries, endpoints, last };
}
