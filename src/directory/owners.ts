// The ids that own orders: a party's own id, or ids that the platform defines, such as Suning's
// supplier codes and ytx's apps.
import type { Party } from '../core/party.ts';
import type { Platform } from '../protocol/platform.ts';

/** The ids under which the party owns orders and may have callbacks. */
export function ownersOf(platform: Pick<Platform, 'owners'>, party: Party): readonly string[] {
  return platform.owners ? platform.owners(party) : [party.partyId];
}
