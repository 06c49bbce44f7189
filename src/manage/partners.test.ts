// Every management endpoint × a partner's token × another party's data: refused, or without a trace of it.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { readEvents } from '../../test/event-reader.ts';
import { call, detail, form, hasten, type Partner, post } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import { manage, startTestServer } from '../../test/support.ts';
import { manageEndpoints } from './index.ts';
import { LEAST_ROLES, may } from './roles.ts';

const live = { lookMs: 20, figuresMs: 20, freshMs: 0, checkMs: 20 };
const server = await startTestServer({ live, config: { callbackAllow: ALLOW_LOCAL } });

/** Two parties with calls, an endpoint and callbacks each; the token is of the first. */
const OWN = { platform: 'jintong', partyId: 'jane88' } as const;
const OTHER = { platform: 'jintong', partyId: 'hastenonly01' } as const;

interface Traces {
  readonly orderId: string;
  readonly requestId: string;
  readonly refusedId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly deliveryId: string;
}

const receiver = await startReceiver();
const partnerOf = (partyId: string): Partner => (partyId === 'jane88' ? 'jane88' : 'hastenonly01');

async function traffic(partyId: 'jane88' | 'hastenonly01'): Promise<Traces> {
  const list = await manage(server, 'GET', `/orders?platform=jintong&party=${partyId}&limit=1000`);
  const { orderId, attributes } = list.body.items.find(({ state }: { state: string }) =>
    'DB'.includes(state),
  );
  const url = `${receiver.url}/hooks-of-${partyId}`;
  const at = { platform: 'jintong', party: partyId, url };
  const { endpointId } = (await manage(server, 'POST', '/callbacks/endpoints', at)).body;
  const partner = partnerOf(partyId);
  const hastened = form(hasten(orderId, attributes.userName, partner));
  const done = await call(server, hastened, { partner });
  equal(done.code, 'CallSuccess', JSON.stringify(done));
  await post(server, form(hasten(orderId, 'nobody', partner)));
  await server.callbacks.drain();
  const requests = (await manage(server, 'GET', `/requests?party=${partyId}&limit=2`)).body.items;
  const { items } = (await manage(server, 'GET', `/callbacks/deliveries?party=${partyId}`)).body;
  return {
    ...{ orderId, endpointId, url, deliveryId: String(items[0].deliveryId) },
    ...{ refusedId: String(requests[0].id), requestId: String(requests[1].id) },
  };
}
const own = await traffic('jane88');
const other = await traffic('hastenonly01');

const made = await manage(server, 'POST', '/api-tokens', { name: 'p', role: 'partner', ...OWN });
const token: string = made.body.token;
const headers = { authorization: `Bearer ${token}` };
const ask = async (method: string, path: string, body?: object) => {
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${server.url}/manage/v1${path}`, init);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await response.body?.cancel();
  return { status: response.status, text: isStream ? '' : await response.text() };
};

/** Whatever tells of the other party, its orders, calls, endpoint and callbacks. */
const traces = [OTHER.partyId, ...Object.values(other)].filter((one) => one.length > 3);
/** A message may repeat what was asked. @param asked what the call itself named */
function leakless(text: string, asked = ''): void {
  for (const trace of traces) {
    if (!asked.includes(trace)) ok(!text.includes(trace), `${trace} in ${text.slice(0, 2000)}`);
  }
}

/** How each operation of a partner is asked for the other's data, and for all data. */
const CASES: Readonly<Record<string, readonly { path: string; body?: object; status?: number }[]>> =
  {
    readOpenApi: [],
    readVersion: [],
    listErrors: [],
    readClock: [],
    listPlatforms: [{ path: '/platforms', status: 200 }],
    readPlatform: [{ path: '/platforms/ytx' }, { path: '/platforms/jintong', status: 200 }],
    readFigures: [
      { path: '/overview/figures', status: 200 },
      { path: `/overview/figures?party=${OTHER.partyId}` },
      { path: '/overview/figures?platform=ytx' },
    ],
    streamEvents: [{ path: `/events?party=${OTHER.partyId}` }, { path: '/events?platform=suning' }],
    search: [
      {
        path: `/search?q=${[other.orderId, other.requestId, other.deliveryId, OTHER.partyId].join(',')}`,
        status: 200,
      },
    ],
    listParties: [{ path: '/parties', status: 200 }, { path: '/parties?platform=ytx' }],
    readParty: [{ path: `/parties/jintong/${OTHER.partyId}` }],
    listRequests: [
      { path: '/requests?limit=1000', status: 200 },
      { path: `/requests?party=${OTHER.partyId}` },
      { path: `/requests?orderId=${other.orderId}`, status: 200 },
      { path: `/requests?text=${other.orderId}`, status: 200 },
    ],
    exportRequests: [
      { path: '/exports/requests', status: 200 },
      { path: `/exports/requests?party=${OTHER.partyId}` },
      { path: '/exports/requests?masked=false' },
    ],
    readRequest: [
      { path: `/requests/${other.requestId}` },
      { path: `/requests/${other.refusedId}` },
    ],
    debugSignature: [
      { path: '/debug/signature', body: { platform: 'jintong', requestId: other.refusedId } },
      {
        path: '/debug/signature',
        body: { platform: 'jintong', string: 'x', digest: 'y', party: OTHER.partyId },
      },
      { path: '/debug/signature', body: { platform: 'jintong', raw: 'POST / HTTP/1.1\r\n\r\n' } },
      {
        path: '/debug/signature',
        body: {
          platform: 'jintong',
          callback: { endpointId: other.endpointId, headers: {}, body: '' },
        },
      },
      {
        path: '/debug/signature',
        body: { platform: 'jintong', callback: { headers: {}, body: '' } },
      },
    ],
    listCallbackEndpoints: [
      { path: '/callbacks/endpoints', status: 200 },
      { path: `/callbacks/endpoints?party=${OTHER.partyId}` },
    ],
    readCallbackEndpoint: [{ path: `/callbacks/endpoints/${other.endpointId}` }],
    pingCallbackEndpoint: [{ path: `/callbacks/endpoints/${other.endpointId}/ping`, body: {} }],
    readEndpointHealth: [{ path: `/callbacks/endpoints/${other.endpointId}/health` }],
    listDeliveries: [
      { path: '/callbacks/deliveries?limit=1000', status: 200 },
      { path: `/callbacks/deliveries?party=${OTHER.partyId}` },
      { path: `/callbacks/deliveries?endpointId=${other.endpointId}` },
      { path: `/callbacks/deliveries?platform=jintong&orderId=${other.orderId}`, status: 200 },
    ],
    exportDeliveries: [
      { path: '/exports/deliveries', status: 200 },
      { path: `/exports/deliveries?party=${OTHER.partyId}` },
    ],
    readDelivery: [{ path: `/callbacks/deliveries/${other.deliveryId}` }],
    replayDelivery: [{ path: `/callbacks/deliveries/${other.deliveryId}/replay`, body: {} }],
    replayDeliveries: [
      {
        path: '/callbacks/replay',
        body: { endpointId: other.endpointId, from: '2020-01-01', to: '2099-01-01' },
      },
      {
        path: '/callbacks/replay',
        body: { platform: 'jintong', party: OTHER.partyId, from: '2020-01-01', to: '2099-01-01' },
      },
    ],
    startReplayJob: [
      { path: '/callbacks/replay-jobs', body: { party: OTHER.partyId, dryRun: true } },
      { path: '/callbacks/replay-jobs', body: { endpointId: other.endpointId, dryRun: true } },
      { path: '/callbacks/replay-jobs', body: { dryRun: true }, status: 201 },
      {
        path: '/callbacks/replay-jobs',
        body: { deliveryIds: [Number(other.deliveryId)] },
        status: 201,
      },
    ],
    listReplayJobs: [],
    readReplayJob: [],
    stopReplayJob: [],
    readMe: [{ path: '/me', status: 200 }],
  };

test('the table has a line for each operation that a partner may call', () => {
  const open = Object.keys(LEAST_ROLES).filter((id) => may('partner', id as 'readMe'));
  deepEqual(Object.keys(CASES).sort(), open.sort());
});

describe('another party’s data', () => {
  const endpoints = manageEndpoints(true, '0');
  for (const [operationId, cases] of Object.entries(CASES)) {
    const { method } = endpoints.find((one) => one.operationId === operationId)!;
    for (const { path, body, status } of cases) {
      test(`${operationId}: ${method} ${path.replaceAll(/\d{5,}/g, '…')} ${body ? Object.keys(body).join() : ''}`, async () => {
        const answer = await ask(method, path, body);
        if (status !== undefined) equal(answer.status, status, answer.text);
        else ok([400, 403, 404].includes(answer.status), `${answer.status} ${answer.text}`);
        leakless(answer.text, path + JSON.stringify(body ?? ''));
      });
    }
  }

  test('every other operation is refused, with the other’s id and with its own', async () => {
    for (const { method, path, operationId, isOpen } of endpoints) {
      if (isOpen || may('partner', operationId)) continue;
      for (const [scope, its] of [[OTHER, other] as const, [OWN, own] as const]) {
        const filled = path
          .replace('{platform}', scope.platform)
          .replace('{partyId}', scope.partyId)
          .replace('{orderId}', its.orderId)
          .replace('{endpointId}', its.endpointId)
          .replace('{deliveryId}', its.deliveryId)
          .replace(/\{\w+\}/g, 'x');
        const answer = await ask(method, filled, method === 'GET' ? undefined : {});
        deepEqual([answer.status, JSON.parse(answer.text).error.code], [403, 'forbidden'], filled);
        leakless(answer.text, filled);
      }
    }
  });

  test('a job of the other’s callbacks sends none of them', async () => {
    const before = receiver.received.length;
    const body = { deliveryIds: [Number(other.deliveryId)] };
    const { jobId } = JSON.parse((await ask('POST', '/callbacks/replay-jobs', body)).text);
    let job = { state: 'running', replayed: -1, skipped: -1 };
    while (job.state === 'running')
      job = JSON.parse((await ask('GET', `/callbacks/replay-jobs/${jobId}`)).text);
    deepEqual([job.state, job.replayed, job.skipped], ['done', 0, 1]);
    await server.callbacks.drain();
    equal(receiver.received.length, before);
  });

  test('the stream tells of the own calls and callbacks alone, and of no orders', async () => {
    const events = await readEvents({ url: server.url, adminToken: token });
    const hello = await events.until(({ name }) => name === 'hello');
    deepEqual(hello.data.topics, ['calls', 'deliveries', 'overview']);
    deepEqual([hello.data.platform, hello.data.party], ['jintong', 'jane88']);
    await call(server, form(detail(other.orderId, 'hastenonly01', 'hastenonly01')), {
      partner: 'hastenonly01',
    });
    await call(server, form(detail(own.orderId)));
    const first = await events.until(({ name }) => name === 'call');
    equal(first.data.party, 'jane88');
    const { data } = await events.find(({ name }) => name === 'overview');
    leakless(JSON.stringify(data));
    await events.close();
  });

  test('the metrics are refused', async () => {
    const remote = { ...headers, 'x-forwarded-for': '203.0.113.9' };
    equal((await fetch(`${server.url}/metrics`, { headers: remote })).status, 403);
    const admin = { ...remote, authorization: `Bearer ${server.adminToken}` };
    equal((await fetch(`${server.url}/metrics`, { headers: admin })).status, 200);
  });
});

test('a partner sees its own calls with their reasons, its callbacks, keys and endpoints, and replays', async () => {
  const me = JSON.parse((await ask('GET', '/me')).text);
  deepEqual([me.role, me.scope], ['partner', OWN]);
  const requests = JSON.parse((await ask('GET', '/requests?limit=1000')).text).items;
  ok(requests.length >= 2);
  const refused = JSON.parse((await ask('GET', `/requests/${own.refusedId}`)).text);
  equal(refused.refused, true);
  const why = { platform: 'jintong', requestId: own.refusedId };
  equal((await ask('POST', '/debug/signature', why)).status, 200);
  const party = JSON.parse((await ask('GET', '/parties/jintong/jane88')).text);
  ok(party.keys.length > 0 && !('secret' in party.keys[0]));
  const endpoints = JSON.parse((await ask('GET', '/callbacks/endpoints')).text).items;
  deepEqual(
    endpoints.map(({ endpointId }: { endpointId: string }) => endpointId),
    [own.endpointId],
  );
  equal((await ask('POST', `/callbacks/endpoints/${own.endpointId}/ping`, {})).status, 200);
  const before = receiver.received.length;
  equal((await ask('POST', `/callbacks/deliveries/${own.deliveryId}/replay`, {})).status, 200);
  await receiver.until(before + 1);
  const hit = JSON.parse((await ask('GET', `/search?q=${own.requestId}`)).text).items;
  deepEqual(
    hit.map(({ kind }: { kind: string }) => kind),
    ['request'],
  );
});

test('a party with several owners of orders pages through the callbacks of all of them', async () => {
  const { body } = await manage(server, 'GET', '/parties?platform=ytx');
  const [account] = body.items;
  const scope = { platform: 'ytx', partyId: account.partyId };
  const token = await manage(server, 'POST', '/api-tokens', {
    name: 'y',
    role: 'partner',
    ...scope,
  });
  const response = await fetch(`${server.url}/manage/v1/callbacks/deliveries`, {
    headers: { authorization: `Bearer ${token.body.token}` },
  });
  equal(response.status, 200);
});

describe('a one-time link', () => {
  test('an operator makes one; a look does not spend it, a click opens a session, and a second click none', async () => {
    const password = 'correct horse battery';
    await makeAccount(server, 'operator-of-links', 'operator', password);
    const operator = new Browser(server);
    await operator.form('/console/sign-in', { name: 'operator-of-links', password });
    const link = await operator.api('POST', '/partner-links', { ...OWN, days: 7 });
    equal(link.status, 201, JSON.stringify(link.body));
    const its = async (): Promise<{ tokenId: string; lastUsedAt: string | null }[]> =>
      (await operator.api('GET', `/partner-links?platform=jintong&party=${OWN.partyId}`)).body
        .items;
    const lastUse = async () =>
      (await its()).find(({ tokenId }) => tokenId === link.body.tokenId)!.lastUsedAt;
    const visitor = new Browser(server);
    for (let look = 0; look < 2; look++) match((await visitor.get(link.body.link)).text, /jane88/);
    const opened = await visitor.form(link.body.link, { lang: 'en' });
    deepEqual([opened.status, opened.location], [303, '/console']);
    equal(await lastUse(), null);
    const me = (await visitor.api('GET', '/me')).body;
    deepEqual([me.role, me.scope, me.name], ['partner', OWN, link.body.name]);
    ok(Number.isFinite(Date.parse(String(await lastUse()))), 'its session is in use');
    const unknown = await operator.api('GET', '/partner-links?party=nobody');
    deepEqual([unknown.status, unknown.body.error.field], [400, 'party']);
    equal((await visitor.api('GET', `/requests/${other.requestId}`)).status, 404);
    equal((await visitor.api('GET', '/orders')).status, 403);
    equal((await new Browser(server).form(link.body.link, {})).status, 410);
    const audit = (await manage(server, 'GET', '/audit?limit=20')).body.items;
    const actions = audit.map(
      ({ action, actor }: { action: string; actor: string }) => `${action} ${actor}`,
    );
    ok(actions.includes('createPartnerLink operator-of-links'), actions.join());
    ok(actions.includes(`sign-in ${link.body.name}`), actions.join());
    ok(!JSON.stringify(audit).includes(link.body.link), 'the link stands in no entry');
    // Its end ends the session.
    const ended = await operator.api('DELETE', `/partner-links/${link.body.tokenId}`);
    equal(ended.body.ended, 1);
    equal((await visitor.api('GET', '/me')).status, 401);
  });

  test('neither a link nor a token has the name of a person', async () => {
    await makeAccount(server, 'li.na', 'operator', 'correct horse battery');
    for (const name of ['li.na', ' Li.Na', 'admin', 'Admin']) {
      const link = await manage(server, 'POST', '/partner-links', { ...OWN, name });
      deepEqual(
        [link.status, link.body.error?.code, link.body.error?.field],
        [409, 'exists', 'name'],
      );
      const token = await manage(server, 'POST', '/api-tokens', { name, role: 'viewer' });
      deepEqual([token.status, token.body.error?.field], [409, 'name'], name);
    }
    // Two names that look alike, and one that turns the line around.
    for (const name of ['li.na\u200b', 'partner \u202e1']) {
      equal((await manage(server, 'POST', '/partner-links', { ...OWN, name })).status, 400);
      const token = await manage(server, 'POST', '/api-tokens', { name, role: 'viewer' });
      equal(token.status, 400, JSON.stringify(name));
    }
  });

  test('a link is of a party that there is, and ends no token of another role', async () => {
    const nobody = { platform: 'jintong', partyId: 'nobody' };
    equal((await manage(server, 'POST', '/partner-links', nobody)).status, 404);
    const { tokenId } = (await manage(server, 'POST', '/api-tokens', { name: 'v', role: 'viewer' }))
      .body;
    equal((await manage(server, 'DELETE', `/partner-links/${tokenId}`)).body.ended, 0);
    for (const body of [
      { name: 'a', role: 'partner' },
      { name: 'a', role: 'viewer', ...OWN },
      { name: 'a', role: 'partner', platform: 'jintong' },
    ]) {
      equal((await manage(server, 'POST', '/api-tokens', body)).status, 400, JSON.stringify(body));
    }
    equal((await manage(server, 'POST', '/accounts', { name: 'a', role: 'partner' })).status, 400);
  });
});
