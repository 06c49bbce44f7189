// Who may call: a party (Jintong partner, Suning app, ytx account) with its keys, users and grants.
import type { Instant } from './clock.ts';
import { type EndedKey, keepEnded } from './ended-keys.ts';
import type { Json, JsonObject } from './order.ts';

export interface PartyKey {
  readonly keyId: string;
  /** In clear here; sealed wherever it is stored; never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  /** Null while it has no end. Rotation gives the older keys one. */
  readonly expiresAt: Instant | null;
  /** That it is not kept when it has ended, such as one that has leaked. */
  readonly isForgotten?: true;
}

/** When a key verified a request last. */
export interface KeyUse {
  readonly platform: string;
  readonly partyId: string;
  readonly keyId: string;
  readonly at: Instant;
}

export interface Party {
  readonly platform: string;
  readonly partyId: string;
  /** 1 when created, one more with each change. */
  readonly version: number;
  readonly enabled: boolean;
  /** Users that act under the party; each name is unique within it only. */
  readonly users: readonly string[];
  /** The platform's actions that the party may call. */
  readonly grants: readonly string[];
  /** Addresses and CIDR ranges it may call from; empty checks nothing. */
  readonly addresses: readonly string[];
  /** Newest first. */
  readonly keys: readonly PartyKey[];
  /** Keys that have ended and are kept for the detective alone; absent where there are none. */
  readonly ended?: readonly EndedKey[];
  /** What the platform keeps with the party besides. */
  readonly attributes: JsonObject;
}

/** The keys that hold at `now`, newest first. */
export function liveKeys(party: Party, now: Instant): readonly PartyKey[] {
  return party.keys.filter((key) => key.expiresAt === null || now < key.expiresAt);
}

/**
 * Puts a new key in front; the keys that hold now go on until `now + overlapMs`, so that the
 * other side can change over without a failed call. Keys that ended verify nothing any more.
 *
 * @param forget that none of the older keys is kept when it has ended, nor any that has ended before
 */
export function rotateKey(
  party: Party,
  key: { readonly keyId: string; readonly secret: string },
  now: Instant,
  overlapMs: number,
  forget = false,
): Party {
  const end = now + overlapMs;
  const older = liveKeys(party, now).map((k) => ({
    ...k,
    expiresAt: k.expiresAt === null ? end : Math.min(k.expiresAt, end),
    ...(forget && { isForgotten: true as const }),
  }));
  const rotated = { ...party, keys: [{ ...key, createdAt: now, expiresAt: null }, ...older] };
  if (!forget) return keepEnded(party, rotated, now);
  const { ended: _, ...withoutEnded } = rotated;
  return withoutEnded;
}

/**
 * RFC 7396, JSON Merge Patch: a member that is given replaces the party's, objects are merged member by
 * member, null removes a member, and a list is replaced whole. What is not given stays.
 */
export function mergeAttributes(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else
      merged.set(
        name,
        isObject(value) ? mergeAttributes(objectOr(merged.get(name)), value) : value,
      );
  }
  return Object.fromEntries(merged);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOr = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
