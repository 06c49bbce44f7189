// Pages that one node remembers, while another node changes the list.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { databaseOf, skip } from '../../../test/postgres.ts';
import { anOrder, asNew, create, T0 } from '../../../test/storage/fixtures.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { ownerId } from '../../core/ledger.ts';
import { Sealer } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { openPostgres } from './open.ts';

describe('pages that a node remembers', { skip }, () => {
  const nodes: OpenStorage[] = [];
  after(() => Promise.all(nodes.map((node) => node.close())));
  const twoNodes = async () => {
    const url = await databaseOf(temporaryDirectory());
    const open = () => openPostgres(url, new Sealer(Buffer.alloc(32, 7)), { databaseTime: false });
    const two = [await open(), await open()] as const;
    nodes.push(...two);
    return two;
  };
  const fill = ({ ledger }: OpenStorage, ids: readonly string[], at: number) =>
    create(
      ledger,
      ids.map((id) => asNew(anOrder('shop', id, { createdAt: T0 + at }), { lists: ['all'] })),
    );
  const page = async ({ ledger }: OpenStorage, offset: number, limit = 2) => {
    const window = { from: T0, to: T0 + 100, offset, limit };
    const given = { platform: 'shop', owner: ownerId('owner1'), list: 'all', ...window };
    const { total, orders } = await ledger.readPage(given);
    return [total, ...orders.map(({ orderId }) => orderId)];
  };

  test('an order that another node makes moves them', async () => {
    const [here, there] = await twoNodes();
    await fill(here, ['b', 'c', 'd'], 10);
    assert.deepEqual(await page(here, 0), [3, 'b', 'c']);
    assert.deepEqual(await page(here, 2), [3, 'd'], 'it begins behind the page before');
    assert.deepEqual(await page(here, 3), [3], 'there is none behind the last');
    await fill(there, ['a'], 5);
    assert.deepEqual(await page(here, 2), [4, 'c', 'd']);
    assert.deepEqual(await page(here, 0), [4, 'a', 'b']);
    await fill(there, ['z'], 200); // Outside of the window, in the same list.
    assert.deepEqual(await page(here, 2), [4, 'c', 'd']);
    assert.deepEqual(await page(here, 2, 1), [4, 'c'], 'a shorter page begins at the same place');
  });

  test('a sandbox that another node has emptied has other pages, though as many orders', async () => {
    const [here, there] = await twoNodes();
    await fill(here, ['b', 'c'], 10);
    assert.deepEqual(await page(here, 0), [2, 'b', 'c']);
    await there.reset();
    await fill(there, ['a', 'd'], 5);
    assert.deepEqual(await page(here, 0), [2, 'a', 'd']);
  });
});
