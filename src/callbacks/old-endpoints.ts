// Callback endpoints from before whose address would be refused today.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { AddressList } from '../directory/addresses.ts';
import type { OldRule } from '../protocol/old-rules.ts';
import { urlProblem } from './address-guard.ts';

/**
 * What `verify` and a start say about an endpoint that was registered before addresses were judged:
 * one entry for each reason for which its `url` could never be posted to. A platform's own endpoint
 * is its party's setting, and is listed there.
 *
 * @param allowed addresses that callbacks may go to although they are not public
 */
export function oldRulesOfEndpoint(
  { origin, url, endpointId }: CallbackEndpoint,
  allowed: AddressList,
): readonly OldRule[] {
  const problem = origin === 'declared' ? null : urlProblem(url, allowed);
  if (problem === null) return [];
  const remedy = `PATCH /manage/v1/callbacks/endpoints/${endpointId} with another url, or DELETE it`;
  return [{ field: 'url', problem: `the address ${problem}: nothing is posted to it`, remedy }];
}
