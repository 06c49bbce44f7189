// A creation of many orders is written by another connection: nobody sees a part of it, and what comes after it is
// counted, summed and chained as ever.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  anOrder,
  asNew,
  change,
  create,
  suiteDirectory,
  T0,
} from '../../../test/storage/fixtures.ts';
import type { CreateRequest, NewOrder } from '../../core/ledger.ts';
import { ownerId } from '../../core/ledger.ts';
import { Sealer } from '../seal.ts';
import { auditCovers } from './covers.ts';
import { openSqlite } from './open.ts';

const open = (directory: string) => openSqlite(directory, new Sealer(Buffer.alloc(32, 7)));

const MANY = 700;
const many = (from: number, count = MANY): NewOrder[] =>
  Array.from({ length: count }, (_, i) => {
    const order = anOrder('p', `many${from + i}`, { createdAt: T0 + ((from + i) % 50) });
    return asNew(order, {
      keys: [['pnr', `PNR${from + i}`]],
      uniqueKeys: [['theirs', `their${from + i}`]],
      lists: ['all', `some${i % 7}`],
      deadlines: [{ kind: 'refund', dueAt: T0 + 1e9 }],
    });
  });
const request = (orders: NewOrder[], fields: Partial<CreateRequest> = {}): CreateRequest => ({
  ...{ orders, existing: 'refuse', now: T0 },
  ...fields,
});
const page = (list: string, limit = 1000) => ({
  ...{ platform: 'p', owner: ownerId('owner1'), list, from: 0, to: T0 + 1e9, offset: 0, limit },
});

/** Nothing is damaged: the chain, the counts, and the sums of the tables beside the orders. */
async function isSound(directory: string, storage: Awaited<ReturnType<typeof open>>) {
  const { orders, changes, ...faults } = await storage.ledger.audit();
  for (const [fault, found] of Object.entries(faults)) {
    if (Array.isArray(found)) assert.deepEqual(found, [], fault);
    else if (typeof found === 'number') assert.equal(found, 0, fault);
  }
  await storage.close();
  const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  assert.deepEqual(auditCovers(db), []);
  db.close();
  return { orders, changes };
}

describe('a creation of many orders', () => {
  test('is seen by readers wholly or not at all, also where they have just read the same list', async () => {
    const directory = suiteDirectory();
    const storage = await open(directory);
    const { ledger } = storage;
    await create(ledger, many(0, 300));
    const seen = new Set<number>();
    for (let round = 0; round < 5; round++) {
      const before = 300 + round * MANY;
      const orders = many(before);
      const ids = orders.map(({ order }) => order.orderId);
      let isDone = false;
      const creating = ledger.createOrders(request(orders)).finally(() => {
        isDone = true;
      });
      for (let reads = 0; !isDone || reads < 2; reads++) {
        const [{ total, orders: first }, last, loaded] = await Promise.all([
          ledger.readPage(page('all')),
          ledger.readPage({ ...page('all'), offset: before - 5, limit: 10 }),
          ledger.loadMany('p', ids),
        ]);
        const there = loaded.filter((order) => order !== null).length;
        seen.add(there);
        assert.ok(there === 0 || there === MANY, `${there} of ${MANY}`);
        assert.equal(total, before + there);
        assert.equal(first.length, Math.min(1000, total));
        assert.equal(last.orders.length, there === 0 ? 5 : 10);
        await setImmediate();
      }
      assert.deepEqual(await creating, { result: 'created', created: MANY, existing: [] });
    }
    assert.deepEqual([...seen].sort(), [0, MANY]);
    const { orders } = await isSound(directory, storage);
    assert.equal(orders, 300 + 5 * MANY);
  });

  test('takes its place among other changes: each has its number, and the chain closes its groups', async () => {
    const directory = suiteDirectory();
    const storage = await open(directory);
    const { ledger } = storage;
    let order = anOrder('p', 'changed');
    await create(ledger, [order]);
    for (let round = 0; round < 4; round++) {
      const creations = [
        ledger.createOrders(request(many(round * 10_000))),
        ledger.createOrders(request(many(round * 10_000 + 2000, 3))),
        ledger.createOrders(request(many(round * 10_000 + 3000))),
      ];
      for (let i = 0; i < 20; i++) {
        const next = change(order, `state${i}`);
        const sealed = [{ name: 'cards', text: `secret${i}`, mask: '***' }];
        assert.equal(await ledger.commit({ ...next, sealed }), 'committed');
        order = next.order;
      }
      for (const created of await Promise.all(creations)) assert.equal(created.result, 'created');
    }
    assert.deepEqual((await ledger.load('p', order.orderId)).order, order);
    const { orders, changes } = await isSound(directory, storage);
    assert.deepEqual([orders, changes], [1 + 4 * (2 * MANY + 3), 1 + 4 * (2 * MANY + 3 + 20)]);
    const db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
    const numbers = db.prepare('SELECT count(*) AS n, max(seq) AS last FROM history').get()!;
    assert.equal(numbers.n, numbers.last);
    assert.ok(Number(db.prepare('SELECT count(*) AS n FROM chain_groups').get()!.n) >= 5);
    db.close();
  });

  test('leaves nothing where one of them is there, and answers a repeated one as the first time', async () => {
    const directory = suiteDirectory();
    const storage = await open(directory);
    const { ledger } = storage;
    await create(ledger, many(MANY - 1, 1));
    const once = { key: 'key', fingerprint: 'print', expiresAt: T0 + 1e6 };
    assert.deepEqual(await ledger.createOrders(request(many(0), { once })), {
      result: 'exists',
      existing: [`many${MANY - 1}`],
    });
    assert.equal((await ledger.readPage(page('all'))).total, 1);
    const created = await ledger.createOrders(request(many(0), { existing: 'skip', once }));
    assert.deepEqual(created, {
      ...{ result: 'created', created: MANY - 1 },
      existing: [`many${MANY - 1}`],
    });
    const again = await ledger.createOrders(request(many(0), { once }));
    assert.deepEqual(again, { result: 'replayed', created: MANY - 1 });
    const other = { ...once, fingerprint: 'another' };
    const refused = await ledger.createOrders(request(many(0), { once: other }));
    assert.deepEqual(refused, { result: 'key-reused' });
    const { orders } = await isSound(directory, storage);
    assert.equal(orders, MANY);
  });

  test('is there after a restart, and the next one goes on from it', async () => {
    const directory = suiteDirectory();
    const first = await open(directory);
    await create(first.ledger, many(0));
    await first.close();
    const second = await open(directory);
    await create(second.ledger, many(MANY));
    assert.equal((await second.ledger.readPage(page('all'))).total, 2 * MANY);
    const { orders } = await isSound(directory, second);
    assert.equal(orders, 2 * MANY);
  });
});
