// The management API in the reference: every operation with its fields and answers, in both languages, from its OpenAPI page.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenApi, Schema } from '../src/reference/openapi.ts';
import { operationsOf } from '../src/reference/openapi.ts';
import { manage, startTestServer } from './support.ts';

const server = await startTestServer();
const read = async (path: string) => {
  const response = await fetch(server.url + path);
  return { status: response.status, text: await response.text() };
};
const document: OpenApi = (await manage(server, 'GET', '/openapi.json')).body;
const operations = operationsOf(document);

test('every tag, operation and answer has a text in Chinese', () => {
  const isChinese = (text: string | undefined): boolean => /\p{Script=Han}/u.test(text ?? '');
  for (const { name, 'x-zh': zh } of document.tags) ok(isChinese(zh), `tag ${name}`);
  for (const { operation } of operations) {
    const { operationId, 'x-zh': zh, responses } = operation;
    ok(isChinese(zh.summary), operationId);
    ok(isChinese(zh.description), operationId);
    for (const [status, response] of Object.entries(responses)) {
      if (status.startsWith('2')) continue;
      const { description } = response;
      ok(
        isChinese(response['x-zh']),
        `${operationId} ${status}: add "${description}" to ANSWERS_ZH`,
      );
    }
  }
});

test('the list names every operation, and links to its page', async () => {
  for (const language of ['zh', 'en'] as const) {
    const { text } = await read(`/docs/manage?lang=${language}`);
    for (const { method, path, operation } of operations) {
      ok(text.includes(`<code>${method} ${path}</code>`), path);
      ok(text.includes(`href="/docs/manage/${operation.operationId}?lang=${language}"`));
    }
  }
});

/** The names of the members of a schema, at each depth. */
function namesIn(given: Schema | undefined, depth = 0): string[] {
  if (!given || depth > 4) return [];
  const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)!]! : given;
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => [
      name,
      ...namesIn(one, depth + 1),
    ]),
    ...[...inner, ...(schema.items ? [schema.items] : [])].flatMap((one) =>
      namesIn(one, depth + 1),
    ),
  ];
}

for (const { method, path, operation } of operations) {
  const { operationId, parameters, requestBody, responses } = operation;
  test(`${operationId}: parameters, members, answers and a sample, in both languages and forms`, async () => {
    const success = Object.entries(responses).find(([status]) => status.startsWith('2'))![1];
    const names = [
      ...parameters.map(({ name }) => name),
      ...namesIn(requestBody?.content?.['application/json']?.schema),
      ...namesIn(success.content?.['application/json']?.schema),
    ];
    for (const language of ['zh', 'en'] as const) {
      const html = await read(`/docs/manage/${operationId}?lang=${language}`);
      equal(html.status, 200);
      ok(html.text.includes(`<code>${method} ${path}</code>`));
      for (const name of names) {
        match(html.text, new RegExp(`<code>(?:[\\w[\\].-]*[.\\]])?${name}</code>`), name);
      }
      for (const status of Object.keys(responses)) ok(html.text.includes(`<code>${status}</code>`));
      const markdown = await read(`/docs/manage/${operationId}.md?lang=${language}`);
      equal(markdown.status, 200);
      match(markdown.text, /```\ncurl -sS/);
    }
  });
}

test('the sample of a read is one that the server answers', async () => {
  const { text } = await read('/docs/manage/listOrders.md?lang=en');
  const [, url] = /curl -sS '([^']+)'/.exec(text)!;
  const response = await fetch(url!, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  equal(response.status, 200);
});

test('the codes of errors stand on one page with cause and remedy', async () => {
  const { body } = await manage(server, 'GET', '/errors');
  const codes = Object.keys(body.codes);
  ok(codes.length > 20);
  for (const language of ['zh', 'en'] as const) {
    const { text } = await read(`/docs/manage/errors.md?lang=${language}`);
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    deepEqual(
      rows.map((row) => /`([\w-]+)`/.exec(row)![1]),
      codes,
    );
  }
});

test('an operation that there is not is 404', async () => {
  equal((await read('/docs/manage/nothing?lang=en')).status, 404);
  equal((await read('/docs/manage/constructor?lang=en')).status, 404);
});
