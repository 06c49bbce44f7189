// The last use of a key in both engines: one setting per key.
import type { KeyUse } from '../core/party.ts';

/** The range of these settings' names; `0` is the character after `/`. */
export const KEY_USES = { from: 'key-use/', to: 'key-use0' } as const;

export function keyUseToSetting({ platform, partyId, keyId, at }: KeyUse): [string, string] {
  return [KEY_USES.from + JSON.stringify([platform, partyId, keyId]), String(at)];
}

export function keyUseFromSetting(name: string, value: string): KeyUse {
  const [platform, partyId, keyId] = JSON.parse(name.slice(KEY_USES.from.length));
  return { platform, partyId, keyId, at: Number(value) };
}
