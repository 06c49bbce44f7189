// Builds a new party with one key, and checks its address list for all platforms.
import type { Instant } from '../core/clock.ts';
import type { Party } from '../core/party.ts';
import { ImportError } from '../protocol/platform.ts';
import { AddressList } from './addresses.ts';

type Given = Pick<Party, 'platform' | 'partyId'> &
  Partial<Pick<Party, 'users' | 'grants' | 'addresses' | 'attributes'>> & {
    /** The party's key in plain text. */
    readonly secret: string;
  };

/**
 * The new party is switched on. Its users, grants, addresses and attributes are empty unless given.
 */
export function newParty({ secret, ...given }: Given, now: Instant): Party {
  return {
    version: 1,
    enabled: true,
    users: [],
    grants: [],
    addresses: [],
    keys: [{ keyId: 'k1', secret, createdAt: now, expiresAt: null }],
    attributes: {},
    ...given,
  };
}

/** @throws {ImportError} if an entry of the party's address list cannot be read */
export function checkAddressesOf({ addresses }: Party): void {
  try {
    new AddressList(addresses);
  } catch (error) {
    throw new ImportError('addresses', (error as Error).message);
  }
}
