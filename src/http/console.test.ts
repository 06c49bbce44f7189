// Tests the console's page and files: caching, compression, and a restrictive content security
// policy.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startTestServer, temporaryDirectory } from '../../test/support.ts';
import { chooseCoding } from './built-files.ts';
import { CONSOLE_CSP, consoleRoutes } from './console.ts';
import type { HttpCall } from './routes.ts';

const built = existsSync(new URL('../../dist/console/index.html', import.meta.url));
const skip = !built && 'the console is not built: run "npm ci"';
const server = await startTestServer();

const raw = (path: string, encoding: string) =>
  new Promise<{ headers: Record<string, unknown>; status: number; body: Buffer }>(
    (resolve, reject) => {
      const { get } = process.getBuiltinModule('node:http');
      get(server.url + path, { headers: { 'accept-encoding': encoding } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            headers: response.headers,
            status: response.statusCode!,
            body: Buffer.concat(chunks),
          }),
        );
      }).on('error', reject);
    },
  );

describe('the console', { skip }, () => {
  test('every page is the same HTML, revalidated each time, without inline scripts', async () => {
    const paths = ['/console', '/console/', '/console/orders', '/console/orders/jintong/1'];
    const texts = new Set<string>();
    for (const path of paths) {
      const response = await fetch(server.url + path);
      equal(response.status, 200, path);
      equal(response.headers.get('cache-control'), 'no-cache');
      equal(response.headers.get('content-security-policy'), CONSOLE_CSP);
      texts.add(await response.text());
    }
    equal(texts.size, 1);
    const [html] = [...texts];
    ok(!/<script(?![^>]*\bsrc=)/.test(html!), 'no script stands in the page');
    const hosts = [...html!.matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => found[1]!);
    ok(hosts.length > 2 && hosts.every((target) => target.startsWith('/console/')), String(hosts));
  });

  test('scripts come only from this server, and none is created from text', () => {
    match(CONSOLE_CSP, /script-src 'self';/);
    ok(!CONSOLE_CSP.includes('unsafe-eval'));
    ok(!/script-src[^;]*unsafe/.test(CONSOLE_CSP));
    match(CONSOLE_CSP, /connect-src 'self'/);
  });

  test('a hashed file may be cached for a year, and is sent in a compression that the caller accepts', async () => {
    const html = await (await fetch(`${server.url}/console`)).text();
    const file = /src="(\/console\/assets\/[^"]+\.js)"/.exec(html)![1]!;
    const [plain, gzip, br] = [
      await raw(file, 'identity'),
      await raw(file, 'gzip'),
      await raw(file, 'gzip, deflate, br'),
    ];
    for (const { headers, status } of [plain, gzip, br]) {
      equal(status, 200);
      equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      equal(headers.vary, 'accept-encoding');
      match(String(headers['content-type']), /^text\/javascript/);
    }
    deepEqual(
      [plain, gzip, br].map(({ headers }) => headers['content-encoding']),
      [undefined, 'gzip', 'br'],
    );
    ok(gunzipSync(gzip.body).equals(plain.body));
    ok(brotliDecompressSync(br.body).equals(plain.body));
    ok(br.body.length < gzip.body.length && gzip.body.length < plain.body.length / 2);
  });

  test('a missing file gives 404, also through a path with dots', async () => {
    for (const path of [
      '/console/assets/nosuch.js',
      '/console/assets/..%2Findex.html',
      '/console/assets/..%2F..%2F..%2Fpackage.json',
      '/console/nosuch',
    ]) {
      equal((await fetch(server.url + path)).status, 404, path);
    }
  });

  test('a mistyped page gives 404 with the console, which says so to a person', async () => {
    const reply = await fetch(`${server.url}/console/nosuch`);
    equal(reply.status, 404);
    equal(await reply.text(), await (await fetch(`${server.url}/console`)).text());
  });
});

test('a coding with q=0 is not used', () => {
  equal(chooseCoding('br;q=0, gzip'), 'gzip');
  equal(chooseCoding('gzip;q=0.0'), 'identity');
  equal(chooseCoding(undefined), 'identity');
});

test('if the console is not built, the page says what to do', async () => {
  const empty = consoleRoutes(new URL(`file://${temporaryDirectory()}/`));
  const page = empty.find(({ path }) => path === '/console')!;
  const { status, body } = await page.handle({ params: {}, headers: {} } as unknown as HttpCall);
  equal(status, 503);
  match(String(body), /Run "npm ci"/);
});
