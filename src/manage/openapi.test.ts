// /openapi.json: an OpenAPI 3.1 page of exactly the endpoints that there are.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { manage, PLATFORM_NAMES, startTestServer } from '../../test/support.ts';
import { VERSION } from '../main.ts';
import type { Endpoint } from './endpoint.ts';
import { manageEndpoints } from './index.ts';
import { DESCRIPTIONS, TAGS } from './openapi-texts.ts';

// biome-ignore lint/suspicious/noExplicitAny: a page of JSON is read here.
type Json = any;

const server = await startTestServer();
const production = await startTestServer({ config: { environment: 'production' } });
const page: Json = (await manage(server, 'GET', '/openapi.json')).body;
const endpoints = manageEndpoints(true, VERSION);
const operationOf = ({ path, method }: Endpoint): Json =>
  page.paths[`/manage/v1${path}`][method.toLowerCase()];

const { accountId } = (await manage(server, 'POST', '/accounts', { name: 'li.na', role: 'viewer' }))
  .body;

const { tokenId } = (await manage(server, 'POST', '/api-tokens', { name: 'ci', role: 'viewer' }))
  .body;
const [{ platform, kind, key }] = (await manage(server, 'GET', '/catalog?platform=ytx')).body.items;
const entry = `/catalog/${platform}/${kind}/${key}`;
const { endpointId } = (
  await manage(server, 'POST', '/callbacks/endpoints', {
    ...{ platform: 'jintong', party: 'jane88', url: 'https://example.com/' },
  })
).body;

const { channelId } = (
  await manage(server, 'POST', '/alarm-channels', {
    ...{ name: 'nobody', type: 'webhook', url: 'https://example.com/' },
  })
).body;
const { ruleId } = (
  await manage(server, 'POST', '/alarm-rules', { name: 'x', watches: 'disk', threshold: 100 })
).body;
await server.alarms.run();
const { alarmId } = (await manage(server, 'GET', '/alarms')).body.items[0];

/** A schema, or the one that it names. */
const resolved = (schema: Json): Json =>
  schema.$ref ? page.components.schemas[schema.$ref.split('/').at(-1)] : schema;

/** A schema with everything that it names, for a reader of JSON Schema. */
const alone = (schema: Json): Json =>
  JSON.parse(
    JSON.stringify({ ...resolved(schema), $defs: page.components.schemas }).replaceAll(
      '#/components/schemas/',
      '#/$defs/',
    ),
  );

/** `METHOD path` of each operation that a page has. */
const operations = (of: Json): string[] =>
  Object.entries<object>(of.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
const expected = (list: readonly Endpoint[]): string[] =>
  list.map(({ method, path }) => `${method} /manage/v1${path}`).sort();

test('it is OpenAPI 3.1, of this version, with a bearer token or a session for everything', () => {
  equal(page.openapi, '3.1.0');
  equal(page.info.version, VERSION);
  ok(page.info.title.length > 0);
  const { type, scheme } = page.components.securitySchemes.token;
  deepEqual({ type, scheme }, { type: 'http', scheme: 'bearer' });
  ok(page.info.license.name && page.servers[0].url);
  deepEqual(page.security, [{ token: [] }, { session: [] }]);
  equal(page.components.securitySchemes.session.name, 'ordergate_session');
});

test('it lists exactly the endpoints that exist, in the sandbox and in production', async () => {
  deepEqual(operations(page), expected(endpoints));
  const other = (await manage(production, 'GET', '/openapi.json')).body;
  deepEqual(operations(other), expected(manageEndpoints(false, VERSION)));
  const missing = operations(page).filter((operation) => !operations(other).includes(operation));
  deepEqual(missing, [
    'DELETE /manage/v1/sandbox/forces/{forceId}',
    'GET /manage/v1/clock',
    'GET /manage/v1/sandbox/forces',
    'GET /manage/v1/sandbox/scenario-runs',
    'GET /manage/v1/sandbox/scenario-runs/{runId}',
    'GET /manage/v1/sandbox/scenarios',
    'POST /manage/v1/callbacks/endpoints/{endpointId}/send',
    'POST /manage/v1/clock',
    'POST /manage/v1/clock/next-deadline',
    'POST /manage/v1/sandbox/forces',
    'POST /manage/v1/sandbox/reset',
    'POST /manage/v1/sandbox/scenario-runs',
    'POST /manage/v1/sandbox/scenario-runs/{runId}/stop',
  ]);
});

test('what it lists answers, and not with 404 or 405', async () => {
  const called = await fetch(`${server.url}/Api/OrderOpenApi.ashx`, { method: 'POST', body: 'x' });
  const job = { deliveryIds: [1] };
  const { jobId } = (await manage(server, 'POST', '/callbacks/replay-jobs', job)).body;
  const text = 'title: nothing\nsteps: [{ advance: 0 s }]';
  const { runId } = (await manage(server, 'POST', '/sandbox/scenario-runs', { text })).body;
  const listener = { name: 'laptop', platform: 'jintong', party: 'jane88' };
  await manage(server, 'POST', '/callbacks/listeners', listener);
  for (const { method, path } of endpoints) {
    const filled = path
      .replace('/catalog/{platform}/{kind}/{key}', entry)
      .replace('{platform}', 'jintong')
      .replace('{orderId}', '15112480268')
      .replace('{partyId}', 'jane88')
      .replace('{accountId}', accountId)
      .replace('{number}', '1')
      .replace('{tokenId}', path.startsWith('/api') ? tokenId : 'x')
      .replace('{endpointId}', endpointId)
      .replace('{requestId}', called.headers.get('x-request-id')!)
      .replace('{jobId}', jobId)
      .replace('{runId}', runId)
      .replace('{alarmId}', alarmId)
      .replace('{ruleId}', ruleId)
      .replace('{channelId}', channelId)
      .replace('{name}', 'laptop')
      .replace('{keyId}', 'k1');
    const { status } = await manage(
      server,
      method,
      filled,
      method === 'GET' ? undefined : { nothing: 1 },
    );
    // 409: the only key of a party is not ended. 403: the admin token has no account.
    const expected = path.startsWith('/me') ? [200, 400, 403] : [200, 400, 409];
    ok(expected.includes(status), `${method} ${path}: ${status}`);
  }
});

test('operation ids are unique, and summaries are there', () => {
  const ids = endpoints.map((endpoint) => operationOf(endpoint).operationId);
  deepEqual(
    ids,
    endpoints.map((e) => e.operationId),
  );
  equal(new Set(ids).size, ids.length);
  for (const endpoint of endpoints) ok(operationOf(endpoint).summary.length > 5);
});

describe('each operation has its parameters, its body and its answers', () => {
  for (const endpoint of endpoints) {
    test(`${endpoint.method} ${endpoint.path}`, () => {
      const { parameters, requestBody, responses, security } = operationOf(endpoint);
      const named = (place: string): string[] =>
        parameters.filter((p: Json) => p.in === place).map((p: Json) => p.name);
      deepEqual(
        named('path'),
        [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]),
      );
      deepEqual(named('query'), Object.keys(endpoint.query?.shape ?? {}));
      const tagged = endpoint.method === 'GET' && endpoint.etag ? ['if-none-match'] : [];
      deepEqual(named('header'), [...Object.keys(endpoint.headers?.shape ?? {}), ...tagged]);
      equal('304' in responses, tagged.length > 0);
      for (const parameter of parameters) {
        equal(parameter.required, parameter.in === 'path', parameter.name);
        ok(parameter.schema.type ?? parameter.schema.anyOf, `${parameter.name} has a type`);
      }

      // POST without a body is `{}` where nothing is required.
      const empty = endpoint.method === 'POST' && endpoint.body?.safeParse({}).success === true;
      equal(requestBody?.required, endpoint.body ? !empty : undefined);
      if (endpoint.body) {
        const { schema, example } = requestBody.content['application/json'];
        ok(Object.keys(schema).length > 0);
        ok(endpoint.body.safeParse(example).success, JSON.stringify(example));
      }
      const { content } = responses[endpoint.status];
      if (endpoint.stream) deepEqual(Object.keys(content), [endpoint.stream]);
      else endpoint.response.parse(content['application/json'].example);

      const forCallers = endpoint.isOpen ? [] : [401, 403];
      deepEqual(security, endpoint.isOpen ? [] : undefined);
      const statuses = [
        ...[endpoint.status, 400, ...forCallers, 503],
        ...Object.keys(endpoint.errors),
      ].map(String);
      deepEqual(
        Object.keys(responses).sort(),
        [...new Set([...statuses, ...(tagged.length > 0 ? ['304'] : [])])].sort(),
      );
      for (const [status, response] of Object.entries<Json>(responses)) {
        ok(response.description.length > 0, status);
        if (status === '304' || (endpoint.stream && Number(status) < 400)) continue;
        const { schema } = response.content['application/json'];
        equal(resolved(schema).type, 'object', status);
        if (Number(status) >= 400) deepEqual(schema, { $ref: '#/components/schemas/Error' });
      }
    });
  }
});

test('each operation has a description of its own, and a tag that is described', () => {
  const tags = page.tags.map(({ name, description }: Json) => [name, description.length > 10]);
  deepEqual(
    tags.map(([name]: Json) => name),
    [...new Set(endpoints.map(({ path }) => path.split('/')[1]))].sort(
      (a, b) => Object.keys(TAGS).indexOf(a!) - Object.keys(TAGS).indexOf(b!),
    ),
  );
  ok(tags.every(([, described]: Json) => described));
  for (const endpoint of endpoints) {
    const { tags, description, summary } = operationOf(endpoint);
    equal(tags.length, 1);
    ok(description.length > 10 && description !== summary, `${endpoint.operationId}: describe it`);
  }
  deepEqual(Object.keys(DESCRIPTIONS).sort(), endpoints.map((e) => e.operationId).sort());
});

test('a schema with a name stands once, and the fields of orders are told by platform', () => {
  const { schemas } = page.components;
  for (const name of ['Order', 'OrderWithHistory', 'Party', 'Delivery', 'Request', 'Error']) {
    ok(schemas[name], name);
  }
  const { attributes } = schemas.Order.properties;
  deepEqual(
    attributes.anyOf.map(({ $ref }: Json) => $ref.split('/').at(-1)),
    PLATFORM_NAMES.map((name) => `${name[0]!.toUpperCase()}${name.slice(1)}OrderAttributes`),
  );
  deepEqual(Object.keys(schemas.NewOrder.discriminator.mapping), PLATFORM_NAMES);
  ok(schemas.YtxOrderAttributes.properties.customParm.description);
  ok(schemas.NewJintongOrder.required.includes('userName'));
});

test('every attribute that a fixture order has is described', async () => {
  const { schemas } = page.components;
  const { items } = (await manage(server, 'GET', '/orders?limit=1000')).body;
  for (const { platform, orderId, attributes, lines } of items) {
    const id = platform.charAt(0).toUpperCase() + platform.slice(1);
    const known = Object.keys(schemas[`${id}OrderAttributes`].properties);
    deepEqual(
      Object.keys(attributes).filter((name) => !known.includes(name)),
      [],
      orderId,
    );
    for (const line of lines) {
      const ofLine = Object.keys(schemas[`${id}LineAttributes`].properties);
      deepEqual(
        Object.keys(line.attributes).filter((name) => !ofLine.includes(name)),
        [],
      );
    }
  }
});

test('no reference points nowhere, and nothing is left of a schema’s own keywords', () => {
  const walk = (node: Json, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if (path.endsWith('/example')) return;
    for (const key of ['$defs', '$schema', 'id'])
      ok(!(key in node) || path.endsWith('/properties'), `${key} at ${path}`);
    if (typeof node.$ref === 'string') ok(resolved(node).type ?? resolved(node).oneOf, node.$ref);
    for (const [key, value] of Object.entries(node)) walk(value, `${path}/${key}`);
  };
  walk(page, '');
});

test('the schemas say what an integrator needs to know', () => {
  const schemaOf = (operationId: string, kind: 'body' | 'answer'): Json => {
    const endpoint = endpoints.find((e) => e.operationId === operationId)!;
    const { requestBody, responses } = operationOf(endpoint);
    const { content } = kind === 'body' ? requestBody : responses[endpoint.status];
    return resolved(content['application/json'].schema);
  };
  deepEqual(schemaOf('readClock', 'answer').required, ['now', 'offsetSeconds']);
  deepEqual(schemaOf('advanceClock', 'body').properties.advanceSeconds.minimum, 0);
  deepEqual(schemaOf('advanceClock', 'body').required, ['advanceSeconds']);
  deepEqual(schemaOf('moveOrder', 'body').required, ['to']);
  deepEqual(schemaOf('createParty', 'body').required, ['platform', 'partyId']);
  ok(schemaOf('createParty', 'answer').required.includes('secret'));
  ok(!('secret' in schemaOf('readParty', 'answer').properties));
  ok(schemaOf('readOrder', 'answer').required.includes('history'));
  const limit = operationOf(endpoints.find((e) => e.operationId === 'listOrders')!).parameters.find(
    (p: Json) => p.name === 'limit',
  );
  const { minimum, maximum, default: unless } = limit.schema;
  deepEqual({ minimum, maximum, unless }, { minimum: 1, maximum: 1000, unless: 50 });
});

test('the answers fit the schemas that the page shows, and have no field besides', async () => {
  await fetch(`${server.url}/Api/OrderOpenApi.ashx`, { method: 'POST', body: 'a call to list' });
  const paths = [
    ['listOrders', '/orders'],
    ['readOrder', '/orders/jintong/15112480268'],
    ['listParties', '/parties'],
    ['readParty', '/parties/jintong/ipbound01'],
    ['listRequests', '/requests'],
    ['readClock', '/clock'],
  ];
  for (const [operationId, path] of paths) {
    const endpoint = endpoints.find((e) => e.operationId === operationId)!;
    const schema = alone(operationOf(endpoint).responses[200].content['application/json'].schema);
    const answer = (await manage(server, 'GET', path!)).body;
    deepEqual(z.fromJSONSchema(schema).parse(answer), answer, operationId);
    const [first] = answer.items ?? [answer];
    ok(first, `${operationId} has something to show`);
    throws(() => z.fromJSONSchema(schema).parse({ ...answer, surprise: 1 }), /surprise/);
  }
});
