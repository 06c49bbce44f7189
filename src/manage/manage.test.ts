// What holds for every management endpoint: the token, its documented errors, and answers that fit their schema.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { call, form, hasten } from '../../test/jintong.ts';
import { ALLOW_LOCAL, startReceiver } from '../../test/receiver.ts';
import {
  type ManageAnswer,
  manage,
  sqliteOnly,
  startTestServer,
  temporaryDirectory,
} from '../../test/support.ts';
import { changeOrder } from '../core/change-order.ts';
import { orderId } from '../core/ledger.ts';
import { VERSION } from '../main.ts';
import { codeAt, stepOf } from '../people/totp.ts';
import { jintong } from '../platforms/jintong/index.ts';
import { partyApps } from '../platforms/ytx/apps.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import { errorSchema } from './endpoint.ts';
import { manageEndpoints } from './index.ts';

/** Jintong, as it would be if it had a catalog, and its partners apps. */
const platform: Platform = {
  ...jintong,
  apps: partyApps,
  checkCatalogEntry({ document }) {
    if (typeof document.price !== 'number') throw new ImportError('price', 'has to be a number');
  },
};
const receiver = await startReceiver();
const server = await startTestServer({
  platforms: [platform],
  config: { callbackAllow: ALLOW_LOCAL },
});
const APPS = { attributes: { apps: [{ appid: 'kept01' }, { appid: 'old01' }] } };
await manage(server, 'PATCH', '/parties/jintong/jane88', APPS);
/** To be made anew, which would take the others' orders, parties and callbacks away. */
const another = await startTestServer({ platforms: [platform] });
const endpointToMake = { platform: 'jintong', party: 'jane88', url: receiver.url };
const { endpointId } = (await manage(server, 'POST', '/callbacks/endpoints', endpointToMake)).body;
const makeEndpoint = async (url: string): Promise<string> =>
  (await manage(server, 'POST', '/callbacks/endpoints', { ...endpointToMake, url })).body
    .endpointId;
/** One to delete, whose callback is delivered, and one that nobody answers, whose callback waits. */
const [spare, stuck] = [
  await makeEndpoint(receiver.url),
  await makeEndpoint('http://127.0.0.1:1/'),
];
const ORDER = '15112480268';
await changeOrder(
  server.storage.ledger,
  server.clock,
  { platform: 'jintong', orderId: orderId(ORDER), actor: 'operator', requestId: null },
  ({ state }) => ({
    ok: true,
    action: 'sealed',
    state,
    sealed: [{ name: 'cards', text: 'I001XB999', mask: ['****'] }],
    // Nothing here carries it out: the clock is moved to it.
    deadlines: [{ kind: 'nothing', dueAt: server.clock.now() + 3_600_000 }],
    reply: null,
  }),
);
await call(server, form(hasten('15112480268'))); // so that there is a request to list, and a callback
await server.callbacks.drain();
const loggedCall: number = (await manage(server, 'GET', '/requests?limit=1')).body.items[0].id;
const deliveryOf = async (id: string): Promise<number> =>
  (await manage(server, 'GET', `/callbacks/deliveries?endpointId=${id}`)).body.items.at(-1)
    .deliveryId;
const [delivered, waiting] = [await deliveryOf(spare), await deliveryOf(stuck)];

/** A party with so many keys; the id of its oldest. */
async function partyOfKeys(partyId: string, keys: number): Promise<string> {
  const made = await manage(server, 'POST', '/parties', { platform: 'jintong', partyId });
  for (let i = 1; i < keys; i++)
    await manage(server, 'POST', `/parties/jintong/${partyId}/keys`, {});
  return made.body.keys[0].keyId;
}
const oldKey = await partyOfKeys('twokeys', 2);
const onlyKey = await partyOfKeys('onekey', 1);
await partyOfKeys('fivekeys', 5);

const LISTENER = { name: 'laptop', platform: 'jintong', party: 'jane88' };
const { session } = (await manage(server, 'POST', '/callbacks/listeners', LISTENER)).body;
await manage(server, 'POST', '/callbacks/listeners', { ...LISTENER, name: 'spare' });

const { jobId } = (
  await manage(server, 'POST', '/callbacks/replay-jobs', { deliveryIds: [delivered] })
).body;

const { runId } = (
  await manage(server, 'POST', '/sandbox/scenario-runs', {
    text: 'title: nothing\nsteps: [{ advance: 0 s }]',
  })
).body;

const { channelId } = (
  await manage(server, 'POST', '/alarm-channels', {
    ...{ name: 'nobody', type: 'webhook', url: 'http://127.0.0.1:9/' },
  })
).body;
const { ruleId } = (
  await manage(server, 'POST', '/alarm-rules', {
    ...{ name: 'disk', watches: 'disk', threshold: 100, channels: [channelId] },
  })
).body;
await server.alarms.run();
const { alarmId } = (await manage(server, 'GET', '/alarms')).body.items[0];

/** All but the event stream, which does not end: live/events.test.ts reads it. */
const endpoints = manageEndpoints(true, VERSION).filter(
  ({ stream }) => stream !== 'text/event-stream',
);
/** A path that exists, for endpoints whose path has parameters. */
const logged = await fetch(`${server.url}/Api/OrderOpenApi.ashx`, { method: 'POST', body: 'x' });
const requestId = logged.headers.get('x-request-id')!;
const existing = (path: string): string =>
  path
    .replace('{platform}', 'jintong')
    .replace('{orderId}', ORDER)
    .replace('{appid}', 'x1')
    .replace('{partyId}', 'jane88')
    .replace('{keyId}', 'nosuch')
    .replace('{kind}/{key}', 'product/P1')
    .replace('{endpointId}', endpointId)
    .replace('{tokenId}', 'a-digest')
    .replace('{consentId}', 'a-consent')
    .replace('{jobId}', jobId)
    .replace('{runId}', runId)
    .replace('{alarmId}', alarmId)
    .replace('{ruleId}', ruleId)
    .replace('{channelId}', channelId)
    .replace('{name}', 'laptop')
    .replace('{deliveryId}', String(waiting))
    .replace('{requestId}', requestId);

interface Call {
  /** Sent by a browser in which somebody has just signed in, instead of with the admin token. */
  readonly isSession?: true;
  /** Sent by that browser. */
  readonly browser?: Browser;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const order = (orderId: string) => ({
  platform: 'jintong',
  orderId,
  userName: 'jane88',
  state: 'A',
  amount: '1.00',
  createdAt: '2026-01-02 11:04:05',
});

await manage(server, 'POST', '/orders', order('used-1'), { 'idempotency-key': 'used' });

const PASSWORD = 'correct horse battery';
const PARTNER = { platform: 'jintong', partyId: 'jane88' };
await makeAccount(server, 'looks.after', 'operator', PASSWORD);
for (const name of ['first', 'second', 'third']) {
  await server.people.store.saveCredential({
    ...{ digest: `digest of ${name}`, kind: 'approval', credentialId: `apr_${name}` },
    ...{ accountId: null, expiresAt: Date.now() + 3_600_000 },
    attributes: {
      ...{ key: name, operation: 'startReplayJob', target: '', asked: {}, state: 'waiting' },
      ...{ requestedBy: 'a token', requestedAt: Date.now(), owner: 'a token', who: 'a token' },
      decidedBy: null,
    },
  });
}
const adminId = await makeAccount(server, 'has.account', 'admin', PASSWORD);
const accountId = await makeAccount(server, 'is.changed', 'viewer', PASSWORD);
const { tokenId } = (await manage(server, 'POST', '/api-tokens', { name: 'taken', role: 'viewer' }))
  .body;
await manage(server, 'PUT', '/catalog/jintong/product/is-there', { price: 1 });
/** Who removes a second factor needs one, and a code of it. */
const factor = await server.secondFactor.begin(accountId);
await server.secondFactor.confirm(accountId, codeAt(factor!.secret, stepOf(Date.now()) - 1));
const removes = new Browser(server);
removes.cookie = `ordergate_session=${await server.people.openSession(accountId, { address: '', userAgent: '' })}`;
/** Who confirms one has begun it. */
const beganId = await makeAccount(server, 'has.begun', 'viewer', PASSWORD);
const begun = (await server.secondFactor.begin(beganId))!;
const confirms = new Browser(server);
confirms.cookie = `ordergate_session=${await server.people.openSession(beganId, { address: '', userAgent: '' })}`;

async function newSession(): Promise<Browser> {
  const browser = new Browser(server);
  await browser.form('/console/sign-in', { name: 'has.account', password: PASSWORD });
  return browser;
}

const OTHER_VERSION = { 'if-match': '"999"' };

/** For each endpoint, a call that succeeds. */
const SUCCESSES: Readonly<Record<string, Call>> = {
  listAudit: { path: '/audit?limit=3' },
  readAudit: { path: '/audit/1' },
  readApiToken: { path: `/api-tokens/${tokenId}` },
  readCatalogEntry: { path: '/catalog/jintong/product/is-there' },
  readCallbackEndpoint: {},
  confirmTotp: {
    browser: confirms,
    body: { code: codeAt(begun.secret, stepOf(Date.now())) },
  },
  removeTotp: { browser: removes, body: { code: codeAt(factor!.secret, stepOf(Date.now()) + 1) } },
  beginTotp: { isSession: true, body: { password: PASSWORD } },
  listApprovals: {},
  approveCall: { isSession: true, path: '/approvals/apr_first/approve', body: {} },
  refuseCall: { isSession: true, path: '/approvals/apr_second/refuse', body: { note: 'no' } },
  listPartnerLinks: {},
  createPartnerLink: { body: { ...PARTNER, name: 'their tester', days: 7 } },
  endPartnerLink: { path: '/partner-links/tok_none' },
  exportOrders: { path: '/exports/orders?platform=jintong' },
  exportRequests: {},
  exportDeliveries: {},
  exportParties: {},
  exportAudit: {},
  listAccounts: {},
  createAccount: { body: { name: 'Zhou.Min', role: 'viewer' } },
  readAccount: { path: `/accounts/${accountId}` },
  changeAccount: { path: `/accounts/${accountId}`, body: { role: 'operator' } },
  resetPassword: { path: `/accounts/${accountId}/reset-password`, body: {} },
  listApiTokens: {},
  createApiToken: { body: { name: 'ci', role: 'operator', days: 7 } },
  endApiToken: { path: '/api-tokens/tok_none' },
  readMe: { isSession: true },
  listMySessions: { isSession: true },
  endMySession: { isSession: true },
  endMySessions: { isSession: true },
  changeMyPassword: { isSession: true, body: { current: PASSWORD, password: PASSWORD } },
  readOverview: {},
  readFigures: { path: '/overview/figures?minutes=1' },
  addOrderNote: { body: { note: 'the customer calls again at ten' } },
  assignOrder: { body: { name: 'looks.after' } },
  unassignOrder: {},
  readCallSeries: { path: '/series/calls?minutes=60&step=5' },
  search: { path: `/search?q=${ORDER}` },
  listAttention: { path: '/attention?preset=refused-last-hour' },
  readOrderOutlook: {},
  listOrders: { path: '/orders?limit=3' },
  createOrders: { body: [order('new-1'), order('new-2')] },
  listPlatforms: {},
  readPlatform: {},
  listErrors: {},
  findOrders: {},
  readOrder: {},
  moveOrder: { body: { to: 'S', note: 'asked for by phone' } },
  revealSealed: { body: { name: 'cards', note: 'the customer lost them' } },
  listCatalog: {},
  saveCatalogEntry: { body: { price: 294 } },
  removeCatalogEntry: {},
  listParties: {},
  createParty: {
    body: { platform: 'jintong', partyId: 'new01', attributes: { a: [1, { b: null }] } },
  },
  readParty: {},
  changeParty: { body: { users: ['jane88', 'wang01', 'new02'] } },
  savePartyApp: { body: { online: true } },
  removePartyApp: { path: '/parties/jintong/jane88/apps/old01' },
  rotateKey: { body: {} },
  endKey: { path: `/parties/jintong/twokeys/keys/${oldKey}` },
  listTokens: {},
  endToken: {},
  listConsents: {},
  endConsent: {},
  resetSandbox: {},
  listForces: {},
  createForce: {
    body: { platform: 'jintong', party: 'hastenonly01', force: 'code=CallFail', calls: 1 },
  },
  removeForce: {},
  listScenarios: {},
  listScenarioRuns: {},
  readScenarioRun: {},
  stopScenarioRun: { body: {} },
  startScenarioRun: { body: { text: 'title: nothing\nsteps: [{ advance: 0 s }]' } },
  listAlarms: {},
  acknowledgeAlarm: {},
  listAlarmRules: {},
  createAlarmRule: { body: { name: 'refusals', watches: 'refusals', threshold: 20 } },
  changeAlarmRule: { body: { threshold: 1, quiet: { from: '23:00', to: '07:30' } } },
  removeAlarmRule: { path: '/alarm-rules/rule_nosuch' },
  listAlarmChannels: {},
  createAlarmChannel: { body: { name: 'x', type: 'webhook', url: 'https://example.com/' } },
  removeAlarmChannel: { path: '/alarm-channels/channel_nosuch' },
  testAlarmChannel: {},
  importRows: {
    body: {
      rows: [
        {
          line: 3,
          place: { platform: 'jintong', section: 'orders' },
          text: JSON.stringify({ ...order('imported-1'), platform: undefined }),
        },
      ],
    },
  },
  listRequests: {},
  readRequest: {},
  debugSignature: { body: { platform: 'jintong', requestId: loggedCall } },
  listCallbackEndpoints: {},
  createCallbackEndpoint: { body: { ...endpointToMake, eventTypes: ['order.moved'] } },
  changeCallbackEndpoint: { body: { expects: 'ok', preset: 'wechat', enabled: true } },
  rotateCallbackSecret: { body: { overlapSeconds: 60 } },
  deleteCallbackEndpoint: { path: `/callbacks/endpoints/${spare}` },
  pingCallbackEndpoint: { body: {} },
  sendOwnCallback: { body: { body: '{"a":1}', post: false } },
  listDeliveries: {},
  readDelivery: {},
  attemptDelivery: { body: {} },
  giveUpDelivery: { body: { note: 'their ticket 7' } },
  replayDelivery: { body: { endPause: true } },
  replayDeliveries: {
    body: { platform: 'jintong', party: 'jane88', from: '2026-01-01', to: '2036-01-01' },
  },
  listListeners: {},
  openListener: { body: { ...LISTENER, name: 'another', endpointId, sinceSeconds: 60 } },
  pullCallbacks: { body: { session, limit: 10 } },
  judgeAnswer: { body: { status: 200, body: 'ok' } },
  acknowledgeCallbacks: { body: { session, cursor: 0, resends: [{ seq: 1, times: 1 }] } },
  removeListener: { path: '/callbacks/listeners/spare' },
  listCallbackAlerts: {},
  readEndpointHealth: {},
  startReplayJob: { body: { state: 'dead' } },
  listReplayJobs: {},
  readReplayJob: {},
  stopReplayJob: { body: {} },
  listAdmissions: { path: '/admissions?address=203.0.113.7' },
  readClock: {},
  advanceClock: { body: { advanceSeconds: 1 } },
  advanceToDeadline: { body: {} },
  readOpenApi: {},
  readVersion: {},
};

/** For each endpoint, a call for each error that it documents, and for 400 where it reads anything. */
const ERRORS: Readonly<
  Record<string, readonly (Call & { status: number; code: string; field?: string })[]>
> = {
  readOverview: [],
  readFigures: [
    { status: 400, code: 'bad-request', field: 'minutes', path: '/overview/figures?minutes=0' },
  ],
  addOrderNote: [
    { status: 400, code: 'bad-request', field: 'note', body: { note: ' ' } },
    {
      ...{ status: 404, code: 'unknown-order', field: 'orderId' },
      ...{ path: '/orders/jintong/0/notes', body: { note: 'x' } },
    },
  ],
  assignOrder: [
    { status: 400, code: 'bad-request', field: 'name', body: { name: '' } },
    { status: 404, code: 'unknown-account', field: 'name', body: { name: 'nobody' } },
  ],
  unassignOrder: [
    {
      ...{ status: 404, code: 'unknown-order', field: 'orderId' },
      ...{ path: '/orders/jintong/0/assignee' },
    },
  ],
  listApprovals: [],
  approveCall: [
    { status: 400, code: 'bad-request', field: 'note', body: { note: 'x' } },
    { status: 403, code: 'no-account', path: '/approvals/apr_third/approve', body: {} },
    {
      ...{ status: 404, code: 'unknown-approval', field: 'approvalId', isSession: true },
      ...{ path: '/approvals/apr_none/approve', body: {} },
    },
  ],
  refuseCall: [
    { status: 400, code: 'bad-request', field: 'why', body: { why: 'x' } },
    { status: 403, code: 'no-account', path: '/approvals/apr_third/refuse', body: {} },
    {
      ...{ status: 404, code: 'unknown-approval', field: 'approvalId', isSession: true },
      ...{ path: '/approvals/apr_none/refuse', body: {} },
    },
  ],
  listPartnerLinks: [
    { status: 400, code: 'bad-request', field: 'party', path: '/partner-links?party=nobody' },
  ],
  createPartnerLink: [
    { status: 400, code: 'bad-request', field: 'days', body: { ...PARTNER, days: 91 } },
    {
      ...{ status: 404, code: 'unknown-party', field: 'partyId' },
      ...{ body: { ...PARTNER, partyId: 'nobody' } },
    },
    { status: 409, code: 'exists', field: 'name', body: { ...PARTNER, name: 'taken' } },
  ],
  endPartnerLink: [],
  readCallSeries: [
    { status: 400, code: 'bad-request', field: 'minutes', path: '/series/calls?minutes=1' },
  ],
  search: [{ status: 400, code: 'bad-request', field: 'q', path: '/search?q=%20' }],
  listAttention: [
    { status: 400, code: 'bad-request', field: 'preset', path: '/attention?preset=all' },
  ],
  readOrderOutlook: [
    { status: 404, code: 'unknown-order', field: 'orderId', path: '/orders/jintong/0/outlook' },
    { status: 404, code: 'unknown-platform', path: '/orders/nobody/1/outlook' },
  ],
  listOrders: [{ status: 400, code: 'bad-request', field: 'limit', path: '/orders?limit=0' }],
  createOrders: [
    {
      status: 400,
      code: 'bad-order',
      field: 'amount',
      body: { ...order('x'), amount: '1.005' },
    },
    { status: 409, code: 'exists', field: 'orderId', body: order('15112480268') },
    { status: 422, code: 'key-reused', body: order('y'), headers: { 'idempotency-key': 'used' } },
  ],
  listPlatforms: [],
  listErrors: [],
  readPlatform: [{ status: 404, code: 'unknown-platform', path: '/platforms/nobody' }],
  findOrders: [{ status: 404, code: 'unknown-order', field: 'orderId', path: '/orders/0' }],
  readOrder: [
    { status: 404, code: 'unknown-order', field: 'orderId', path: '/orders/jintong/0' },
    { status: 404, code: 'unknown-platform', path: '/orders/nobody/15112480268' },
  ],
  moveOrder: [
    { status: 400, code: 'bad-request', field: 'to', body: {} },
    {
      status: 404,
      code: 'unknown-order',
      field: 'orderId',
      path: '/orders/jintong/0/transitions',
      body: { to: 'A' },
    },
    {
      status: 404,
      code: 'unknown-platform',
      path: '/orders/nobody/0/transitions',
      body: { to: 'A' },
    },
    { status: 404, code: 'unknown-line', field: 'line', body: { to: 'S', line: '1' } },
    { status: 409, code: 'state-refuses', field: 'to', body: { to: 'N' } },
    { status: 409, code: 'order-changed', field: 'version', body: { to: 'S', version: 99 } },
  ],
  revealSealed: [
    { status: 400, code: 'bad-request', field: 'note', body: { name: 'cards', note: ' ' } },
    {
      status: 404,
      code: 'unknown-order',
      field: 'orderId',
      path: '/orders/jintong/0/reveal',
      body: { name: 'cards', note: 'x' },
    },
    { status: 404, code: 'unknown-sealed', field: 'name', body: { name: 'x', note: 'x' } },
    {
      status: 404,
      code: 'unknown-platform',
      path: '/orders/nobody/0/reveal',
      body: { name: 'cards', note: 'x' },
    },
  ],
  listCatalog: [{ status: 400, code: 'bad-request', field: 'key', path: '/catalog?key=x' }],
  saveCatalogEntry: [
    { status: 400, code: 'bad-entry', field: 'price', body: { price: '2.94' } },
    { status: 404, code: 'unknown-platform', path: '/catalog/nobody/a/b', body: {} },
  ],
  removeCatalogEntry: [{ status: 404, code: 'unknown-platform', path: '/catalog/nobody/a/b' }],
  listParties: [{ status: 400, code: 'bad-request', field: 'party', path: '/parties?party=x' }],
  createParty: [
    { status: 400, code: 'bad-request', field: 'partyId', body: { platform: 'jintong' } },
    { status: 404, code: 'unknown-platform', body: { platform: 'nobody', partyId: 'x' } },
    {
      status: 409,
      code: 'exists',
      field: 'partyId',
      body: { platform: 'jintong', partyId: 'jane88' },
    },
  ],
  readParty: [
    { status: 404, code: 'unknown-party', field: 'partyId', path: '/parties/jintong/nobody' },
    { status: 404, code: 'unknown-platform', path: '/parties/nobody/jane88' },
  ],
  changeParty: [
    { status: 400, code: 'bad-request', field: 'secret', body: { secret: 'x'.repeat(32) } },
    {
      status: 404,
      code: 'unknown-party',
      field: 'partyId',
      path: '/parties/jintong/nobody',
      body: {},
    },
    { status: 404, code: 'unknown-platform', path: '/parties/nobody/jane88', body: {} },
    {
      status: 409,
      code: 'drops-apps',
      field: 'attributes.apps',
      body: { attributes: { apps: [] } },
    },
    { status: 412, code: 'other-version', field: 'if-match', body: {}, headers: OTHER_VERSION },
  ],
  savePartyApp: [
    { status: 400, code: 'bad-party', field: 'appid', body: { appid: 'another' } },
    {
      status: 404,
      code: 'unknown-party',
      field: 'partyId',
      path: '/parties/jintong/nobody/apps/x1',
      body: {},
    },
    { status: 412, code: 'other-version', field: 'if-match', body: {}, headers: OTHER_VERSION },
  ],
  removePartyApp: [
    { status: 400, code: 'bad-request', field: 'if-match', headers: { 'if-match': 'x' } },
    {
      status: 404,
      code: 'unknown-app',
      field: 'appid',
      path: '/parties/jintong/jane88/apps/nosuch',
    },
    { status: 412, code: 'other-version', field: 'if-match', headers: OTHER_VERSION },
  ],
  rotateKey: [
    { status: 400, code: 'bad-request', field: 'overlapSeconds', body: { overlapSeconds: -1 } },
    {
      status: 404,
      code: 'unknown-party',
      field: 'partyId',
      path: '/parties/jintong/nobody/keys',
      body: {},
    },
    { status: 404, code: 'unknown-platform', path: '/parties/nobody/jane88/keys', body: {} },
    { status: 400, code: 'bad-key', field: 'secret', body: { secret: 'x'.repeat(32) } },
    { status: 409, code: 'too-many-keys', path: '/parties/jintong/fivekeys/keys', body: {} },
  ],
  endKey: [
    { status: 404, code: 'unknown-key', field: 'keyId' },
    {
      status: 409,
      code: 'only-key',
      field: 'keyId',
      path: `/parties/jintong/onekey/keys/${onlyKey}`,
    },
  ],
  listTokens: [
    { status: 400, code: 'bad-request', field: 'party', path: '/tokens/jintong?party=nobody' },
    { status: 404, code: 'unknown-platform', path: '/tokens/nobody' },
  ],
  endToken: [{ status: 404, code: 'unknown-platform', path: '/tokens/nobody/a-digest' }],
  listConsents: [
    { status: 400, code: 'bad-request', field: 'party', path: '/consents/jintong?party=nobody' },
    { status: 404, code: 'unknown-platform', path: '/consents/nobody' },
  ],
  endConsent: [{ status: 404, code: 'unknown-platform', path: '/consents/nobody/a-consent' }],
  resetSandbox: [{ status: 400, code: 'bad-request', field: 'orders', body: { orders: true } }],
  listForces: [
    {
      status: 400,
      code: 'bad-request',
      field: 'platform',
      path: '/sandbox/forces?platform=nobody',
    },
  ],
  createForce: [
    {
      status: 400,
      code: 'bad-force',
      field: 'force',
      body: { platform: 'jintong', party: 'jane88', force: 'slow' },
    },
  ],
  removeForce: [],
  listScenarios: [],
  listScenarioRuns: [],
  readScenarioRun: [
    { status: 404, code: 'unknown-run', field: 'runId', path: '/sandbox/scenario-runs/run_0' },
  ],
  stopScenarioRun: [
    { status: 400, code: 'bad-request', field: 'nothing', body: { nothing: 1 } },
    {
      ...{ status: 404, code: 'unknown-run', field: 'runId', body: {} },
      path: '/sandbox/scenario-runs/run_0/stop',
    },
  ],
  startScenarioRun: [
    { status: 400, code: 'bad-request', field: 'name', body: {} },
    { status: 400, code: 'bad-request', field: 'name', body: { name: 'x', text: 'x' } },
    { status: 404, code: 'unknown-scenario', field: 'name', body: { name: 'x' } },
    { status: 400, code: 'bad-scenario', field: 'text', body: { text: 'x' } },
  ],
  listAlarms: [{ status: 400, code: 'bad-request', field: 'limit', path: '/alarms?limit=0' }],
  acknowledgeAlarm: [
    { status: 404, code: 'unknown-alarm', path: '/alarms/alarm_nosuch/acknowledge' },
  ],
  listAlarmRules: [],
  createAlarmRule: [
    {
      status: 400,
      code: 'bad-alarm',
      field: 'threshold',
      body: { name: 'x', watches: 'disk', threshold: 101 },
    },
  ],
  changeAlarmRule: [
    { status: 400, code: 'bad-request', field: 'threshold', body: { threshold: 0 } },
    { status: 404, code: 'unknown-alarm-rule', path: '/alarm-rules/rule_nosuch', body: {} },
  ],
  removeAlarmRule: [],
  listAlarmChannels: [],
  createAlarmChannel: [
    {
      status: 400,
      code: 'bad-alarm',
      field: 'url',
      body: { name: 'x', type: 'webhook', url: 'http://169.254.169.254/' },
    },
  ],
  removeAlarmChannel: [{ status: 409, code: 'alarm-channel-in-use' }],
  testAlarmChannel: [
    { status: 404, code: 'unknown-alarm-channel', path: '/alarm-channels/channel_nosuch/test' },
  ],
  readEndpointHealth: [
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_nosuch/health',
    },
  ],
  startReplayJob: [
    { status: 400, code: 'bad-request', field: 'endpointId', body: { endpointId: 'ep_nosuch' } },
  ],
  listReplayJobs: [],
  readReplayJob: [
    { status: 404, code: 'unknown-job', field: 'jobId', path: '/callbacks/replay-jobs/rj_0' },
  ],
  stopReplayJob: [
    { status: 400, code: 'bad-request', field: 'now', body: { now: true } },
    {
      status: 404,
      code: 'unknown-job',
      field: 'jobId',
      path: '/callbacks/replay-jobs/rj_0/stop',
      body: {},
    },
  ],
  listAdmissions: [
    { status: 400, code: 'bad-request', field: 'address', path: '/admissions?address=here' },
  ],
  listRequests: [
    { status: 400, code: 'bad-request', field: 'from', path: '/requests?from=yesterday' },
  ],
  readRequest: [{ status: 404, code: 'unknown-request', path: '/requests/1' }],
  debugSignature: [
    { status: 400, code: 'bad-request', field: 'requestId', body: { platform: 'jintong' } },
    {
      status: 404,
      code: 'unknown-request',
      field: 'requestId',
      body: { platform: 'jintong', requestId: 1 },
    },
    { status: 404, code: 'unknown-platform', body: { platform: 'nobody', requestId: 1 } },
  ],
  listCallbackEndpoints: [
    { status: 400, code: 'bad-request', field: 'partyId', path: '/callbacks/endpoints?partyId=x' },
  ],
  createCallbackEndpoint: [
    { status: 400, code: 'bad-request', field: 'url', body: { platform: 'jintong', party: 'x' } },
    {
      status: 400,
      code: 'bad-endpoint',
      field: 'url',
      body: { ...endpointToMake, url: 'http://0xA9FEA9FE/latest' },
    },
    {
      status: 400,
      code: 'bad-endpoint',
      field: 'secret',
      body: { ...endpointToMake, secret: 'whsec_c2hvcnQ=' },
    },
    { status: 404, code: 'unknown-platform', body: { ...endpointToMake, platform: 'nobody' } },
    {
      status: 404,
      code: 'unknown-party',
      field: 'party',
      body: { ...endpointToMake, party: 'nobody' },
    },
  ],
  deleteCallbackEndpoint: [
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none',
    },
  ],
  changeCallbackEndpoint: [
    { status: 400, code: 'bad-endpoint', field: 'url', body: { url: 'ftp://shop.example' } },
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none',
      body: {},
    },
  ],
  rotateCallbackSecret: [
    { status: 400, code: 'bad-request', field: 'overlapSeconds', body: { overlapSeconds: -1 } },
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none/secrets',
      body: {},
    },
  ],
  listListeners: [],
  sendOwnCallback: [
    { status: 400, code: 'bad-request', field: 'body', body: {} },
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none/send',
      body: { body: 'x' },
    },
  ],
  pingCallbackEndpoint: [
    { status: 400, code: 'bad-request', field: 'x', body: { x: 1 } },
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none/ping',
      body: {},
    },
  ],
  listDeliveries: [
    {
      status: 400,
      code: 'bad-request',
      field: 'platform',
      path: '/callbacks/deliveries?orderId=1',
    },
  ],
  openListener: [
    { status: 400, code: 'bad-request', field: 'name', body: { ...LISTENER, name: 'a b' } },
    {
      status: 404,
      code: 'unknown-platform',
      body: { ...LISTENER, platform: 'x' },
    },
    { status: 404, code: 'unknown-party', field: 'party', body: { ...LISTENER, party: 'nobody' } },
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      body: { ...LISTENER, endpointId: 'ep_none' },
    },
    { status: 409, code: 'exists', field: 'name', body: { ...LISTENER, endpointId } },
  ],
  pullCallbacks: [
    { status: 400, code: 'bad-request', field: 'limit', body: { session, limit: 0 } },
    {
      status: 404,
      code: 'unknown-listener',
      field: 'name',
      path: '/callbacks/listeners/none/pull',
      body: { session },
    },
    { status: 409, code: 'listener-taken', field: 'session', body: { session: 'of before' } },
  ],
  judgeAnswer: [
    { status: 400, code: 'bad-request', field: 'status', body: { status: 99, body: '' } },
    {
      status: 404,
      code: 'unknown-listener',
      field: 'name',
      path: '/callbacks/listeners/none/judge',
      body: { status: 200, body: '' },
    },
  ],
  acknowledgeCallbacks: [
    { status: 400, code: 'bad-request', field: 'cursor', body: { session, cursor: 1.5 } },
    {
      status: 404,
      code: 'unknown-listener',
      field: 'name',
      path: '/callbacks/listeners/none/acknowledge',
      body: { session, cursor: 1 },
    },
    {
      status: 409,
      code: 'listener-taken',
      field: 'session',
      body: { session: 'of before', cursor: 1 },
    },
  ],
  removeListener: [
    { status: 404, code: 'unknown-listener', field: 'name', path: '/callbacks/listeners/none' },
  ],
  replayDelivery: [
    { status: 400, code: 'bad-request', field: 'x', body: { x: 1 } },
    {
      status: 404,
      code: 'unknown-delivery',
      field: 'deliveryId',
      path: '/callbacks/deliveries/999/replay',
      body: {},
    },
    {
      status: 409,
      code: 'endpoint-deleted',
      field: 'deliveryId',
      path: `/callbacks/deliveries/${delivered}/replay`,
      body: {},
    },
  ],
  readDelivery: [
    {
      status: 404,
      code: 'unknown-delivery',
      field: 'deliveryId',
      path: '/callbacks/deliveries/999',
    },
  ],
  ...Object.fromEntries(
    [
      ['attemptDelivery', 'attempt'],
      ['giveUpDelivery', 'give-up'],
    ].map(([operation, action]) => [
      operation,
      [
        { status: 400, code: 'bad-request', field: 'x', body: { x: 1 } },
        {
          status: 404,
          code: 'unknown-delivery',
          field: 'deliveryId',
          path: `/callbacks/deliveries/999/${action}`,
          body: {},
        },
        {
          status: 409,
          code: 'delivery-ended',
          field: 'deliveryId',
          path: `/callbacks/deliveries/${delivered}/${action}`,
          body: {},
        },
      ],
    ]),
  ),
  replayDeliveries: [
    {
      status: 400,
      code: 'bad-request',
      field: 'endpointId',
      body: { platform: 'jintong', from: '2026-01-01', to: '2027-01-01' },
    },
  ],
  listCallbackAlerts: [
    { status: 400, code: 'bad-request', field: 'cursor', path: '/callbacks/alerts?cursor=x' },
  ],
  listAudit: [{ status: 400, code: 'bad-request', field: 'cursor', path: '/audit?cursor=x' }],
  readAudit: [{ status: 404, code: 'unknown-entry', field: 'number', path: '/audit/99999' }],
  readApiToken: [
    { status: 404, code: 'unknown-token', field: 'tokenId', path: '/api-tokens/none' },
  ],
  readCatalogEntry: [
    { status: 404, code: 'unknown-entry', field: 'key', path: '/catalog/jintong/product/none' },
    { status: 404, code: 'unknown-platform', path: '/catalog/none/product/none' },
  ],
  readCallbackEndpoint: [
    {
      status: 404,
      code: 'unknown-endpoint',
      field: 'endpointId',
      path: '/callbacks/endpoints/ep_none',
    },
  ],
  beginTotp: [
    { status: 400, code: 'bad-request', field: 'password', isSession: true, body: {} },
    {
      status: 403,
      code: 'wrong-password',
      field: 'password',
      isSession: true,
      body: { password: 'x' },
    },
    { status: 409, code: 'exists', browser: confirms, body: { password: PASSWORD } },
  ],
  confirmTotp: [
    { status: 400, code: 'bad-request', field: 'code', isSession: true, body: {} },
    { status: 403, code: 'wrong-code', field: 'code', isSession: true, body: { code: '1' } },
  ],
  removeTotp: [
    { status: 400, code: 'bad-request', field: 'code', isSession: true, body: {} },
    { status: 403, code: 'wrong-code', field: 'code', isSession: true, body: { code: '1' } },
  ],
  ...Object.fromEntries(
    ['Orders', 'Requests', 'Deliveries', 'Parties', 'Audit'].map((what) => [
      `export${what}`,
      [
        {
          status: 400,
          code: 'bad-request',
          field: 'limit',
          path: `/exports/${what.toLowerCase()}?limit=1`,
        },
      ],
    ]),
  ),
  listAccounts: [],
  createAccount: [
    { status: 400, code: 'bad-request', field: 'name', body: { name: 'a b', role: 'viewer' } },
    { status: 400, code: 'bad-request', field: 'role', body: { name: 'ab', role: 'root' } },
    { status: 409, code: 'exists', field: 'name', body: { name: 'Has.Account', role: 'viewer' } },
  ],
  readAccount: [
    { status: 404, code: 'unknown-account', field: 'accountId', path: '/accounts/nobody' },
  ],
  changeAccount: [
    {
      status: 404,
      code: 'unknown-account',
      field: 'accountId',
      path: '/accounts/nobody',
      body: { enabled: false },
    },
    { status: 400, code: 'bad-request', field: 'x', path: '/accounts/nobody', body: { x: 1 } },
    {
      status: 409,
      code: 'last-admin',
      path: `/accounts/${adminId}`,
      body: { enabled: false },
    },
  ],
  resetPassword: [
    { status: 400, code: 'bad-request', field: 'x', body: { x: 1 } },
    {
      status: 404,
      code: 'unknown-account',
      field: 'accountId',
      path: '/accounts/nobody/reset-password',
      body: {},
    },
  ],
  listApiTokens: [],
  createApiToken: [
    {
      status: 400,
      code: 'bad-request',
      field: 'days',
      body: { name: 'x', role: 'viewer', days: 0 },
    },
    { status: 409, code: 'exists', field: 'name', body: { name: 'taken', role: 'viewer' } },
    {
      ...{ status: 404, code: 'unknown-party', field: 'partyId' },
      ...{ body: { ...PARTNER, name: 'of nobody', role: 'partner', partyId: 'nobody' } },
    },
  ],
  endApiToken: [],
  readMe: [],
  listMySessions: [],
  endMySession: [],
  endMySessions: [],
  changeMyPassword: [
    {
      status: 400,
      code: 'bad-request',
      field: 'password',
      isSession: true,
      body: { current: PASSWORD, password: 'short' },
    },
    {
      status: 403,
      code: 'wrong-password',
      field: 'current',
      isSession: true,
      body: { current: 'x', password: PASSWORD },
    },
  ],
  readClock: [],
  importRows: [{ status: 400, code: 'bad-request', field: 'rows', body: { rows: [] } }],
  advanceClock: [{ status: 400, code: 'bad-request', field: 'advanceSeconds', body: {} }],
  advanceToDeadline: [{ status: 400, code: 'bad-request', field: 'to', body: { to: 'x' } }],
  readOpenApi: [],
  readVersion: [],
};

async function send(
  { operationId, method, path: pattern }: (typeof endpoints)[number],
  { path = existing(pattern), body, headers, isSession, browser }: Call,
): Promise<ManageAnswer> {
  if (browser) return browser.api(method, path, body);
  if (isSession) return (await newSession()).api(method, path, body);
  return manage(operationId === 'resetSandbox' ? another : server, method, path, body, headers);
}

function isError(
  { status, body }: ManageAnswer,
  wanted: { status: number; code: string; field?: string },
): void {
  deepEqual(errorSchema.strict().parse(body), body);
  const { code, message, field } = body.error;
  deepEqual({ status, code, field }, { field: undefined, ...wanted }, message);
  ok(message.length > 10 && !message.includes('\n'), message);
}

describe('the bearer token', () => {
  for (const { method, path } of endpoints.filter(({ isOpen }) => !isOpen)) {
    test(`${method} ${path} answers 401 without it, or with another`, async () => {
      const url = `${server.url}/manage/v1${existing(path)}`;
      const body = method === 'GET' ? {} : { body: '{}' };
      const { adminToken } = server;
      const nearly = [
        adminToken.slice(1),
        `${adminToken}x`,
        adminToken.toUpperCase(),
        `x${adminToken}`,
      ];
      const wrong = [
        '',
        'Bearer',
        'Bearer ',
        adminToken,
        `Basic ${adminToken}`,
        ...nearly.map((t) => `Bearer ${t}`),
      ];
      for (const authorization of [undefined, ...wrong]) {
        const headers = authorization === undefined ? {} : { authorization };
        const response = await fetch(url, { method, headers, ...body });
        equal(response.headers.get('www-authenticate'), 'Bearer');
        isError(
          { status: response.status, body: await response.json() },
          { status: 401, code: 'unauthorized' },
        );
      }
    });
  }

  test('is the one that is configured, where one is', async () => {
    const token = 'a token of the operator';
    const other = await startTestServer({ config: { adminToken: token } });
    equal(other.adminToken, token);
    equal((await manage(other, 'GET', '/clock')).status, 200);
    equal((await manage({ ...other, adminToken: server.adminToken }, 'GET', '/clock')).status, 401);
  });
});

describe('a success', () => {
  test('is known here for every endpoint', () => {
    deepEqual(Object.keys(SUCCESSES).sort(), endpoints.map((e) => e.operationId).sort());
  });

  for (const target of endpoints) {
    test(`${target.operationId}: its status and nothing but what its schema says`, async () => {
      const { status, body } = await send(target, SUCCESSES[target.operationId]!);
      equal(status, target.status, JSON.stringify(body));
      // Objects of a schema drop what they do not know, so that an undeclared field shows here.
      deepEqual(target.response.parse(body), body);
    });
  }
});

describe('an error', () => {
  test('is known here for every one that is documented, and for 400', () => {
    for (const { operationId, errors, query, body, headers, sandboxOnly } of endpoints) {
      // 404 of these is `not a sandbox`: see clock.test.ts and test/reset.test.ts.
      const documented = sandboxOnly ? [] : Object.keys(errors);
      const wanted = [...documented, ...(query || body || headers ? ['400'] : [])].sort();
      const its = ERRORS[operationId]!.map((e) => String(e.status));
      const known = new Set(its.filter((status) => !(sandboxOnly && status === '404')));
      deepEqual([...known].sort(), wanted, operationId);
    }
  });

  for (const target of endpoints) {
    for (const wanted of ERRORS[target.operationId]!) {
      const { status, code, field, ...rest } = wanted;
      test(`${target.operationId}: ${status} ${code}${field ? ` of ${field}` : ''}`, async () => {
        isError(await send(target, rest), { status, code, ...(field && { field }) });
      });
    }
  }

  for (const target of endpoints.filter((e) => e.body)) {
    test(`${target.operationId}: a body that is missing or is not JSON`, async () => {
      const nothingRequired = target.method === 'POST' && target.body!.safeParse({}).success;
      const missing = nothingRequired ? [] : ['', '\uFEFF'];
      for (const body of [...missing, '{', "{'to':'A'}", '<a/>']) {
        const response = await fetch(`${server.url}/manage/v1${existing(target.path)}`, {
          method: target.method,
          headers: { authorization: `Bearer ${server.adminToken}` },
          body,
        });
        isError(
          { status: response.status, body: await response.json() },
          { status: 400, code: 'not-json' },
        );
      }
      for (const body of [null, 'text', 7, true]) {
        isError(await send(target, { body }), { status: 400, code: 'bad-request' });
      }
    });
  }

  test('of a field that does not exist names it', async () => {
    isError(await manage(server, 'GET', '/orders?stat=A'), {
      status: 400,
      code: 'bad-request',
      field: 'stat',
    });
    const body = { advanceSeconds: 1, advanceDays: 1 };
    isError(await manage(server, 'POST', '/clock', body), {
      status: 400,
      code: 'bad-request',
      field: 'advanceDays',
    });
  });
});

test('a ledger that takes nothing is 503 wherever it is needed, and what is in memory stays as it was', {
  skip: sqliteOnly,
}, async () => {
  const dataDirectory = temporaryDirectory();
  const config = { dataDirectory, callbackAllow: ALLOW_LOCAL };
  const broken = await startTestServer({ config, platforms: [platform] });
  await manage(broken, 'PATCH', '/parties/jintong/jane88', APPS);
  await manage(broken, 'POST', '/parties/jintong/jane88/keys', {});
  const before = await manage(broken, 'GET', '/parties/jintong/jane88');
  for (const [file, tables] of [
    [
      'ledger.db',
      [
        ...['orders', 'parties', 'settings', 'catalog', 'tokens'],
        ...[
          'endpoints',
          'deliveries',
          'callback_alerts',
          'listeners',
          'accounts',
          'credentials',
          'audit',
        ],
        'alarm_documents',
      ],
    ],
    ['requests.db', ['batches']],
  ] as const) {
    const db = new DatabaseSync(join(dataDirectory, file), { timeout: 5000 });
    for (const table of tables) db.exec(`ALTER TABLE ${table} RENAME TO gone_${table}`);
    db.close();
  }
  const inMemory = [
    ...['listParties', 'readParty', 'listCatalog', 'readClock', 'readOpenApi', 'readVersion'],
    ...['listPlatforms', 'readPlatform', 'listErrors', 'readCatalogEntry', 'readCallSeries'],
    ...['listReplayJobs', 'readReplayJob', 'stopReplayJob', 'listAdmissions', 'listForces'],
    ...['listScenarios', 'listScenarioRuns', 'readScenarioRun', 'stopScenarioRun'],
    ...['createForce', 'removeForce', 'startScenarioRun'], // The audit alone is written, and its absence is told.
  ];
  // Who has no token is not even known without the ledger.
  const byToken = ({ operationId }: { operationId: string }): boolean =>
    !inMemory.includes(operationId) &&
    !SUCCESSES[operationId]!.isSession &&
    !SUCCESSES[operationId]!.browser;
  for (const target of endpoints.filter(byToken)) {
    const { path = existing(target.path), body } = SUCCESSES[target.operationId]!;
    const ofBroken = target.operationId === 'endKey' ? '/parties/jintong/jane88/keys/k1' : path;
    const answer = await manage(broken, target.method, ofBroken, body);
    isError(answer, { status: 503, code: 'unavailable' });
    match(answer.body.error.message, /Nothing was changed; try again\.$/, target.operationId);
  }
  deepEqual(await manage(broken, 'GET', '/parties/jintong/jane88'), before);
  equal((await manage(broken, 'GET', '/clock')).body.offsetSeconds, 0);
});
