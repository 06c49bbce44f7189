// Keys of a party that have ended: kept for a while so that a wrong signature can be told to be one of them.
import { DAY, type Instant } from './clock.ts';
import { liveKeys, type Party, type PartyKey } from './party.ts';

/** Of each party the newest so many are kept. */
export const KEPT_ENDED = 5;
export const ENDED_KEPT_MS = 90 * DAY;

/** Verifies nothing any more. */
export interface EndedKey {
  readonly keyId: string;
  /** In clear here; sealed wherever it is stored; never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  readonly endedAt: Instant;
}

/** The keys that ended within the last 90 days, the newest end first; at most {@link KEPT_ENDED}. */
export function endedKeys({ keys, ended = [] }: Party, now: Instant): readonly EndedKey[] {
  const expired = keys.flatMap(({ expiresAt, isForgotten, ...key }) =>
    expiresAt === null || now < expiresAt || isForgotten ? [] : [{ ...key, endedAt: expiresAt }],
  );
  return [...expired, ...ended]
    .filter(({ endedAt }) => now < endedAt + ENDED_KEPT_MS)
    .sort((a, b) => b.endedAt - a.endedAt)
    .slice(0, KEPT_ENDED);
}

/** `after` with the keys that `before` had and it has not among those that have ended. */
export function keepEnded(before: Party, after: Party, now: Instant): Party {
  const left = new Set(after.keys.map(({ keyId }) => keyId));
  const gone = before.keys.filter(({ keyId }) => !left.has(keyId)).map((key) => endAt(key, now));
  const ended = endedKeys({ ...after, keys: [...after.keys, ...gone] }, now);
  // An expired key that is still among the keys is kept there.
  return withEnded(
    after,
    ended.filter(({ keyId }) => !left.has(keyId)),
  );
}

const endAt = (key: PartyKey, now: Instant): PartyKey => ({
  ...key,
  expiresAt: Math.min(key.expiresAt ?? now, now),
});

/** Without those that are past their time; the same party where there are none. */
export function withoutOldEnded(party: Party, now: Instant): Party {
  const isKept = (endedAt: Instant): boolean => now < endedAt + ENDED_KEPT_MS;
  const keys = party.keys.filter(({ expiresAt }) => expiresAt === null || isKept(expiresAt));
  const ended = (party.ended ?? []).filter(({ endedAt }) => isKept(endedAt));
  const isSame = keys.length === party.keys.length && ended.length === (party.ended?.length ?? 0);
  return isSame ? party : withEnded({ ...party, keys }, ended);
}

function withEnded({ ended: _, ...party }: Party, ended: readonly EndedKey[]): Party {
  return ended.length === 0 ? party : { ...party, ended };
}

/** Ends one key at once. */
export function endKey(party: Party, keyId: string, now: Instant): Party {
  const keys = liveKeys(party, now).filter((key) => key.keyId !== keyId);
  return keepEnded(party, { ...party, keys }, now);
}
