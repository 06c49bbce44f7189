// A party that has just been made, with one key, and the check of its address list that platforms share.
import type { Instant } from '../core/clock.ts';
import type { Party } from '../core/party.ts';
import { ImportError } from '../protocol/platform.ts';
import { AddressList } from './addresses.ts';

type Given = Pick<Party, 'platform' | 'partyId'> &
  Partial<Pick<Party, 'users' | 'grants' | 'addresses' | 'attributes'>> & {
    /** Its key, in clear. */
    readonly secret: string;
  };

/** Switched on, without users, grants, addresses and attributes where none are given. */
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

/** @throws {ImportError} where an entry of the party's address list cannot be read */
export function checkAddressesOf({ addresses }: Party): void {
  try {
    new AddressList(addresses);
  } catch (error) {
    throw new ImportError('addresses', (error as Error).message);
  }
}
