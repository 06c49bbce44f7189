// Every code that an endpoint throws is in the table, and every code of the table is thrown; each error carries its row.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { manage, startTestServer } from '../../test/support.ts';
import { CORE_CODES } from '../core/errors.ts';
import { ERROR_CODES, type ErrorCodeName } from './error-codes.ts';

const src = new URL('..', import.meta.url).pathname;
const TABLE: Readonly<Record<string, (typeof ERROR_CODES)[ErrorCodeName]>> = ERROR_CODES;

/** The places whose answers below /manage/v1 are errors: its endpoints, HTTP itself, and who is let in. */
const sources = globSync(['manage/**/*.ts', 'http/**/*.ts', 'people/**/*.ts'], { cwd: src })
  .filter((file) => !file.endsWith('.test.ts') && !file.includes('error-codes'))
  .map((file) => readFileSync(`${src}${file}`, 'utf8'));

/** Status and code wherever one is thrown or answered by its name. */
function* thrown(): Generator<[status: number, code: string]> {
  const forms = [
    /new ManageError\(\s*(\d{3}),\s*'([\w-]+)'/g,
    /errorReply\(\s*(\d{3}),\s*'([\w-]+)'/g,
    /status: (\d{3}),\s*code: '([\w-]+)'/g,
  ];
  for (const text of sources) {
    for (const form of forms) {
      for (const [, status, code] of text.matchAll(form)) yield [Number(status), code!];
    }
  }
}

test('the table has every code that is thrown by name, with its status', () => {
  let found = 0;
  for (const [status, code] of thrown()) {
    found++;
    ok(code in TABLE, `the table has no ${code}`);
    ok((TABLE[code]!.statuses as readonly number[]).includes(status), `${code} with ${status}`);
  }
  ok(found > 60, `${found} places`);
});

test('every code of the table is thrown somewhere, or comes from core', () => {
  for (const code of Object.keys(TABLE)) {
    const isOfCore = (CORE_CODES as readonly string[]).includes(code);
    ok(isOfCore || sources.some((text) => text.includes(`'${code}'`)), `nothing throws ${code}`);
  }
});

test('every code has cause and remedy in both languages', () => {
  for (const [code, { cause, remedy, retry }] of Object.entries(TABLE)) {
    for (const { zh, en } of [cause, remedy]) {
      ok(/\p{Script=Han}/u.test(zh), `${code}: ${zh}`);
      ok(en.length > 10 && !/\p{Script=Han}/u.test(en), `${code}: ${en}`);
    }
    ok(['never', 'later'].includes(retry));
  }
});

test('GET /errors answers the table, and an error has the fields of its row as well as its own', async () => {
  const server = await startTestServer();
  const { body: list } = await manage(server, 'GET', '/errors');
  deepEqual(list.codes, JSON.parse(JSON.stringify(ERROR_CODES)));
  const { status, body } = await manage(server, 'GET', '/orders/jintong/404');
  equal(status, 404);
  deepEqual(Object.keys(body.error), ['code', 'message', 'field', 'cause', 'remedy', 'retry']);
  const { cause, remedy, retry } = list.codes['unknown-order'];
  deepEqual([body.error.cause, body.error.remedy, body.error.retry], [cause, remedy, retry]);
});
