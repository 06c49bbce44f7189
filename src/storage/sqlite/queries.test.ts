// Tests that a list of orders is the same by every index: where few rows fit, and where many do.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { anOrder, create, suiteDirectory, T0 } from '../../../test/storage/fixtures.ts';
import { Sealer } from '../seal.ts';
import { openSqlite } from './open.ts';
import { listOrders } from './queries.ts';

const directory = suiteDirectory();
const storage = await openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));
const orders = Array.from({ length: 240 }, (_, i) =>
  anOrder(['jintong', 'suning', 'ytx'][i % 3]!, `${i % 2 === 0 ? 'a' : 'b'}${i % 7}${i}`, {
    createdAt: T0 + Math.floor(i / 2),
    state: ['new', 'paid', 'done', 'rare'][i % 50 === 0 ? 3 : i % 3]!,
    owner: `o${i % 5}`,
  }),
);
for (const platform of new Set(orders.map((one) => one.platform))) {
  await create(
    storage.ledger,
    orders.filter((one) => one.platform === platform),
  );
}
await storage.close();
const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

test('property: every plan of a list finds the same orders, newest first, page by page', () => {
  const filters = fc.record({
    platform: maybe('jintong', 'suning', 'none'),
    state: maybe('new', 'paid', 'rare', 'none'),
    owner: maybe('o0', 'o3', 'nobody'),
    q: maybe('a', 'b1', `${orders[17]!.orderId}`, 'zzz'),
    from: maybe(T0 + 20),
    to: maybe(T0 + 90),
  });
  fc.assert(
    fc.property(filters, fc.integer({ min: 1, max: 40 }), (query, limit) => {
      const wanted = orders
        .filter(
          (one) =>
            one.platform === (query.platform ?? one.platform) &&
            one.state === (query.state ?? one.state) &&
            one.owner === (query.owner ?? one.owner) &&
            one.orderId.startsWith(query.q ?? '') &&
            one.createdAt >= (query.from ?? 0) &&
            one.createdAt < (query.to ?? Number.POSITIVE_INFINITY),
        )
        .map(({ orderId }) => orderId);
      for (const few of [1, 30, 1000]) {
        const found: string[] = [];
        let last = Number.POSITIVE_INFINITY;
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = listOrders(db, { ...query, limit, cursor }, few);
          for (const { orderId, createdAt } of page.items) {
            assert.ok(createdAt <= last, 'newest first');
            last = createdAt;
            found.push(orderId);
          }
          cursor = page.nextCursor;
        }
        assert.deepEqual(found.toSorted(), wanted.toSorted(), `few ${few}`);
      }
    }),
  );
});
