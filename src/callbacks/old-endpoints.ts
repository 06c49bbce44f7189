// Finds callback endpoints whose address an older version accepted and would be refused today.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { AddressList } from '../directory/addresses.ts';
import type { OldRule } from '../protocol/old-rules.ts';
import { urlProblem } from './address-guard.ts';

/**
 * The findings of `verify` and of a start about an endpoint that was registered before addresses
 * were judged: one entry for each reason why its `url` can never be posted to. A declared endpoint
 * is a setting of its party, and is listed there.
 *
 * @param allowed addresses that callbacks may reach although they are not public
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
