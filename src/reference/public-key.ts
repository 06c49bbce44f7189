// The key of a party where everybody may see it.
import { liveKeys } from '../core/party.ts';
import { publishedKeys } from '../directory/published-keys.ts';
import type { Platform } from '../protocol/platform.ts';
import type { Live } from './live.ts';

/** By platform: the keys of its fixtures. */
const published = new WeakMap<Platform, ReadonlySet<string>>();

/**
 * The party's key in a sandbox, as long as it is the one of the fixtures, which is public. A key that
 * somebody has made is shown nowhere.
 */
export function publicKey(
  platform: Platform,
  partyId: string,
  { parties, clock, environment }: Live,
): string | null {
  if (environment !== 'sandbox') return null;
  const party = parties.find(platform.name, partyId);
  if (!party) return null;
  const known = published.get(platform) ?? publishedKeys([platform]);
  published.set(platform, known);
  return liveKeys(party, clock.now()).find(({ secret }) => known.has(secret))?.secret ?? null;
}
