// /sandbox/forces: rules that meet the calls of a party, for clients that cannot send a header.
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { call, detail, form } from '../../test/jintong.ts';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { MINUTE } from '../core/clock.ts';

const clock = new TestClock();
const server = await startTestServer({ clock });
const RULE = { platform: 'jintong', party: 'jane88', force: 'code=CallFail' };

const make = async (fields: object) =>
  manage(server, 'POST', '/sandbox/forces', { ...RULE, ...fields });
const list = async (query = '') =>
  (await manage(server, 'GET', `/sandbox/forces${query}`)).body.items;
const ask = async (headers: Record<string, string> = {}) =>
  (await call(server, form(detail('15112480268')), { headers })).code;
const clear = async () => {
  for (const { forceId } of await list()) {
    const { body } = await manage(server, 'DELETE', `/sandbox/forces/${forceId}`);
    deepEqual(body, { removed: true });
  }
};

test('a rule meets so many calls, and is gone then; the rows name it', async () => {
  const { status, body } = await make({ force: ' code=CallFail , latency=1', calls: 2 });
  equal(status, 201);
  deepEqual(
    [body.force, body.callsLeft, body.until, body.method, body.used],
    ['code=CallFail,latency=1', 2, null, null, 0],
  );
  equal(await ask(), 'CallFail');
  deepEqual(
    (await list()).map(({ callsLeft, used }: Record<string, number>) => [callsLeft, used]),
    [[1, 1]],
  );
  equal(await ask(), 'CallFail');
  equal(await ask(), 'CallSuccess');
  deepEqual(await list(), []);
  const { body: log } = await manage(server, 'GET', '/requests?outcome=CallFail&limit=1');
  equal(log.items[0].detail, `forced by the rule ${body.forceId}: code=CallFail,latency=1`);
});

test('a rule ends at its time by the sandbox’s clock', async () => {
  await make({ until: new Date(clock.now() + 10 * MINUTE).toISOString() });
  equal(await ask(), 'CallFail');
  clock.advance(10 * MINUTE);
  equal(await ask(), 'CallSuccess');
  deepEqual(await list(), []);
});

test('the oldest rule that fits meets a call; a rule of another method or party does not; a header goes before all', async () => {
  await make({ method: 'HastenOrder', force: 'code=Unknown' });
  await make({ party: '989457552', force: 'code=Unknown' });
  equal(await ask(), 'CallSuccess');
  await make({ force: 'code=SignFail' });
  await make({});
  equal(await ask(), 'SignFail');
  equal(await ask({ 'x-sandbox-force': 'code=UnfoundUserInfo' }), 'UnfoundUserInfo');
  equal((await list('?platform=jintong&party=jane88')).length, 3);
  equal((await list('?platform=ytx')).length, 0);
  await clear();
  equal(await ask(), 'CallSuccess');
});

test('a reset of the sandbox and a restart end every rule', async () => {
  await make({});
  await manage(server, 'POST', '/sandbox/reset', {});
  deepEqual(await list(), []);
});

test('what is wrong with a rule is said, with the field', async () => {
  const wrong: readonly (readonly [object, number, string, RegExp, string?])[] = [
    [{ force: 'cod=1' }, 400, 'bad-force', /there is no force "cod"/, 'force'],
    [{ force: 'code=CalFail' }, 400, 'bad-force', /jintong has no code "CalFail"/, 'force'],
    [{ until: '2020-01-01' }, 400, 'bad-force', /is over by the sandbox's clock/, 'until'],
    [{ method: 'Hasten' }, 400, 'bad-request', /there are: HastenOrder/, 'method'],
    [{ platform: 'nobody' }, 404, 'unknown-platform', /no platform "nobody"/],
    [{ party: 'jane89' }, 404, 'unknown-party', /there are: .*jane88/, 'party'],
    [{ calls: 0 }, 400, 'bad-request', /calls/, 'calls'],
  ];
  for (const [fields, status, code, message, field] of wrong) {
    const answer = await make(fields);
    deepEqual(
      [answer.status, answer.body.error.code, answer.body.error.field],
      [status, code, field],
    );
    match(answer.body.error.message, message);
  }
  deepEqual(await list(), []);
  const gone = await manage(server, 'DELETE', '/sandbox/forces/force_0');
  deepEqual(gone.body, { removed: false });
});

test('there are at most a hundred rules', async () => {
  for (let i = 0; i < 100; i++) equal((await make({ method: 'HastenOrder' })).status, 201);
  const { status, body } = await make({});
  deepEqual([status, body.error.code], [409, 'too-many-forces']);
  await clear();
  equal((await make({ calls: 1 })).status, 201);
  await clear();
});
