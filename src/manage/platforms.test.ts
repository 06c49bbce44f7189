// /platforms: what the server speaks, each contract as JSON, and 304 for a caller that has it already.
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { manage, PLATFORM_NAMES, startTestServer } from '../../test/support.ts';
import { platforms } from '../platforms/index.ts';

const server = await startTestServer();
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/manage/v1${path}`, {
    headers: { authorization: `Bearer ${server.adminToken}`, ...headers },
  });

test('the list has every platform with its title, its methods and the version of its contract', async () => {
  const { status, body } = await manage(server, 'GET', '/platforms');
  equal(status, 200);
  deepEqual(
    body.items.map((one: { name: string; methods: string[] }) => [one.name, one.methods]),
    platforms.map(({ contract }) => [contract.name, Object.keys(contract.methods)]),
  );
  for (const { name, title, version } of body.items) {
    ok(title.zh && title.en, name);
    equal((await manage(server, 'GET', `/platforms/${name}`)).body.version, version);
  }
});

for (const { name, contract, checks } of platforms) {
  test(`${name}: methods, codes and checks as the contract has them`, async () => {
    const { body } = await manage(server, 'GET', `/platforms/${name}`);
    deepEqual(Object.keys(body.methods), Object.keys(contract.methods));
    for (const [method, one] of Object.entries(contract.methods)) {
      const shown = body.methods[method];
      deepEqual(Object.keys(shown.params), Object.keys(one.params), method);
      deepEqual(shown.codes, one.codes);
      equal(shown.samples.length, one.samples.length);
    }
    deepEqual(Object.keys(body.codes), Object.keys(contract.codes));
    for (const code of Object.values<Record<string, { zh: string; en: string }>>(body.codes)) {
      ok(code.cause!.zh && code.cause!.en && code.remedy!.zh && code.remedy!.en);
    }
    deepEqual(
      body.checks.map((check: { name: string }) => check.name),
      checks.names,
    );
  });
}

test('an ETag, and 304 without a body for who has it already: strong, weak, in a list, or *', async () => {
  const tags: string[] = [];
  for (const path of [
    '/platforms',
    '/platforms/jintong',
    '/platforms/ytx',
    '/parties/jintong/jane88',
  ]) {
    const first = await get(path);
    const etag = first.headers.get('etag')!;
    match(etag, /^"[\w-]+"$/);
    tags.push(etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(path, { 'if-none-match': known });
      deepEqual([again.status, await again.text()], [304, ''], `${path} ${known}`);
      equal(again.headers.get('etag'), etag);
      equal(again.headers.get('content-length'), null);
    }
    const other = await get(path, { 'if-none-match': '"other"' });
    deepEqual([other.status, await other.text()], [200, await first.text()]);
  }
  notEqual(tags[1], tags[2]);
});

test('a change of a party ends the 304; If-None-Match does not touch what changes something', async () => {
  const path = '/parties/jintong/ipbound01';
  const etag = (await get(path)).headers.get('etag')!;
  const header = { 'if-none-match': etag };
  equal((await manage(server, 'PATCH', path, { enabled: false }, header)).status, 200);
  const again = await get(path, header);
  deepEqual([again.status, ((await again.json()) as { enabled: boolean }).enabled], [200, false]);
});

test('a platform that there is not: 404 with those that there are', async () => {
  const { status, body } = await manage(server, 'GET', '/platforms/taobao');
  deepEqual([status, body.error.code], [404, 'unknown-platform']);
  ok(body.error.message.includes(`"taobao"; there are: ${PLATFORM_NAMES.join(', ')}`));
});
