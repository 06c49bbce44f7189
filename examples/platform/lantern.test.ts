// Lantern on a real server in this process: its bytes, statuses and codes, and what Ordergate makes of it by itself.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { platforms, readConfig, startOrdergate } from 'ordergate';
import { createClient, RefusedError } from 'ordergate/client';
import { LedgerUnavailableError, signatureOf } from 'ordergate/platform';
import { testPlatform } from 'ordergate/testing';
import { lantern as protocol } from './client.ts';
import { CODES, STATUS } from './codes.ts';
import lantern from './index.ts';
import { scheme } from './signature.ts';

testPlatform({ platform: lantern, client: protocol, folder: new URL('./', import.meta.url) });

const directory = mkdtempSync(join(tmpdir(), 'lantern-'));
const settings = {
  ORDERGATE_LOG_LEVEL: 'silent',
  ORDERGATE_CALLBACK_ALLOW: '127.0.0.1',
};
const server = await startOrdergate({
  config: readConfig({ port: '0', data: directory }, settings),
  platforms: [...platforms, lantern],
});
after(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

const SECRETS = {
  cinema01: 'f3c1b7a9e5d24086bb1f0c9e7d6a5b43',
  cinema02: '0a9b8c7d6e5f40312211a0b9c8d7e6f5',
} as const;
const ORDER = { film: '城南旧事', seats: 2, amount: '79.80', mobile: '18800000804' };
const READ = '/lantern/v1/orders/L570CDB0E765E8769';

interface Given {
  readonly partner?: keyof typeof SECRETS;
  readonly secret?: string;
  readonly time?: number;
  readonly headers?: Record<string, string>;
  /** Default: the server of all tests. */
  readonly baseUrl?: string;
}

/** Sends real bytes, signed; what `headers` gives wins. */
async function send(method: string, target: string, body = '', given: Given = {}) {
  const { partner = 'cinema01', secret = SECRETS[partner] } = given;
  const time = String(given.time ?? Math.floor(server.clock.now() / 1000));
  const response = await fetch((given.baseUrl ?? server.url) + target, {
    method,
    headers: {
      'x-lantern-partner': partner,
      'x-lantern-time': time,
      'x-lantern-sign': signatureOf(scheme, { method, target, time, body }, secret),
      ...given.headers,
    },
    ...(body !== '' && { body }),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, reply: text === '' ? null : JSON.parse(text) };
}

const create = (fields: object, given?: Given) =>
  send('POST', '/lantern/v1/orders', JSON.stringify({ ...ORDER, ...fields }), given);

async function manage(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/manage/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  return { status: response.status, body: (await response.json()) as any };
}

const reached = new Set<string>();
async function gives(code: keyof typeof CODES, status: number, answer: ReturnType<typeof send>) {
  const { status: its, reply } = await answer;
  deepEqual([reply.code, its], [code, status]);
  equal(reply.message, CODES[code].wire);
  reached.add(code);
  return reply.data;
}

test('L5: an order is 201, the same number again 200, and with other content CONFLICT', async () => {
  const made = await gives('OK', 201, create({ outTradeNo: 'A1' }));
  deepEqual(made, { ...made, outTradeNo: 'A1', state: 'paid', amount: '79.80' });
  deepEqual(await gives('OK', 200, create({ outTradeNo: 'A1' })), made);
  await gives('CONFLICT', 409, create({ outTradeNo: 'A1', seats: 3 }));
  const { body } = await manage('GET', `/orders/lantern/${made.orderId}`);
  equal(body.history.length, 1);
  deepEqual([body.state, body.party], ['paid', 'cinema01']);
});

test('L6: GET reads an order, HEAD says as much without a body, and nobody reads that of others', async () => {
  const short = await gives('OK', 200, send('GET', READ));
  deepEqual(Object.keys(short), ['orderId', 'outTradeNo', 'state', 'amount']);
  const whole = await gives('OK', 200, send('GET', `${READ}?fields=all`));
  deepEqual([whole.film, whole.seats], ['城南旧事', 2]);
  const head = await send('HEAD', READ);
  deepEqual([head.status, head.reply], [200, null]);
  await gives('UNKNOWN_ORDER', 404, send('GET', '/lantern/v1/orders/L0000000000000000'));
  await gives('UNKNOWN_ORDER', 404, send('GET', READ, '', { partner: 'cinema02' }));
});

test('L2: another key, method, path, query, time or body is 401 BAD_SIGNATURE', async () => {
  await gives(
    'BAD_SIGNATURE',
    401,
    send('GET', READ, '', { secret: 'another secret of a partner' }),
  );
  const time = String(Math.floor(server.clock.now() / 1000));
  const right = { method: 'GET', target: READ, time, body: '' };
  for (const other of [
    { method: 'POST' },
    { target: `${READ}0` },
    { target: `${READ}?fields=all` },
    { time: String(Number(time) + 1) },
    { body: ' ' },
  ]) {
    const sign = signatureOf(scheme, { ...right, ...other }, SECRETS.cinema01);
    const headers = { 'x-lantern-sign': sign, 'x-lantern-time': time };
    await gives('BAD_SIGNATURE', 401, send('GET', READ, '', { headers }));
  }
  for (const sign of ['', 'nonsense', '0'.repeat(63)]) {
    await gives(
      'BAD_SIGNATURE',
      401,
      send('GET', READ, '', { headers: { 'x-lantern-sign': sign } }),
    );
  }
  const upper = signatureOf(scheme, right, SECRETS.cinema01).toUpperCase();
  const headers = { 'x-lantern-sign': upper, 'x-lantern-time': time };
  await gives('OK', 200, send('GET', READ, '', { headers }));
});

test('L1, L3: who is not known, and who is too late or too early, is 401', async () => {
  await gives(
    'UNKNOWN_PARTNER',
    401,
    send('GET', READ, '', { headers: { 'x-lantern-partner': 'x' } }),
  );
  const now = Math.floor(server.clock.now() / 1000);
  for (const time of [now - 310, now + 310]) {
    await gives('STALE_TIME', 401, send('GET', READ, '', { time }));
  }
  await gives('OK', 200, send('GET', READ, '', { time: now - 290 }));
});

test('a field that the contract does not allow is BAD_REQUEST, and the request log names it', async () => {
  for (const [fields, named] of [
    [{ outTradeNo: '' }, 'outTradeNo is empty'],
    [{ outTradeNo: 'A2', seats: 11 }, 'seats is out-of-range'],
    [{ outTradeNo: 'A2', mobile: '1' }, 'mobile is malformed'],
    [{ outTradeNo: 'A2', more: '1' }, 'more is not-defined'],
  ] as const) {
    await gives('BAD_REQUEST', 400, create(fields));
    const { body } = await manage('GET', '/requests?platform=lantern&limit=1');
    equal(body.items[0].detail, named);
  }
  await gives('BAD_REQUEST', 400, send('POST', '/lantern/v1/orders', '['));
  await gives('BAD_REQUEST', 400, send('GET', `${READ}?fields=some`));
});

test('a limit of the partner is 429, with Retry-After', async () => {
  const at = { partner: 'cinema02' } as const;
  let refused = await send('GET', READ, '', at);
  for (let i = 0; i < 20 && refused.status !== 429; i++) refused = await send('GET', READ, '', at);
  await gives('TOO_MANY', 429, Promise.resolve(refused));
  equal(refused.headers.get('retry-after'), '1');
});

test('another method is 405 with Allow, in the form of Lantern, and in its request log', async () => {
  for (const [method, target, allow] of [
    ['GET', '/lantern/v1/orders', 'POST'],
    ['POST', READ, 'GET'],
    ['DELETE', READ, 'GET'],
  ] as const) {
    const { status, headers, reply } = await send(method, target);
    deepEqual([status, headers.get('allow')], [405, allow]);
    deepEqual(reply, { code: 'METHOD_NOT_ALLOWED', message: `${target} takes ${allow}` });
    const { body } = await manage('GET', '/requests?platform=lantern&limit=1');
    deepEqual(
      [body.items[0].outcome, String(body.items[0].id)],
      ['HTTP 405', headers.get('x-request-id')],
    );
  }
  const lost = await send('GET', '/lantern/v1/films');
  deepEqual([lost.status, lost.reply.code], [404, 'NOT_FOUND']);
});

test('a ledger that is away is 503 UNAVAILABLE, and a mistake of the code 500 FAULT', async () => {
  // The same platform with operations that fail, on a server of its own: real bytes get the answer.
  let failure: Error = new LedgerUnavailableError('the ledger is away');
  const failing = { ...lantern, execute: () => Promise.reject(failure) };
  const other = mkdtempSync(join(tmpdir(), 'lantern-'));
  const config = readConfig({ port: '0', data: other }, settings);
  const broken = await startOrdergate({ config, platforms: [failing] });
  await gives('UNAVAILABLE', 503, send('GET', READ, '', { baseUrl: broken.url }));
  failure = new Error('a mistake');
  await gives('FAULT', 500, send('GET', READ, '', { baseUrl: broken.url }));
  await broken.close();
  rmSync(other, { recursive: true });
});

test('every code of the table was reached', () => {
  deepEqual([...reached].sort(), Object.keys(CODES).sort());
});

const client = createClient(protocol, {
  baseUrl: server.url,
  credentials: { partner: 'cinema01', secret: SECRETS.cinema01 },
});

test('the typed client creates and reads; a refusal has its cause, remedy and clause', async () => {
  const made = await client.call('order.create', { ...ORDER, outTradeNo: 'C1' });
  const read = await client.call('order.read', { orderId: made.orderId, fields: 'all' });
  deepEqual([read.outTradeNo, read.state, read.seats], ['C1', 'paid', 2]);
  const credentials = { partner: 'cinema01', secret: 'another secret of a partner' };
  const stranger = createClient(protocol, { baseUrl: server.url, credentials });
  const result = await stranger.try('order.read', { orderId: made.orderId });
  ok(!result.ok && result.error instanceof RefusedError);
  const { code, remedy, retry, clause } = result.error.refused;
  deepEqual([code, retry, clause], ['BAD_SIGNATURE', 'after-a-new-signature', { settled: 'L2' }]);
  equal(remedy?.en, CODES.BAD_SIGNATURE.remedy.en);
});

test('the management API answers the contract, with algorithm, methods, codes and checks', async () => {
  const { body } = await manage('GET', '/platforms/lantern');
  deepEqual([body.algorithm, body.title.en], ['hmac-sha256', 'Lantern']);
  deepEqual(Object.keys(body.methods), ['order.create', 'order.read']);
  deepEqual(body.methods['order.read'].at, { http: 'GET', path: '/lantern/v1/orders/{orderId}' });
  equal(body.codes.BAD_SIGNATURE.remedy.en, CODES.BAD_SIGNATURE.remedy.en);
  deepEqual(
    body.checks.map(({ name }: { name: string }) => name),
    lantern.checks.names,
  );
  const list = (await manage('GET', '/platforms')).body.items.map((p: { name: string }) => p.name);
  deepEqual(list, ['jintong', 'suning', 'ytx', 'lantern']);
  const openapi = (await manage('GET', '/openapi.json')).body;
  ok(openapi.components.schemas.LanternOrderAttributes.properties.film);
});

test('the request log holds neither a mobile number nor a secret, and shows the string to sign', async () => {
  await create({ outTradeNo: 'A3' });
  const page = (await manage('GET', '/requests?platform=lantern&limit=1')).body.items[0];
  deepEqual([page.party, page.method, page.outcome], ['cinema01', 'order.create', 'OK']);
  const { body: one } = await manage('GET', `/requests/${page.id}`);
  match(one.stringToSign, /^POST\n\/lantern\/v1\/orders\n\d{10}\n[0-9a-f]{64}$/);
  match(one.body, /"mobile":"188\*\*\*\*0804"/);
  await send('GET', `${READ}?fields=all`);
  const read = (await manage('GET', '/requests?platform=lantern&limit=1')).body.items[0];
  const { body: query } = await manage('GET', `/requests/${read.id}`);
  equal(query.body, `${READ}?fields=all`);
  const all = JSON.stringify([one, query]);
  for (const secret of [...Object.values(SECRETS), ORDER.mobile]) ok(!all.includes(secret));
});

test('metrics count its calls', async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  match(text, /platform="lantern",method="order\.create",outcome="OK"/);
});

test('L8: an issued order is posted to the partner, again at the times of Lantern, until SUCCESS', async () => {
  const bodies: string[] = [];
  let answer = '{"code":"BUSY"}';
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
    request.on('end', () => response.end(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => receiver.once('listening', listening));
  after(() => receiver.close().closeAllConnections());
  const { port } = receiver.address() as { port: number };
  const callbackUrl = `http://127.0.0.1:${port}/told`;
  const patched = await manage('PATCH', '/parties/lantern/cinema01', {
    attributes: { callbackUrl },
  });
  equal(patched.status, 200, JSON.stringify(patched.body));
  const { orderId } = (await create({ outTradeNo: 'A4' })).reply.data;
  await manage('POST', `/orders/lantern/${orderId}/transitions`, { to: 'issued' });
  await server.callbacks.drain();
  deepEqual(JSON.parse(bodies[0]!), {
    orderId,
    outTradeNo: 'A4',
    state: 'issued',
    amount: '79.80',
  });
  const deliveries = async () =>
    (await manage('GET', `/callbacks/deliveries?platform=lantern&orderId=${orderId}`)).body.items;
  const [failed] = await deliveries();
  equal(failed.attempts[0].error, 'the answer is not {"code":"SUCCESS"}');
  answer = '{"code":"SUCCESS"}';
  await manage('POST', '/clock', { advanceSeconds: 10 });
  const [delivered] = await deliveries();
  deepEqual([delivered.state, delivered.attempts.length, bodies.length], ['delivered', 2, 2]);
  const [endpoint] = (await manage('GET', '/callbacks/endpoints?platform=lantern')).body.items;
  deepEqual([endpoint.origin, endpoint.preset], ['declared', 'platform']);
});

test('each of its codes can be forced in a sandbox, and nothing is done for one', async () => {
  const orders = async () => (await manage('GET', '/orders?platform=lantern')).body.items.length;
  const before = await orders();
  for (const [code, { wire }] of Object.entries(CODES)) {
    const headers = { 'x-sandbox-force': `code=${code}` };
    const { status, reply, headers: told } = await create({ outTradeNo: 'A5' }, { headers });
    deepEqual([reply, status], [{ code, message: wire }, STATUS[code as keyof typeof STATUS]]);
    equal(told.get('x-sandbox-forced'), `code=${code}`);
  }
  equal(await orders(), before);
  const unknown = await create({ outTradeNo: 'A5' }, { headers: { 'x-sandbox-force': 'code=NO' } });
  deepEqual([unknown.status, unknown.reply.code], [500, 'FAULT']);
  match(
    unknown.headers.get('x-sandbox-force-problem')!,
    /^lantern has no code "NO"; there are: OK/,
  );
});

test('the signature detective knows Lantern by its evidence', async () => {
  const time = String(Math.floor(server.clock.now() / 1000));
  const signed = { method: 'GET', target: READ, time, body: '' };
  const ask = async (sign: string) => {
    const headers = {
      'x-lantern-partner': 'cinema01',
      'x-lantern-time': time,
      'x-lantern-sign': sign,
    };
    const response = await fetch(`${server.url}/manage/v1/debug/signature`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminToken}` },
      body: JSON.stringify({ platform: 'lantern', url: READ, method: 'GET', headers }),
    });
    const { ok: isRight, causes } = (await response.json()) as {
      ok: boolean;
      causes: { id: string }[];
    };
    return [isRight, ...causes.map(({ id }) => id)];
  };
  const with_ = (text: string, key: string = SECRETS.cinema01): string =>
    createHmac('sha256', key).update(text).digest('hex');
  const lines = ['GET', READ, time, createHash('sha256').digest('hex')];
  deepEqual(await ask(signatureOf(scheme, signed, SECRETS.cinema01)), [true]);
  deepEqual(await ask(with_(lines.join('\n'), SECRETS.cinema02)), [false, 'wrong-key:other-party']);
  deepEqual(await ask(with_(lines.join(''))), [false, 'separators']);
  deepEqual(await ask(with_(lines.join('&'))), [false, 'separators']);
  const millis = [lines[0], lines[1], `${time}000`, lines[3]].join('\n');
  deepEqual(await ask(with_(millis, `${SECRETS.cinema01}\n`)), [
    false,
    'key-blanks',
    'time-format',
  ]);
});
