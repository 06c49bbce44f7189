// Tests the requirements for keys: length, different characters, not published, and a maximum
// number per party.
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Party } from './party.ts';
import { keyProblems, weakness } from './party-keys.ts';

const party = (secrets: readonly string[], expiresAt: number | null = null): Party => ({
  platform: 'p',
  partyId: 'a',
  version: 1,
  enabled: true,
  users: [],
  grants: [],
  addresses: [],
  keys: secrets.map((secret, i) => ({ keyId: `k${i}`, secret, createdAt: 0, expiresAt })),
  attributes: {},
});
const GOOD = [
  'abcdefgh12345678',
  'abcdefghabcdefgh',
  '一二三四五六七八一二三四五六七八',
  `${'😀'.repeat(9)}abcdefg`,
];

test('at least 16 characters with 8 different ones', () => {
  for (const secret of GOOD) equal(weakness(secret), null, secret);
  match(weakness('abcdefgh1234567')!, /has 15 characters, fewer than 16/);
  match(weakness('abcdefga'.repeat(4))!, /has 7 different characters, fewer than 8/);
  match(weakness('a'.repeat(64))!, /has 1 different characters/);
  match(weakness('')!, /has 0 characters/);
});

test('keyProblems names each valid key that is weak or published, and too many keys, but never a secret', () => {
  deepEqual(keyProblems(party(GOOD), 5, new Set()), []);
  deepEqual(keyProblems(party(['short', GOOD[0]!, GOOD[1]!]), 5, new Set([GOOD[1]!])), [
    { keyId: 'k0', problem: 'has 5 characters, fewer than 16' },
    { keyId: 'k2', problem: 'is published with the sandbox' },
  ]);
  deepEqual(keyProblems(party(['short'], 5), 5, new Set()), []);
  const six = Array.from({ length: 6 }, (_, i) => `${GOOD[0]}${i}`);
  deepEqual(keyProblems(party(six.slice(1)), 0, new Set()), []);
  deepEqual(keyProblems(party(six), 0, new Set()), [{ problem: '6 keys hold, more than 5' }]);
});
