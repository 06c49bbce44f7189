// Every management endpoint × every role: what the table of roles allows is carried out, and all else is 403.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { startTestServer } from '../../test/support.ts';
import { ROLES, TOKEN_ROLES } from '../core/account.ts';
import { manageEndpoints } from './index.ts';
import { LEAST_ROLES, may } from './roles.ts';

const server = await startTestServer();
const endpoints = manageEndpoints(true, '0');
/** A path of the endpoint that names nothing that is there, so that what is allowed changes nothing. */
const pathOf = (path: string): string => `/manage/v1${path.replace(/\{\w+\}/g, 'nothing-here')}`;
const endsAt = Date.now() + 600_000;
const tokens = new Map<string, string>();
const scope = { platform: 'jintong', partyId: 'jane88' };
for (const role of TOKEN_ROLES) {
  const its = role === 'partner' && { scope };
  const made = { name: `test-${role}`, role, createdBy: 'test', expiresAt: endsAt, ...its };
  tokens.set(role, (await server.people.createToken(made)).secret);
}
/** Undefined of an answer that is no error, such as a file. */
const errorOf = (text: string): { code: string } | undefined =>
  text.startsWith('{"error"') ? JSON.parse(text).error : undefined;
const codeOf = async (method: string, path: string, headers: Record<string, string>) => {
  const body = method === 'GET' ? {} : { body: '{"this":"is no field"}' };
  const response = await fetch(server.url + path, { method, headers, ...body });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await response.body?.cancel(); // It has no end.
  const text = isStream ? '' : await response.text();
  return [response.status, errorOf(text)?.code] as const;
};

test('the table has one line for each endpoint, and no other line', () => {
  deepEqual(
    endpoints.map(({ operationId }) => operationId).toSorted(),
    Object.keys(LEAST_ROLES).toSorted(),
  );
});

describe('by an API token', () => {
  for (const { method, path, operationId, isOpen } of endpoints) {
    test(`${method} ${path}: from ${LEAST_ROLES[operationId]} on`, async () => {
      for (const role of TOKEN_ROLES) {
        const headers = { authorization: `Bearer ${tokens.get(role)}` };
        const [status, code] = await codeOf(method, pathOf(path), headers);
        if (may(role, operationId)) {
          ok(status !== 401 && code !== 'forbidden' && status < 500, `${role}: ${status} ${code}`);
        } else deepEqual([status, code], [403, 'forbidden'], role);
      }
      // One that is open answers everybody, whatever token they bring.
      const stranger = isOpen ? 200 : 401;
      equal((await codeOf(method, pathOf(path), {}))[0], stranger);
      const wrong = { authorization: `Bearer ${tokens.get('admin')}x` };
      equal((await codeOf(method, pathOf(path), wrong))[0], stranger);
    });
  }
});

test('a session has the same rights as an API token of its role', async () => {
  for (const role of ROLES) {
    const password = 'correct horse battery';
    await makeAccount(server, `walks-${role}`, role, password);
    const browser = new Browser(server);
    await browser.form('/console/sign-in', { name: `walks-${role}`, password });
    for (const { method, path, operationId } of endpoints) {
      if (path.startsWith('/me')) continue; // Some of these end the session.
      const body = method === 'GET' ? {} : { body: '{"this":"is no field"}' };
      const { status, text } = await browser.send(method, pathOf(path), body);
      const error = errorOf(text);
      equal(
        status === 403 && error?.code === 'forbidden',
        !may(role, operationId),
        `${role} ${operationId}: ${status}`,
      );
    }
  }
});

test('an expired token and a revoked token open nothing; the admin token still works', async () => {
  const ask = async (secret: string) =>
    (await fetch(`${server.url}/manage/v1/me`, { headers: { authorization: `Bearer ${secret}` } }))
      .status;
  const fields = { name: 'short', role: 'admin', createdBy: 'test' } as const;
  const over = await server.people.createToken({ ...fields, expiresAt: Date.now() - 1 });
  equal(await ask(over.secret), 401);
  const ended = await server.people.createToken({ ...fields, expiresAt: endsAt });
  equal(await ask(ended.secret), 200);
  await server.storage.people.endCredentials({
    kind: 'token',
    credentialId: ended.token.credentialId,
  });
  equal(await ask(ended.secret), 401);
  equal(await ask(server.adminToken), 200);
});

test('an operator switches an endpoint off and on, and does not send its callbacks elsewhere', async () => {
  const ask = async (role: string, method: string, path: string, body: object) => {
    const headers = { authorization: `Bearer ${tokens.get(role)}` };
    const init = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${server.url}/manage/v1/callbacks/endpoints${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const url = 'https://8.8.8.8/hooks';
  const made = await ask('admin', 'POST', '', { platform: 'jintong', party: 'jane88', url });
  equal(made.status, 201);
  const path = `/${made.body.endpointId}`;
  for (const change of [
    { url: 'https://8.8.8.8/elsewhere' },
    { enabled: true, eventTypes: ['order.moved'] },
    { preset: 'wechat' },
    { expects: 'ok' },
  ]) {
    equal((await ask('operator', 'PATCH', path, change)).status, 403, JSON.stringify(change));
  }
  for (const enabled of [false, true]) {
    const switched = await ask('operator', 'PATCH', path, { enabled });
    deepEqual([switched.status, switched.body.enabled, switched.body.url], [200, enabled, url]);
  }
  equal((await ask('admin', 'PATCH', path, { url: 'https://8.8.8.8/b' })).status, 200);
});

test('no answer, of an error either, stays in a cache or is taken for a page', async () => {
  const headers = { authorization: `Bearer ${tokens.get('viewer')}` };
  for (const path of ['/me', '/orders', '/parties/jintong/jane88', '/audit', '/exports/orders']) {
    const { headers: got } = await fetch(`${server.url}/manage/v1${path}`, { headers });
    deepEqual(
      [got.get('cache-control'), got.get('x-content-type-options')],
      ['no-store', 'nosniff'],
      path,
    );
  }
});
