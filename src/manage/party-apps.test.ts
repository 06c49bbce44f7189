// PATCH merges attributes, apps are resources of their own, and If-Match guards a change by its version.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { manage, startTestServer, TestClock } from '../../test/support.ts';
import { ACCOUNT, APP, call, OTHER_ACCOUNT, query } from '../../test/ytx.ts';
import { mergeAttributes } from '../core/party.ts';

const OAUTH_APP = 'd2e554c355e324987051f02c3d4e5f60';
const start = () => startTestServer({ clock: new TestClock() });
const server = await start();
const read = async (path: string) => (await manage(server, 'GET', path)).body;
const app = { environment: 'sandbox', functions: ['Unicom'] };
const idsOf = (party: { attributes: { apps: { appid: string }[] } }): string[] =>
  party.attributes.apps.map(({ appid }) => appid);

test('PATCH of a party merges attributes: an added redirectUris does not drop oauthRequired', async () => {
  const path = `/parties/suning/${OAUTH_APP}`;
  const before = (await read(path)).attributes;
  equal(before.oauthRequired, true);
  const redirectUris = ['https://isv.example/oauth'];
  const { status, body } = await manage(server, 'PATCH', path, { attributes: { redirectUris } });
  deepEqual([status, body.attributes], [200, { ...before, redirectUris }]);
});

test('null removes a member, attributes: null is refused, and the merged result must be valid as a whole', async () => {
  const path = `/parties/suning/${OAUTH_APP}`;
  const patch = (attributes: unknown) => manage(server, 'PATCH', path, { attributes });
  await patch({ limits: { perDay: 5, perSecond: 2 } });
  deepEqual((await patch({ limits: { perDay: null } })).body.attributes.limits, { perSecond: 2 });
  equal('limits' in (await patch({ limits: null })).body.attributes, false);
  const before = await read(path);
  for (const [refused, field] of [
    [null, 'attributes'],
    [[], 'attributes'],
    ['x', 'attributes'],
    [{ limits: { perDay: 0 } }, 'attributes.limits.perDay'],
    [{ nosuch: 1 }, 'attributes.nosuch'],
  ] as const) {
    const { status, body } = await patch(refused);
    deepEqual([status, body.error.field], [400, field]);
  }
  deepEqual(await read(path), before);
  deepEqual((await manage(server, 'PATCH', path, {})).body.attributes, before.attributes);
});

test('RFC 7396, appendix A', () => {
  for (const [target, patch, merged] of [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ] as const) {
    deepEqual(mergeAttributes(target, patch), merged);
  }
});

test('a PATCH whose list would drop an app is 409 unless replace=true', async () => {
  const fresh = await start();
  const path = `/parties/ytx/${ACCOUNT}`;
  const all = (await manage(fresh, 'GET', path)).body;
  const [first, ...others] = all.attributes.apps;
  for (const apps of [[], [first], others, null]) {
    const { status, body } = await manage(fresh, 'PATCH', path, { attributes: { apps } });
    deepEqual([status, body.error.code, body.error.field], [409, 'drops-apps', 'attributes.apps']);
    match(body.error.message, /would drop \w{32}/);
  }
  deepEqual((await manage(fresh, 'GET', path)).body, all);
  // A list with all apps and one more, or one changed, drops none.
  const more = [...all.attributes.apps, { appid: 'more01', ...app }];
  equal((await manage(fresh, 'PATCH', path, { attributes: { apps: more } })).status, 200);
  const replaced = await manage(fresh, 'PATCH', `${path}?replace=true`, {
    attributes: { apps: [first] },
  });
  deepEqual([replaced.status, idsOf(replaced.body)], [200, [APP]]);
});

test("ytx's apps are a resource of their own: PUT adds or replaces one, DELETE removes one", async () => {
  const path = `/parties/ytx/${ACCOUNT}/apps/new01`;
  const before = idsOf(await read(`/parties/ytx/${ACCOUNT}`));
  const put = await manage(server, 'PUT', path, app);
  deepEqual([put.status, idsOf(put.body)], [200, [...before, 'new01']]);
  equal((await call(server, query('404', 'new01'))).statusCode, '-704');
  const off = await manage(server, 'PUT', path, { ...app, appid: 'new01', online: false });
  deepEqual(off.body.attributes.apps.at(-1), { appid: 'new01', ...app, online: false });
  equal((await call(server, query('404', 'new01'))).statusCode, '-205');
  const removed = await manage(server, 'DELETE', path);
  deepEqual([removed.status, idsOf(removed.body)], [200, before]);
  const again = await manage(server, 'DELETE', path);
  deepEqual([again.status, again.body.error.code], [404, 'unknown-app']);
});

test('an invalid app is refused, and the answer names the field', async () => {
  const put = (id: string, body: object, account: string = ACCOUNT) =>
    manage(server, 'PUT', `/parties/ytx/${account}/apps/${id}`, body);
  for (const [answer, status, field] of [
    [await put('x1', {}), 400, /^attributes\.apps\.\d+\.environment$/],
    [await put('x1', { ...app, appid: 'x2' }), 400, /^appid$/],
    [await put('a%20b', app), 400, /^attributes\.apps\.\d+\.appid$/],
    [await put(APP, app, OTHER_ACCOUNT), 400, /^attributes\.apps$/],
    [await put('x1', app, 'nobody'), 404, /^partyId$/],
    [await manage(server, 'PUT', '/parties/jintong/jane88/apps/x', app), 400, /^platform$/],
  ] as const) {
    equal(answer.status, status, JSON.stringify(answer.body));
    match(answer.body.error.field, field);
  }
});

test('If-Match with the version honoured on PATCH/PUT/DELETE (ETag sent)', async () => {
  const path = `/parties/ytx/${ACCOUNT}`;
  const etag = async () => {
    const response = await fetch(`${server.url}/manage/v1${path}`, {
      headers: { authorization: `Bearer ${server.adminToken}` },
    });
    equal(
      response.headers.get('etag'),
      `"${((await response.json()) as { version: number }).version}"`,
    );
    return response.headers.get('etag')!;
  };
  const send = (method: string, at: string, tag: string, body?: object) =>
    manage(server, method, at, body, { 'if-match': tag });
  for (const [method, at, body] of [
    ['PATCH', path, { enabled: true }],
    ['PUT', `${path}/apps/tag01`, app],
    ['DELETE', `${path}/apps/tag01`, undefined],
  ] as const) {
    const tag = await etag();
    const other = `"${Number(tag.slice(1, -1)) - 1}"`;
    const refused = await send(method, at, other, body);
    deepEqual([refused.status, refused.body.error.code], [412, 'other-version']);
    equal(await etag(), tag, 'nothing was changed');
    const done = await send(method, at, `${other}, ${tag}`, body);
    equal(done.status, 200);
    equal(await etag(), `"${done.body.version}"`);
  }
  equal((await send('PATCH', path, '*', {})).status, 200);
  equal((await send('PATCH', path, 'W/"x"', {})).status, 400);
});

test('of simultaneous changes with one ETag, exactly one is made', async () => {
  const path = `/parties/ytx/${OTHER_ACCOUNT}`;
  const tag = `"${(await read(path)).version}"`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      manage(server, 'PUT', `${path}/apps/once${i}`, app, { 'if-match': tag }),
    ),
  );
  deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)]);
  ok(idsOf(await read(path)).length === 2);
});
