// Keeps keys of a party for a while after they end, so that the detective can recognise a signature
// made with one.
import { DAY, type Instant } from './clock.ts';
import { liveKeys, type Party, type PartyKey } from './party.ts';

/** Maximum number of ended keys per party; the newest are kept. */
export const KEPT_ENDED = 5;
export const ENDED_KEPT_MS = 90 * DAY;

/** A key that has ended and that verifies nothing any more. */
export interface EndedKey {
  readonly keyId: string;
  /** Plain text in memory, encrypted in storage, never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  readonly endedAt: Instant;
}

/** The keys that ended within the last 90 days, latest end first; at most {@link KEPT_ENDED}. */
export function endedKeys({ keys, ended = [] }: Party, now: Instant): readonly EndedKey[] {
  const expired = keys.flatMap(({ expiresAt, isForgotten, ...key }) =>
    expiresAt === null || now < expiresAt || isForgotten ? [] : [{ ...key, endedAt: expiresAt }],
  );
  return [...expired, ...ended]
    .filter(({ endedAt }) => now < endedAt + ENDED_KEPT_MS)
    .sort((a, b) => b.endedAt - a.endedAt)
    .slice(0, KEPT_ENDED);
}

/** Returns `after`, and adds the keys that it lacks compared with `before` to its ended keys. */
export function keepEnded(before: Party, after: Party, now: Instant): Party {
  const left = new Set(after.keys.map(({ keyId }) => keyId));
  const gone = before.keys.filter(({ keyId }) => !left.has(keyId)).map((key) => endAt(key, now));
  const ended = endedKeys({ ...after, keys: [...after.keys, ...gone] }, now);
  // An expired key that is still in the party's list of keys stays there.
  return withEnded(
    after,
    ended.filter(({ keyId }) => !left.has(keyId)),
  );
}

const endAt = (key: PartyKey, now: Instant): PartyKey => ({
  ...key,
  expiresAt: Math.min(key.expiresAt ?? now, now),
});

/** Removes ended keys that are too old. Returns the same object if nothing changes. */
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

/** Ends one key now. */
export function endKey(party: Party, keyId: string, now: Instant): Party {
  const keys = liveKeys(party, now).filter((key) => key.keyId !== keyId);
  return keepEnded(party, { ...party, keys }, now);
}
