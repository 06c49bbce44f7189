// RFC 7636: S256 and plain, honoured where a challenge is sent, refused where the verifier does not fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKED, authorize, exchange, newCode } from '../../../test/suning-oauth.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';

const server = await startTestServer({ clock: new TestClock() });
/** RFC 7636, appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const S256 = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
const PLAIN = { code_challenge: VERIFIER, code_challenge_method: 'plain' };

for (const [what, asked] of [
  ['S256', S256],
  ['plain', PLAIN],
  ['plain, since no method is given', { code_challenge: VERIFIER }],
] as const) {
  test(`${what}: the verifier opens the code; another, none, and one of no shape do not, and do not spend it`, async () => {
    const code = await newCode(server, asked);
    for (const more of [
      {},
      { code_verifier: VERIFIER.toLowerCase() },
      { code_verifier: CHALLENGE },
      { code_verifier: 'short' },
    ]) {
      assert.equal((await exchange(server, code, more)).error, 'invalid_grant');
    }
    assert.ok((await exchange(server, code, { code_verifier: VERIFIER })).access_token);
  });
}

test('if a code was requested without a challenge, a verifier for it is refused (RFC 9700, 2.1.1)', async () => {
  const code = await newCode(server);
  assert.equal((await exchange(server, code, { code_verifier: VERIFIER })).error, 'invalid_grant');
  assert.ok((await exchange(server, code)).access_token);
});

for (const [what, asked] of [
  ['another method', { ...S256, code_challenge_method: 'S512' }],
  ['the method in other letters', { ...S256, code_challenge_method: 's256' }],
  ['a challenge that is too short', { code_challenge: 'x'.repeat(42) }],
  ['a challenge that is too long', { code_challenge: 'x'.repeat(129) }],
  ['a challenge with other characters', { code_challenge: `${'x'.repeat(43)}=` }],
  ['a method without a challenge', { code_challenge_method: 'S256' }],
] as const) {
  test(`${what}: invalid_request, back to the app with state`, async () => {
    const { response } = await authorize(server, { ...ASKED, ...asked });
    const { searchParams } = new URL(response.headers.get('location')!);
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('state')],
      ['invalid_request', ASKED.state],
    );
  });
}
