// Keys of parties: when each was used last, how many may hold, which may be made, and how one ends.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import * as jintong from '../../test/jintong.ts';
import * as suning from '../../test/suning.ts';
import { manage, startTestServer, TestClock, temporaryDirectory } from '../../test/support.ts';
import * as ytx from '../../test/ytx.ts';

const START = '2026-01-02T03:04:05.678Z';
const LATER = '2026-01-02T03:05:05.678Z';
const ORDER = { OrderID: '15112480268', UserName: 'jane88' };
const secret = (n: number): string => `abcdefgh1234567${n}`;
type Key = { keyId: string; lastUsedAt: string | null };

const keysOf = async (
  server: Awaited<ReturnType<typeof startTestServer>>,
  path: string,
): Promise<Key[]> => (await manage(server, 'GET', `/parties/${path}`)).body.keys;

test('lastUsedAt of each key: of all three platforms, whichever key verified, kept over a restart', async () => {
  const dataDirectory = temporaryDirectory();
  const clock = new TestClock(START);
  const server = await startTestServer({ clock, config: { dataDirectory } });
  const PARTIES = {
    jintong: 'jintong/jane88',
    suning: `suning/${suning.APPS.plain[0]}`,
    ytx: `ytx/${ytx.ACCOUNT}`,
  };
  for (const path of Object.values(PARTIES)) {
    equal((await keysOf(server, path))[0]!.lastUsedAt, null, path);
    const made = await manage(server, 'POST', `/parties/${path}/keys`, { secret: secret(1) });
    equal(made.status, 201);
    equal(made.body.party.keys[0].lastUsedAt, null);
  }
  clock.advance(60_000);
  await jintong.call(server, jintong.form(jintong.hasten('15112480268')));
  await suning.call(server, suning.history());
  await ytx.call(server, ytx.query('404'));
  // What no key verified is no use of one.
  const forged = jintong.document('jane88', 'HastenOrder', { param: ORDER, key: 'none' });
  await jintong.post(server, jintong.form(forged));
  for (const path of Object.values(PARTIES)) {
    const [newest, older] = await keysOf(server, path);
    deepEqual([newest!.lastUsedAt, older!.lastUsedAt], [null, LATER], path);
  }
  await server.close();

  const again = await startTestServer({ clock: new TestClock(LATER), config: { dataDirectory } });
  for (const path of Object.values(PARTIES)) {
    const { body } = await manage(again, 'GET', `/parties?platform=${path.split('/')[0]}`);
    const party = body.items.find((one: { partyId: string }) => path.endsWith(one.partyId));
    deepEqual(
      party.keys.map((key: Key) => key.lastUsedAt),
      [null, LATER],
      path,
    );
  }
});

test('at most 5 live keys: a sixth is 409, until one has ended', async () => {
  const server = await startTestServer();
  const path = '/parties/jintong/jane88/keys';
  for (let i = 1; i <= 4; i++)
    equal((await manage(server, 'POST', path, { secret: secret(i) })).status, 201);
  const sixth = await manage(server, 'POST', path, { secret: secret(5) });
  deepEqual([sixth.status, sixth.body.error.code], [409, 'too-many-keys']);
  match(sixth.body.error.message, /end one of them first/);
  const [, , third] = await keysOf(server, 'jintong/jane88');
  equal((await manage(server, 'DELETE', `${path}/${third!.keyId}`)).status, 200);
  equal((await keysOf(server, 'jintong/jane88')).length, 4);
  equal((await manage(server, 'POST', path, { secret: secret(5) })).status, 201);
  const all = await manage(server, 'POST', path, { overlapSeconds: 0 });
  equal(all.body.party.keys.length, 1);
});

test('a key that is ended verifies nothing; the last one is not ended', async () => {
  const server = await startTestServer();
  const path = '/parties/jintong/jane88/keys';
  await manage(server, 'POST', path, { secret: secret(1) });
  const [, old] = await keysOf(server, 'jintong/jane88');
  const ended = await manage(server, 'DELETE', `${path}/${old!.keyId}`);
  deepEqual(ended.body.keys.map((key: Key) => key.keyId).includes(old!.keyId), false);
  const text = await jintong.post(server, jintong.form(jintong.hasten('15112480268')));
  ok(text.includes('SignFail'));
  const again = await manage(server, 'DELETE', `${path}/${old!.keyId}`);
  deepEqual([again.status, again.body.error.code], [404, 'unknown-key']);
  const last = await manage(server, 'DELETE', `${path}/${ended.body.keys[0].keyId}`);
  deepEqual([last.status, last.body.error.code], [409, 'only-key']);
});

test('at least 16 characters with 8 different ones: refused when made and when changed over', async () => {
  const server = await startTestServer();
  for (const [weak, problem] of [
    ['abcdefgh1234567', /15 characters/],
    ['abababababababababab', /2 different characters/],
  ] as const) {
    const party = { platform: 'jintong', partyId: 'new01', secret: weak };
    for (const answer of [
      await manage(server, 'POST', '/parties', party),
      await manage(server, 'POST', '/parties/jintong/jane88/keys', { secret: weak }),
    ]) {
      deepEqual([answer.status, answer.body.error.code], [400, 'bad-key']);
      match(answer.body.error.message, problem);
      ok(!answer.body.error.message.includes(weak));
    }
  }
});

test("the sandbox's published keys refused in production, on every platform, and taken in a sandbox", async () => {
  const production = await startTestServer({ config: { environment: 'production' } });
  for (const published of [jintong.KEYS.jane88, suning.APPS.plain[1], ytx.TOKENS[ytx.ACCOUNT]]) {
    const body = { platform: 'jintong', partyId: 'new01', secret: published };
    const answer = await manage(production, 'POST', '/parties', body);
    deepEqual([answer.status, answer.body.error.code], [400, 'bad-key']);
    match(answer.body.error.message, /published with the sandbox/);
  }
  equal(
    (await manage(production, 'POST', '/parties', { platform: 'jintong', partyId: 'new01' }))
      .status,
    201,
  );
  const sandbox = await startTestServer();
  const body = { platform: 'jintong', partyId: 'new01', secret: jintong.KEYS.jane88 };
  equal((await manage(sandbox, 'POST', '/parties', body)).status, 201);
});
