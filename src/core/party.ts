// Who may call: a party (Jintong partner, Suning app, ytx account) with its keys, users and grants.
import type { Instant } from './clock.ts';
import { type EndedKey, keepEnded } from './ended-keys.ts';
import type { Json, JsonObject } from './order.ts';

export interface PartyKey {
  readonly keyId: string;
  /** Plain text in memory, encrypted in storage, never logged. */
  readonly secret: string;
  readonly createdAt: Instant;
  /** Null while the key has no end. A rotation sets the end of the older keys. */
  readonly expiresAt: Instant | null;
  /** The key is deleted when it ends, for example because it has leaked. */
  readonly isForgotten?: true;
}

/** The time at which a key last verified a request. */
export interface KeyUse {
  readonly platform: string;
  readonly partyId: string;
  readonly keyId: string;
  readonly at: Instant;
}

export interface Party {
  readonly platform: string;
  readonly partyId: string;
  /** 1 for a new party; each change adds 1. */
  readonly version: number;
  readonly enabled: boolean;
  /** Users that act for the party; a name is unique only within its party. */
  readonly users: readonly string[];
  /** The platform's actions that the party may call. */
  readonly grants: readonly string[];
  /** Addresses and CIDR ranges from which the party may call; an empty list allows all. */
  readonly addresses: readonly string[];
  /** Newest first. */
  readonly keys: readonly PartyKey[];
  /** Ended keys that are kept for the detective only; absent if there are none. */
  readonly ended?: readonly EndedKey[];
  /** The platform's further data of the party. */
  readonly attributes: JsonObject;
}

/** The keys that are valid at `now`, newest first. */
export function liveKeys(party: Party, now: Instant): readonly PartyKey[] {
  return party.keys.filter((key) => key.expiresAt === null || now < key.expiresAt);
}

/**
 * Adds a new key. The keys that are valid now stay valid until `now + overlapMs`, so that the
 * partner can change over without a failed call. Keys that have ended no longer verify requests.
 *
 * @param forget deletes each older key when it ends, and all keys that have already ended
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
 * RFC 7396, JSON Merge Patch: a given member replaces the party's member, objects are merged member
 * by member, null removes a member, and a list is replaced as a whole. Absent members keep their
 * value.
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
