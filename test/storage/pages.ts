// The suite of counted lists: any page of any window is what a plain sort would give.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Ledger, type ListQuery, ownerId } from '../../src/core/ledger.ts';
import { anOrder, asNew, create, newPlatform, T0 } from './fixtures.ts';

interface Entry {
  readonly id: string;
  readonly at: number;
}

async function fill(ledger: Ledger, platform: string, entries: readonly Entry[]): Promise<void> {
  for (let i = 0; i < entries.length; i += 500) {
    const orders = entries
      .slice(i, i + 500)
      .map(({ id, at }) =>
        asNew(anOrder(platform, id, { createdAt: T0 + at }), { lists: ['all'] }),
      );
    await create(ledger, orders);
  }
}

const sorted = (entries: readonly Entry[]): Entry[] =>
  entries.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

/** What the ledger gives must be what a plain sort of `entries` gives. */
async function assertPage(
  ledger: Ledger,
  platform: string,
  entries: readonly Entry[],
  window: { from: number; to: number; offset: number; limit: number },
): Promise<void> {
  const query: ListQuery = {
    platform,
    owner: ownerId('owner1'),
    list: 'all',
    ...window,
    from: T0 + window.from,
    to: T0 + window.to,
  };
  const within = sorted(entries).filter(({ at }) => window.from <= at && at < window.to);
  const { total, orders } = await ledger.readPage(query);
  assert.equal(total, within.length, JSON.stringify(window));
  assert.deepEqual(
    orders.map(({ orderId }) => orderId),
    within.slice(window.offset, window.offset + window.limit).map(({ id }) => id),
    JSON.stringify(window),
  );
}

export function pageRules(open: () => Ledger): void {
  test('a list that nobody filled is empty', async () => {
    await assertPage(open(), newPlatform(), [], { from: 0, to: 9, offset: 0, limit: 9 });
  });

  test('property: for entries in any sequence, a page equals the page of a plain sort', async () => {
    const ledger = open();
    // Few instants and short steps, so that many orders share one and windows end on them.
    const at = fc.integer({ min: -20, max: 20 });
    const window = fc.record({
      from: at,
      to: at,
      offset: fc.nat(60),
      limit: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(at, { maxLength: 50 }),
        fc.array(window, { minLength: 5, maxLength: 5 }),
        async (times, windows) => {
          const platform = newPlatform();
          const entries = times.map((time, i) => ({ id: `${(i * 7919) % 101}-${i}`, at: time }));
          await fill(ledger, platform, entries);
          for (const one of windows) await assertPage(ledger, platform, entries, one);
        },
      ),
      { numRuns: 40 },
    );
  });

  const SHAPES: readonly [name: string, at: (i: number) => number][] = [
    ['in order', (i) => i],
    ['newest first', (i) => -i],
    ['all at one instant', () => 0],
    ['in no order', (i) => (i * 7919) % 5003],
    ['in bursts', (i) => Math.floor(i / 700) * 10],
  ];
  for (const [name, at] of SHAPES) {
    test(`positions hold while runs are split, with orders that come ${name}`, async () => {
      const ledger = open();
      const platform = newPlatform();
      const entries = Array.from({ length: 5000 }, (_, i) => ({
        id: String((i * 104_729) % 1_000_003).padStart(7, '0'),
        at: at(i),
      }));
      await fill(ledger, platform, entries);
      const everything = { from: -10_000, to: 10_000 };
      for (const offset of [0, 1, 255, 256, 257, 2499, 4990, 4999, 5000, 9999]) {
        await assertPage(ledger, platform, entries, { ...everything, offset, limit: 20 });
      }
      for (const [from, to] of [
        [0, 1],
        [0, 0],
        [5, 3],
        [-100, 100],
        [1000, 4000],
        [4999, 5000],
      ] as const) {
        await assertPage(ledger, platform, entries, { from, to, offset: 7, limit: 100 });
      }
    });
  }

  test('pages that are walked again and again hold while orders come between', async () => {
    const ledger = open();
    const platform = newPlatform();
    const entries: Entry[] = [];
    const walk = async (): Promise<void> => {
      for (const [from, to] of [
        [-100, 100],
        [0, 40],
        [-7, 8],
      ] as const) {
        for (let offset = 0; offset < 70; offset += 7) {
          await assertPage(ledger, platform, entries, { from, to, offset, limit: 7 });
        }
      }
    };
    for (let round = 0; round < 12; round++) {
      const more = Array.from({ length: 5 }, (_, i) => ({
        id: `${round}-${(i * 31) % 7}-${i}`,
        at: ((round * 37 + i * 11) % 81) - 40,
      }));
      await fill(ledger, platform, more);
      entries.push(...more);
      await walk();
      // A creation that is refused as a whole takes its entries back.
      const orders = [`refused-${round}`, more[0]!.id].map((id) =>
        asNew(anOrder(platform, id, { createdAt: T0 }), { lists: ['all'] }),
      );
      const refused = await ledger.createOrders({ orders, existing: 'refuse', now: T0 });
      assert.equal(refused.result, 'exists');
      await walk();
    }
  });

  test('lists of another name, owner or platform are other lists', async () => {
    const ledger = open();
    const [platform, other] = [newPlatform(), newPlatform()];
    await create(ledger, [
      asNew(anOrder(platform, 'a'), { lists: ['x', 'y'] }),
      asNew(anOrder(platform, 'b'), { lists: ['y'] }),
      asNew(anOrder(platform, 'c', { owner: 'owner2' }), { lists: ['x'] }),
      asNew(anOrder(other, 'd'), { lists: ['x'] }),
      asNew(anOrder(platform, 'e')),
    ]);
    const ids = async (place: string, owner: string, list: string): Promise<string[]> => {
      const window = { from: T0, to: T0 + 1, offset: 0, limit: 9 };
      const query = { platform: place, owner: ownerId(owner), list, ...window };
      return (await ledger.readPage(query)).orders.map(({ orderId }) => orderId);
    };
    assert.deepEqual(await ids(platform, 'owner1', 'x'), ['a']);
    assert.deepEqual(await ids(platform, 'owner1', 'y'), ['a', 'b']);
    assert.deepEqual(await ids(platform, 'owner2', 'x'), ['c']);
    assert.deepEqual(await ids(other, 'owner1', 'x'), ['d']);
    assert.deepEqual(await ids(platform, 'owner1', 'z'), []);
  });

  test('an order that was there already, or was not created, counts once or not', async () => {
    const ledger = open();
    const platform = newPlatform();
    const orders = ['a', 'b'].map((id) => asNew(anOrder(platform, id), { lists: ['all'] }));
    await create(ledger, orders);
    await create(ledger, orders, { existing: 'skip' });
    const more = [asNew(anOrder(platform, 'c'), { lists: ['all'] }), orders[0]!];
    const refused = await ledger.createOrders({ orders: more, existing: 'refuse', now: T0 });
    assert.equal(refused.result, 'exists');
    const entries = ['a', 'b'].map((id) => ({ id, at: 0 }));
    await assertPage(ledger, platform, entries, { from: 0, to: 1, offset: 0, limit: 9 });
  });
}
