// Checks callback addresses in a party's own settings when they are set, and lists old ones that
// would be refused today.
import type { Party } from '../core/party.ts';
import type { AddressList } from '../directory/addresses.ts';
import type { JudgeParty } from '../directory/parties.ts';
import type { OldRule } from '../protocol/old-rules.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import { urlProblem } from './address-guard.ts';

type Platforms = readonly Pick<Platform, 'name' | 'callbacks'>[];

const addressesOf = (platforms: Platforms, party: Party) =>
  platforms.find(({ name }) => name === party.platform)?.callbacks?.addresses?.(party) ?? [];

/** Refuses a new or changed address that can never be posted to; an unchanged address stays. */
export function judgePartyAddresses(platforms: Platforms, allowed: AddressList): JudgeParty {
  return (party, before) => {
    const known = new Map(
      before && addressesOf(platforms, before).map(({ key, url }) => [key, url]),
    );
    for (const { key, field, url } of addressesOf(platforms, party)) {
      if (known.get(key) === url) continue;
      const problem = urlProblem(url, allowed);
      if (problem !== null) throw new ImportError(field, problem);
    }
  };
}

/** Addresses that were set before addresses were judged, or while other addresses were allowed. */
export function oldRulesOfAddresses(
  platforms: Platforms,
  party: Party,
  allowed: AddressList,
): OldRule[] {
  return addressesOf(platforms, party).flatMap(({ field, url }) => {
    const problem = urlProblem(url, allowed);
    if (problem === null) return [];
    const means = `the address ${problem}: nothing is posted to it`;
    return [{ field, problem: means, remedy: `change the party's ${field}, or take it away` }];
  });
}
