// Callback endpoints from before whose address would be refused today.
import type { CallbackEndpoint } from '../core/callback-endpoint.ts';
import type { AddressList } from '../protocol/addresses.ts';
import type { OldRule } from '../protocol/old-rules.ts';

/**
 * What `verify` and a start say about an endpoint that was registered before addresses were judged:
 * one entry for each reason for which its `url` could never be posted to.
 *
 * @param _allowed addresses that callbacks may go to although they are not public
 */
export function oldRulesOfEndpoint(
  _endpoint: CallbackEndpoint,
  _allowed: AddressList,
): readonly OldRule[] {
  return [];
}
