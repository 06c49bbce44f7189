// Tests when keys are valid, and the effect of a rotation on older keys.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveKeys, type Party, type PartyKey, rotateKey } from './party.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

function key(keyId: string, expiresAt: number | null, createdAt = 0): PartyKey {
  return { keyId, secret: `secret of ${keyId}`, createdAt, expiresAt };
}

function partyWith(...keys: readonly PartyKey[]): Party {
  return {
    platform: 'jintong',
    partyId: 'jane88',
    version: 1,
    enabled: true,
    users: ['jane88', 'wang01'],
    grants: ['HastenOrder'],
    addresses: ['203.0.113.7'],
    keys,
    attributes: { tier: 1 },
  };
}

const ids = (keys: readonly PartyKey[]): string[] => keys.map((k) => k.keyId);
const fresh = { keyId: 'new', secret: 'a new secret' };

describe('liveKeys', () => {
  test('a key without an end is always valid', () => {
    const party = partyWith(key('a', null));
    for (const now of [0, NOW, Number.MAX_SAFE_INTEGER])
      deepEqual(ids(liveKeys(party, now)), ['a']);
  });

  test('a key is valid until its end, the end itself excluded', () => {
    const party = partyWith(key('a', NOW));
    deepEqual(ids(liveKeys(party, NOW - 1)), ['a']);
    deepEqual(ids(liveKeys(party, NOW)), []);
    deepEqual(ids(liveKeys(party, NOW + 1)), []);
  });

  test('valid keys keep their sequence, newest first', () => {
    const party = partyWith(
      key('c', null),
      key('ended', NOW),
      key('b', NOW + 1),
      key('a', NOW + 2),
    );
    deepEqual(ids(liveKeys(party, NOW)), ['c', 'b', 'a']);
  });

  test('a party without keys has none', () => deepEqual(liveKeys(partyWith(), NOW), []));
});

describe('rotateKey', () => {
  test('puts the new key in front, made now and without an end', () => {
    const { keys } = rotateKey(partyWith(key('a', null)), fresh, NOW, 1000);
    deepEqual(keys[0], { ...fresh, createdAt: NOW, expiresAt: null });
  });

  test('the valid keys stay valid until now plus the overlap, and not a millisecond longer', () => {
    const rotated = rotateKey(partyWith(key('a', null, 5)), fresh, NOW, 1000);
    deepEqual(rotated.keys[1], key('a', NOW + 1000, 5));
    deepEqual(ids(liveKeys(rotated, NOW + 999)), ['new', 'a']);
    deepEqual(ids(liveKeys(rotated, NOW + 1000)), ['new']);
  });

  test('an overlap of 0 ends the older keys at once', () => {
    const rotated = rotateKey(partyWith(key('a', null)), fresh, NOW, 0);
    deepEqual(ids(liveKeys(rotated, NOW)), ['new']);
  });

  test('a key that ends before the overlap keeps its end; a later end becomes the end of the overlap', () => {
    const party = partyWith(key('b', NOW + 5000), key('a', NOW + 10));
    deepEqual(rotateKey(party, fresh, NOW, 1000).keys.slice(1), [
      key('b', NOW + 1000),
      key('a', NOW + 10),
    ]);
  });

  test('ended keys are removed, including a key that ends now', () => {
    const party = partyWith(key('c', null), key('b', NOW), key('a', NOW - 1));
    deepEqual(ids(rotateKey(party, fresh, NOW, 1000).keys), ['new', 'c']);
  });

  test('a second rotation during the overlap leaves three keys, the oldest with its first end', () => {
    const once = rotateKey(partyWith(key('a', null)), { ...fresh, keyId: 'b' }, NOW, 1000);
    const twice = rotateKey(once, { ...fresh, keyId: 'c' }, NOW + 400, 1000);
    deepEqual(
      twice.keys.map((k) => [k.keyId, k.expiresAt]),
      [
        ['c', null],
        ['b', NOW + 1400],
        ['a', NOW + 1000],
      ],
    );
  });

  test('changes only the keys, and does not modify its argument', () => {
    const before = partyWith(key('a', null));
    const { keys: _, ...rest } = rotateKey(before, fresh, NOW, 1000);
    const { keys, ...given } = before;
    deepEqual(rest, given);
    deepEqual(keys, [key('a', null)]);
    equal(keys.length, 1);
  });
});
