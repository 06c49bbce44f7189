// The ids that a party has: its own, which its calls carry, and those that own orders and callbacks.

import { ownersOf } from '../directory/owners.ts';
import type { Parties } from '../directory/parties.ts';
import type { Platform } from '../protocol/platform.ts';

export interface PartyIds {
  /** Under which its calls are logged. */
  readonly partyId: string;
  /** Under which it owns orders and has callbacks. */
  readonly owners: readonly string[];
}

interface Directory {
  readonly parties: Pick<Parties, 'list' | 'find'>;
  readonly platforms: readonly Platform[];
}

/** @param id of a party; the id of an owner that is no party stands for itself */
export function idsOf({ parties, platforms }: Directory, id: string, platform: string): PartyIds {
  const party = parties.find(platform, id);
  const its = platforms.find(({ name }) => name === platform);
  return { partyId: id, owners: party && its ? ownersOf(its, party) : [id] };
}

/** By owner, the party that owns under this id; of several parties the first one. */
export function partiesByOwner({ parties, platforms }: Directory, platform: string) {
  const its = platforms.find(({ name }) => name === platform);
  const found = new Map<string, string>();
  for (const party of its ? parties.list(platform) : []) {
    for (const owner of ownersOf(its!, party)) {
      if (!found.has(owner)) found.set(owner, party.partyId);
    }
  }
  return found;
}
