// /platforms: what the server speaks, each contract as JSON, and 304 for a caller that has it already.
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { manage, PLATFORM_NAMES, startTestServer } from '../../test/support.ts';
import { platforms } from '../platforms/index.ts';

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
const source = z.union([
  z.strictObject({ settled: z.string() }),
  z.strictObject({
    document: z.string(),
    section: z.string().optional(),
    quote: z.string().optional(),
  }),
]);
const described = {
  text,
  source,
  optional: z.literal(true).optional(),
  secret: z.literal(true).optional(),
  blanks: z.enum(['trimmed', 'kept']).optional(),
  place: z.enum(['body', 'header', 'query', 'path']).optional(),
  signed: z.boolean().optional(),
};
const field: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('string'),
      example: z.string(),
      pattern: z.string().optional(),
      maxLength: z.int().optional(),
      format: z.enum(['mobile', 'shanghai-time', 'yuan', 'url']).optional(),
      ...described,
    }),
    z.strictObject({
      type: z.literal('enum'),
      example: z.string(),
      values: z.record(z.string(), text),
      ...described,
    }),
    z.strictObject({
      type: z.literal('integer'),
      example: z.int(),
      min: z.int(),
      max: z.int(),
      default: z.int().optional(),
      ...described,
    }),
    z.strictObject({
      type: z.literal('list'),
      max: z.int(),
      form: z.enum(['repeated', 'array', 'text']),
      of: field.optional(),
      fields: fields.optional(),
      ...described,
    }),
    z.strictObject({ type: z.literal('group'), fields, ...described }),
  ]),
);
const fields = z.record(
  z.string(),
  z.lazy(() => field),
);

/** Issue by issue what a reader in another language relies on: every key, and no other. */
const platformShape = z.strictObject({
  version: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string(),
  title: text,
  algorithm: z.string().optional(),
  success: z.string(),
  envelope: z.strictObject({
    http: z.string(),
    path: z.string().startsWith('/'),
    request: fields,
    reply: fields,
  }),
  methods: z.record(
    z.string(),
    z.strictObject({
      title: text,
      source,
      effect: z.enum(['read', 'write']),
      node: z.string().optional(),
      at: z.strictObject({ http: z.string(), path: z.string() }).optional(),
      once: z
        .strictObject({
          by: z.array(z.string()).min(1),
          forMs: z.union([z.int(), z.literal('ever')]),
          repeat: z.enum(['same-reply', 'refused']),
          made: z.string().optional(),
          text,
        })
        .optional(),
      params: fields,
      oneOf: z.array(z.array(z.string()).min(2)).optional(),
      reply: fields,
      replyForm: z.enum(['one', 'list', 'as-asked']).optional(),
      head: fields.optional(),
      codes: z.array(z.string()).min(1),
      samples: z
        .array(
          z.strictObject({
            title: text,
            source,
            as: z.string(),
            params: z.record(z.string(), z.unknown()),
            gives: z.string(),
          }),
        )
        .min(2),
    }),
  ),
  codes: z.record(
    z.string(),
    z.strictObject({
      wire: z.string().min(1),
      cause: text,
      remedy: text,
      retry: z.enum(['never', 'later', 'after-a-new-signature']),
      source,
      parameter: z.enum(['field', 'status']).optional(),
      otherWires: z.record(z.string(), source).optional(),
      unused: text.optional(),
      clock: z.literal(true).optional(),
    }),
  ),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      refuses: z.array(z.string()),
      reasons: z.record(z.string(), text),
    }),
  ),
});

const server = await startTestServer();
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/manage/v1${path}`, {
    headers: { authorization: `Bearer ${server.adminToken}`, ...headers },
  });

test('the list shows every platform with its title, its methods and the version of its contract', async () => {
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

for (const { name, contract, checks } of platforms) {
  test(`${name}: the answer has every key that it promises and no other, and each code is known`, async () => {
    const response = await get(`/platforms/${name}`);
    const text = await response.text();
    const body = platformShape.parse(JSON.parse(text));
    equal(response.headers.get('etag'), `"${body.version}"`);
    equal(body.name, name);
    deepEqual(Object.keys(JSON.parse(text)).slice(0, 3), ['version', 'name', 'title']);
    for (const { codes, effect, once } of Object.values(body.methods)) {
      for (const code of codes) ok(code in body.codes, code);
      if (effect === 'write') ok(once, 'a write says what makes two calls one');
    }
    deepEqual(
      body.checks.map(({ name, refuses }) => [name, refuses]),
      checks.stated.map(({ name, refuses }) => [name, Object.keys(refuses)]),
    );
    for (const { refuses, reasons } of body.checks) deepEqual(Object.keys(reasons), refuses);
    const patterns = [...text.matchAll(/"pattern":"((?:[^"\\\\]|\\\\.)*)"/g)];
    ok(patterns.length > 0);
    for (const [, source] of patterns) new RegExp(JSON.parse(`"${source}"`), 'u');
    deepEqual(Object.keys(body.methods), Object.keys(contract.methods));
  });
}

test('a caller that sends the current ETag (strong, weak, in a list, or *) gets 304 without a body', async () => {
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

test('after a change of a party the answer is 200 again; If-None-Match has no effect on calls that change something', async () => {
  const path = '/parties/jintong/ipbound01';
  const etag = (await get(path)).headers.get('etag')!;
  const header = { 'if-none-match': etag };
  equal((await manage(server, 'PATCH', path, { enabled: false }, header)).status, 200);
  const again = await get(path, header);
  deepEqual([again.status, ((await again.json()) as { enabled: boolean }).enabled], [200, false]);
});

test('an unknown platform gets 404 with the list of platforms', async () => {
  const { status, body } = await manage(server, 'GET', '/platforms/taobao');
  deepEqual([status, body.error.code], [404, 'unknown-platform']);
  ok(body.error.message.includes(`"taobao"; there are: ${PLATFORM_NAMES.join(', ')}`));
});
