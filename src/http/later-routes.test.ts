// Tests routes whose code is loaded at the first request: the server answers as if it had always had them.
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AddressList } from '../directory/addresses.ts';
import type { Route } from './routes.ts';
import { HttpServer } from './server.ts';

const ROUTE: Route = {
  ...{ method: 'POST', path: '/manage/v1/{name}', access: 'open' },
  handle: async ({ params, body }) => ({
    ...{ status: 200, contentType: 'text/plain', body: `${params.name}: ${body}` },
  }),
};

/** Each entry settles one call of `load`. */
const loads: PromiseWithResolvers<readonly Route[]>[] = [];
const faults: unknown[] = [];
/** Resolves when `load` is called for the next time. */
let asked = Promise.withResolvers<void>();

const server = new HttpServer({
  ...{ host: '127.0.0.1', port: 0, trustsLoopback: true, maxConnections: 10 },
  trustedProxies: new AddressList([]),
  admit: () => ({ status: 401, code: 'unauthorized', message: '' }),
  routes: [
    {
      ...{ method: 'GET', path: '/healthz', access: 'open' },
      handle: async () => ({ status: 200, contentType: 'text/plain', body: 'ok' }),
    },
  ],
  later: {
    below: '/manage/v1/',
    load() {
      const load = Promise.withResolvers<readonly Route[]>();
      loads.push(load);
      asked.resolve();
      return load.promise;
    },
  },
  platformOf: () => undefined,
  onFault: (fault) => faults.push(fault),
  onRefused: () => ({ status: 500, contentType: 'text/plain', body: '' }),
  onConnectionLimit() {},
});

let url: string;
before(async () => {
  url = await server.listen();
});
after(() => server.close());

const post = (body: string) => fetch(`${url}/manage/v1/orders`, { method: 'POST', body });

async function nextLoad(): Promise<PromiseWithResolvers<readonly Route[]>> {
  await asked.promise;
  asked = Promise.withResolvers<void>();
  return loads.at(-1)!;
}

test('no other URL waits for the load, nor begins it', async () => {
  equal(await (await fetch(`${url}/healthz`)).text(), 'ok');
  equal((await fetch(`${url}/manage/v2/orders`)).status, 404);
  equal(loads.length, 0);
});

test('a load that fails is a fault of ours, and the next request loads again', async () => {
  const answer = post('1');
  const fault = new Error('the files of the package were replaced');
  (await nextLoad()).reject(fault);
  const { status } = await answer;
  equal(status, 500);
  deepEqual(faults, [fault]);
});

test('a request that arrives during the load is answered after it, with its body', async () => {
  const body = 'x'.repeat(300_000);
  const answer = post(body);
  (await nextLoad()).resolve([ROUTE]);
  equal(await (await answer).text(), `orders: ${body}`);
});

test('after the load the routes are like all others, and nothing is loaded again', async () => {
  const { length } = loads;
  equal(await (await post('2')).text(), 'orders: 2');
  const refused = await fetch(`${url}/manage/v1/orders`);
  equal(refused.status, 405);
  match(String(refused.headers.get('allow')), /POST/);
  equal((await fetch(`${url}/manage/v1/a/b`)).status, 404);
  equal(loads.length, length);
});
