// When a key was used last, as both engines keep it: a setting of its own for each key.
import type { KeyUse } from '../core/party.ts';

/** Settings whose names begin so; `0` is the character behind `/`. */
export const KEY_USES = { from: 'key-use/', to: 'key-use0' } as const;

export function keyUseToSetting({ platform, partyId, keyId, at }: KeyUse): [string, string] {
  return [KEY_USES.from + JSON.stringify([platform, partyId, keyId]), String(at)];
}

export function keyUseFromSetting(name: string, value: string): KeyUse {
  const [platform, partyId, keyId] = JSON.parse(name.slice(KEY_USES.from.length));
  return { platform, partyId, keyId, at: Number(value) };
}
