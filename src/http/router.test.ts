// Tests that a remembered path is answered as it was the first time, whatever is asked in between.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { Router } from './router.ts';
import type { Route } from './routes.ts';

const route = (method: Route['method'], path: string, more: Partial<Route> = {}): Route => ({
  ...{ method, path, access: 'open', ...more },
  handle: async () => ({ status: 200, contentType: 'text/plain', body: path }),
});
const router = new Router([
  route('GET', '/a/{one}/{two}'),
  route('POST', '/a/{one}/{two}', { platform: 'p' }),
  route('GET', '/once/{id}', { changes: true }),
]);

const found = (method: string, path: string) => {
  const match = router.find(method, path);
  if (!match) return null;
  return 'route' in match ? [match.route.method, match.params] : match.allowed;
};

test('each method of a path has its own match, the second time as the first', () => {
  for (let time = 0; time < 2; time++) {
    deepEqual(found('GET', '/a/x%20y/2'), ['GET', { one: 'x y', two: '2' }]);
    deepEqual(found('POST', '/a/x%20y/2'), ['POST', { one: 'x y', two: '2' }]);
    deepEqual(found('HEAD', '/a/x%20y/2'), ['GET', { one: 'x y', two: '2' }]);
    deepEqual(found('PUT', '/a/x%20y/2'), ['GET', 'POST']);
    deepEqual(found('GET', '/once/1'), ['GET', { id: '1' }]);
    deepEqual(found('HEAD', '/once/1'), ['GET'], 'a GET that changes something serves no HEAD');
    equal(found('GET', '/a/%zz/2'), null);
  }
});

test('more paths than are remembered, and long ones, are still found', () => {
  for (let time = 0; time < 2; time++) {
    for (let i = 0; i < 1200; i++)
      deepEqual(found('GET', `/once/${i}`), ['GET', { id: String(i) }]);
    const id = 'x'.repeat(2000);
    deepEqual(found('GET', `/once/${id}`), ['GET', { id }]);
  }
});
