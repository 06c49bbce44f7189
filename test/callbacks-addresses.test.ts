// Endpoints that could never hear a thing: refused when they are set, whichever way, and listed where they are old.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { AddressList } from '../src/directory/addresses.ts';
import { importFile } from '../src/import/run.ts';
import type { Ordergate } from '../src/main.ts';
import { ALLOW_LOCAL } from './receiver.ts';
import { manage, startTestServer, temporaryDirectory } from './support.ts';

const NEVER = {
  'http://localhost:9090/': /not a public address/,
  'http://shop.localhost/': /not a public address/,
  'http://127.1:9090/': /not a public address/,
  'http://168.63.129.16/': /not a public address/,
  'https://user:pass@shop.example/': /user or a password/,
  'https://shop.example/#x': /fragment/,
  'https://shop.example:25/': /port 25/,
  'ftp://shop.example/': /http or https/,
};

const post = (server: Ordergate, party: string, platform = 'jintong', url = 'https://a.example/') =>
  manage(server, 'POST', '/callbacks/endpoints', { platform, party, url });

test('an endpoint of nobody is refused, and the answer says who there is', async () => {
  const server = await startTestServer();
  for (const [platform, party, owner] of [
    ['jintong', 'nobody', 'jane88'],
    ['suning', 'nobody', '10149386'],
    ['ytx', 'nobody', 'ff8080813fc70a7b013fc72312324213'],
  ] as const) {
    const { status, body } = await post(server, party, platform);
    assert.deepEqual(
      [status, body.error.code, body.error.field],
      [404, 'unknown-party', 'party'],
      platform,
    );
    const known = (await manage(server, 'GET', `/parties?platform=${platform}`)).body.items;
    const owners = JSON.stringify(known);
    assert.ok(body.error.message.includes('there are'), body.error.message);
    if (owners.includes(owner)) assert.ok(body.error.message.includes(owner), body.error.message);
  }
});

test('an endpoint for a Suning app or a ytx account is refused: events belong to its suppliers, or apps', async () => {
  const server = await startTestServer();
  for (const platform of ['suning', 'ytx']) {
    const { items } = (await manage(server, 'GET', `/parties?platform=${platform}`)).body;
    const ownersOf = ({
      apps,
      supplierCodes,
    }: {
      apps?: { appid: string }[];
      supplierCodes?: string[];
    }) => apps?.map(({ appid }) => appid) ?? supplierCodes ?? [];
    const party = items.find(({ attributes }: never) => ownersOf(attributes).length > 0);
    const { status, body } = await post(server, party.partyId, platform);
    assert.deepEqual([status, body.error.code, body.error.field], [400, 'bad-endpoint', 'party']);
    const [owner] = ownersOf(party.attributes);
    assert.ok(owner !== undefined);
    assert.ok(body.error.message.includes(owner), body.error.message);
    assert.equal((await post(server, owner, platform)).status, 201);
  }
});

test('an address that can never be posted to is refused when an endpoint is made or gets another address', async () => {
  const server = await startTestServer();
  const made = (await post(server, 'jane88')).body;
  const path = `/callbacks/endpoints/${made.endpointId}`;
  for (const [url, why] of Object.entries(NEVER)) {
    for (const { status, body } of [
      await post(server, 'jane88', 'jintong', url),
      await manage(server, 'PATCH', path, { url }),
    ]) {
      assert.deepEqual([status, body.error.field], [400, 'url'], url);
      assert.match(body.error.message, why);
    }
  }
  // Of another name only the syntax is judged: nothing is looked up.
  const { status } = await post(server, 'jane88', 'jintong', 'https://no-such-name.invalid/');
  assert.equal(status, 201);
});

describe("an address in a ytx app's settings", () => {
  const app = (callbackUrl: string, more: object = {}) => ({
    appid: 'pushed',
    environment: 'production',
    functions: ['Unicom'],
    callbackUrl,
    ...more,
  });
  const party = (partyId: string, apps: object[]) => ({
    platform: 'ytx',
    partyId,
    secret: 'a-token-of-callbacks',
    attributes: { apps },
  });

  test('is judged when a party is made, changed or imported', async () => {
    const server = await startTestServer();
    const good = { ...app('https://shop.example/ytx'), appid: 'first' };
    assert.equal((await manage(server, 'POST', '/parties', party('acc', [good]))).status, 201);
    for (const [url, why] of Object.entries(NEVER)) {
      const field = 'attributes.apps.1.callbackUrl';
      const apps = [good, app(url)];
      const changed = await manage(server, 'PATCH', '/parties/ytx/acc', { attributes: { apps } });
      const other = [{ ...good, appid: 'second' }, app(url)];
      const made = await manage(server, 'POST', '/parties', party('other', other));
      for (const { status, body } of [changed, made]) {
        assert.equal(status, 400, url);
        if (url.startsWith('http')) {
          assert.equal(body.error.field, field);
          assert.match(body.error.message, why);
        }
      }
      const account = {
        accountSID: 'imported',
        authToken: 'a-token-of-callbacks',
        apps: [app(url, { appid: 'third' })],
      };
      const file = JSON.stringify({ ytx: { accounts: [account] } });
      const refused: string[] = [];
      const { ledger, tokens } = server.storage;
      await importFile(
        () => Readable.from([Buffer.from(file)]),
        { ...server, ledger, tokens },
        {
          onRefused: (_, problem) => refused.push(problem),
          onProgress() {},
        },
      );
      assert.equal(refused.length, 1);
      assert.match(refused[0]!, /apps\.0\.callbackUrl: /);
    }
  });

  test('from before is let be when another member changes, and is listed by a start', async () => {
    const dataDirectory = temporaryDirectory();
    const before = await startTestServer({ config: { dataDirectory, callbackAllow: ALLOW_LOCAL } });
    const old = app('http://127.0.0.1:9876/ytx');
    const made = await manage(before, 'POST', '/parties', party('acc', [old]));
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const url = 'http://localhost:9090/';
    const endpoint = (await post(before, 'jane88', 'jintong', url)).body;
    await before.close();

    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const config = { dataDirectory, callbackAllow: new AddressList([]) };
    const server = await startTestServer({ config, log });
    const listed = lines.filter((line) => line.includes('not a public address'));
    assert.equal(listed.length, 2, lines.join(''));
    assert.ok(listed.some((line) => line.includes(endpoint.endpointId)));
    assert.ok(listed.some((line) => line.includes('attributes.apps.0.callbackUrl')));

    const apps = [
      { ...old, online: false },
      { ...app('https://b.example/'), appid: 'more' },
    ];
    const path = '/parties/ytx/acc';
    assert.equal((await manage(server, 'PATCH', path, { attributes: { apps } })).status, 200);
    const moved = [{ ...old, callbackUrl: 'http://127.0.0.1:9877/ytx' }, apps[1]];
    const refused = await manage(server, 'PATCH', path, { attributes: { apps: moved } });
    assert.equal(refused.status, 400);
    // The whole endpoint is written back with its old address, and another member changed.
    const same = { url, eventTypes: ['order.hastened'] };
    const patched = await manage(
      server,
      'PATCH',
      `/callbacks/endpoints/${endpoint.endpointId}`,
      same,
    );
    assert.equal(patched.status, 200, JSON.stringify(patched.body));
  });
});
