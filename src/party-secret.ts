// Finds the key of a party for a call from this machine: in the fixtures, or in the ledger itself.
import type { Config } from './config.ts';
import { fixtureParties } from './directory/published-keys.ts';
import { platformsOf } from './platform-file.ts';
import { partyOf } from './transfers.ts';

/**
 * The key that a party signs with, and where it was found. A ledger is read beside a running server,
 * and needs its master key.
 *
 * @param mayOpen whether the ledger of the data directory may be asked; false for a call to a server
 * that is not the one of this ledger
 * @returns null if there is no such party
 * @throws what the ledger says, if it cannot be read and the fixtures have no such party
 */
export async function findPartySecret(
  config: Config,
  platform: string,
  partyId: string,
  mayOpen: boolean,
): Promise<{ readonly secret: string; readonly from: 'fixtures' | 'ledger' } | null> {
  let unread: unknown;
  if (mayOpen) {
    const party = await partyOf(config, platform, partyId).catch((error: unknown) => {
      unread = error; // A machine that has no ledger may still know the fixtures.
      return null;
    });
    const key = party?.keys.find(({ expiresAt }) => expiresAt === null) ?? party?.keys[0];
    if (key) return { secret: key.secret, from: 'ledger' };
  }
  for (const party of (await platformsOf(config)).flatMap(fixtureParties)) {
    if (party.platform !== platform || party.partyId !== partyId) continue;
    const [key] = party.keys;
    if (key) return { secret: key.secret, from: 'fixtures' };
  }
  if (unread !== undefined) throw unread;
  return null;
}
