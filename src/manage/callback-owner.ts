// Whether anybody's orders can cause callbacks for a party: an endpoint that never hears a thing is refused.
import type { Ledger } from '../core/ledger.ts';
import { ownersOf } from '../directory/owners.ts';
import type { Parties } from '../directory/parties.ts';
import type { Platform } from '../protocol/platform.ts';
import { ManageError } from './endpoint.ts';

/** How many owners a message lists. */
const LISTED = 20;

/**
 * Events belong to the owners of orders, which are not always the platform's parties: a Suning app
 * reports for suppliers, and a ytx account has apps.
 *
 * @throws {ManageError} that says which owners there are
 */
export async function requireOwner(
  platform: Platform,
  party: string,
  { parties, ledger }: { readonly parties: Parties; readonly ledger: Ledger },
): Promise<void> {
  const all = parties.list(platform.name);
  const owners = [...new Set(all.flatMap((one) => ownersOf(platform, one)))];
  if (owners.includes(party)) return;
  // An order may be of an owner that no party names any more.
  const { items } = await ledger.listOrders({ platform: platform.name, owner: party, limit: 1 });
  if (items.length > 0) return;
  const itself = parties.find(platform.name, party);
  if (itself) {
    const its = ownersOf(platform, itself);
    const problem = `${platform.name} sends no events for "${party}" itself: ${list('they belong to', its)}`;
    throw new ManageError(400, 'bad-endpoint', `party: ${problem}`, 'party');
  }
  const problem = `${platform.name} has no orders of a party "${party.slice(0, 80)}"; ${list('there are', owners)}`;
  throw new ManageError(404, 'unknown-party', problem, 'party');
}

function list(what: string, owners: readonly string[]): string {
  if (owners.length === 0) return 'there are none yet';
  const more = owners.length > LISTED ? `, and ${owners.length - LISTED} more` : '';
  return `${what} ${owners.slice(0, LISTED).join(', ')}${more}`;
}
