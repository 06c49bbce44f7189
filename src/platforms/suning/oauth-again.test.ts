// "A refresh token that comes again within 60 seconds": a further pair, five at most; later it is a theft.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ask,
  exchange,
  newCode,
  refresh,
  type Tokens,
  UNKNOWN_TOKEN,
} from '../../../test/suning-oauth.ts';
import { startTestServer, TestClock } from '../../../test/support.ts';
import { MINUTE, SECOND } from '../../core/clock.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const consented = async (): Promise<Tokens> => exchange(server, await newCode(server));
const good = async (tokens: Tokens): Promise<boolean> =>
  tokens.access_token !== undefined && (await ask(server, tokens.access_token)) === 'success';

test('a further pair belongs to the same consent, and both pairs stay valid', async () => {
  const first = await consented();
  const once = await refresh(server, first.refresh_token!);
  clock.advance(59 * SECOND);
  const again = await refresh(server, first.refresh_token!);
  assert.notEqual(again.refresh_token, once.refresh_token);
  for (const name of ['suning_user_name', 'custnum', 'vendorCode', 'scope', 'module']) {
    assert.equal(again[name], once[name], name);
  }
  for (const tokens of [first, once, again]) assert.ok(await good(tokens));
  // Each pair renews itself from here on.
  assert.ok(await good(await refresh(server, once.refresh_token!)));
  assert.ok(await good(await refresh(server, again.refresh_token!)));
});

test('a reuse after exactly 60 seconds gets a pair; a millisecond later it counts as a theft and ends the consent', async () => {
  const first = await consented();
  const once = await refresh(server, first.refresh_token!);
  clock.advance(MINUTE);
  const again = await refresh(server, first.refresh_token!);
  assert.ok(await good(again));
  clock.advance(1);
  assert.equal((await refresh(server, first.refresh_token!)).error, 'invalid_grant');
  for (const { access_token } of [first, once, again]) {
    assert.equal(await ask(server, access_token!), UNKNOWN_TOKEN);
  }
  assert.equal((await refresh(server, again.refresh_token!)).error, 'invalid_grant');
});

test('a refresh token gives five further pairs, not six: the seventh use counts as a theft', async () => {
  const first = await consented();
  const pairs: Tokens[] = [];
  for (let i = 0; i < 6; i++) pairs.push(await refresh(server, first.refresh_token!));
  for (const tokens of pairs) assert.ok(await good(tokens));
  assert.equal((await refresh(server, first.refresh_token!)).error, 'invalid_grant');
  for (const { access_token } of pairs)
    assert.equal(await ask(server, access_token!), UNKNOWN_TOKEN);
});

test('six simultaneous uses each get a pair of their own', async () => {
  const first = await consented();
  const pairs = await Promise.all(
    Array.from({ length: 6 }, () => refresh(server, first.refresh_token!)),
  );
  assert.equal(new Set(pairs.map(({ access_token }) => access_token)).size, 6);
  for (const tokens of pairs) assert.ok(await good(tokens));
});

test('of thirty simultaneous uses at most six get a pair, and the consent ends', async () => {
  const first = await consented();
  const all = await Promise.all(
    Array.from({ length: 30 }, () => refresh(server, first.refresh_token!)),
  );
  const got = all.filter(({ access_token }) => access_token);
  assert.ok(got.length <= 6, `${got.length}`);
  for (const { access_token } of got) assert.equal(await ask(server, access_token!), UNKNOWN_TOKEN);
});

test('an authorization code that comes again is always a theft (settled.md, S42), at once and as a refresh token', async () => {
  const code = await newCode(server);
  const tokens = await exchange(server, code);
  assert.equal((await exchange(server, code)).error, 'invalid_grant');
  assert.equal(await ask(server, tokens.access_token!), UNKNOWN_TOKEN);

  const other = await newCode(server);
  const pair = await exchange(server, other);
  assert.equal((await refresh(server, other)).error, 'invalid_grant');
  assert.equal(await ask(server, pair.access_token!), UNKNOWN_TOKEN);
});

test('if another app presents the refresh token, the call is refused and nothing ends', async () => {
  const first = await consented();
  const once = await refresh(server, first.refresh_token!);
  const other = {
    client_id: 'b0c332a133c102765f39de0a1b2c3d4e',
    client_secret: '460d7ff15b073e463125b40f1e2d3c4b',
  };
  assert.equal((await refresh(server, first.refresh_token!, other)).error, 'invalid_grant');
  assert.ok(await good(once));
});
