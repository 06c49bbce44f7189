// The suite of parties and settings, and of what is kept when a ledger is closed and opened again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LedgerUnavailableError } from '../../src/core/errors.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import type { Party } from '../../src/core/party.ts';
import { Parties } from '../../src/directory/parties.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';
import {
  anOrder,
  asNew,
  assertSound,
  change,
  create,
  newPlatform,
  type OpenDirectory,
  suiteDirectory,
  T0,
} from './fixtures.ts';

export function aParty(platform: string, partyId: string, fields: Partial<Party> = {}): Party {
  return {
    platform,
    partyId,
    version: 1,
    enabled: true,
    users: ['jane88', '王 01'],
    grants: ['HastenOrder'],
    addresses: ['198.51.100.0/24'],
    keys: [
      { keyId: 'k2', secret: `${partyId}-second-secret`, createdAt: T0, expiresAt: null },
      { keyId: 'k1', secret: `${partyId}-first-secret`, createdAt: T0 - 9, expiresAt: T0 + 9 },
    ],
    attributes: { note: '备注', nested: [1, null] },
    ...fields,
  };
}

async function partiesOf(ledger: Ledger, platform: string): Promise<Party[]> {
  return (await ledger.listParties())
    .filter((party) => party.platform === platform)
    .sort((a, b) => (a.partyId < b.partyId ? -1 : 1));
}

export function partyRules(open: () => Ledger): void {
  test('a saved party is listed as it was given, its secrets in clear', async () => {
    const ledger = open();
    const platform = newPlatform();
    const parties = [aParty(platform, 'a'), aParty(platform, 'b', { enabled: false, keys: [] })];
    for (const party of parties) assert.equal(await ledger.saveParty(party, 'create'), true);
    assert.deepEqual(await partiesOf(ledger, platform), parties);
  });

  test('create leaves a party that exists as it is, and says so', async () => {
    const ledger = open();
    const platform = newPlatform();
    const party = aParty(platform, 'a');
    await ledger.saveParty(party, 'create');
    assert.equal(await ledger.saveParty({ ...party, users: [] }, 'create'), false);
    assert.deepEqual(await partiesOf(ledger, platform), [party]);
    // The same id on another platform is another party.
    assert.equal(await ledger.saveParty(aParty(newPlatform(), 'a'), 'create'), true);
  });

  test('of equal creations at the same time exactly one creates', async () => {
    const ledger = open();
    const platform = newPlatform();
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        ledger.saveParty(aParty(platform, 'a', { users: [`user${i}`] }), 'create'),
      ),
    );
    assert.equal(created.filter((done) => done).length, 1);
    const [party] = await partiesOf(ledger, platform);
    assert.deepEqual(party?.users, [`user${created.indexOf(true)}`]);
  });

  test('replace puts the whole party in place of the old one', async () => {
    const ledger = open();
    const platform = newPlatform();
    await ledger.saveParty(aParty(platform, 'a'), 'create');
    const fields = { version: 2, enabled: false, users: [], keys: [], attributes: {} };
    const next = aParty(platform, 'a', fields);
    assert.equal(await ledger.saveParty(next, 'replace'), true);
    assert.deepEqual(await partiesOf(ledger, platform), [next]);
  });

  test('of changes based on the same version of a party one is kept, and the others report a conflict', async () => {
    const ledger = open();
    const platform = newPlatform();
    await ledger.saveParty(aParty(platform, 'a'), 'create');
    const changes = Array.from({ length: 20 }, (_, i) =>
      aParty(platform, 'a', { version: 2, users: [`user${i}`] }),
    );
    const saved = await Promise.all(changes.map((party) => ledger.saveParty(party, 'replace')));
    assert.equal(saved.filter(Boolean).length, 1);
    const kept = changes[saved.indexOf(true)]!;
    assert.deepEqual(await partiesOf(ledger, platform), [kept]);
    assert.equal(await ledger.saveParty({ ...kept, version: 3 }, 'replace'), true);
  });

  test('two that hold parties in memory, as two nodes do, lose none of their changes', async () => {
    const ledger = open();
    const platform = newPlatform();
    await ledger.saveParty(aParty(platform, 'a', { users: [] }), 'create');
    const nodes = [await Parties.load(ledger), await Parties.load(ledger)];
    const names = Array.from({ length: 10 }, (_, i) => `user${i}`);
    await Promise.all(
      names.map((name, i) =>
        nodes[i % 2]!.change(platform, 'a', (party) => ({
          ...party,
          users: [...party.users, name],
        })),
      ),
    );
    const [party] = await partiesOf(ledger, platform);
    assert.deepEqual(party!.users.toSorted(), names);
    assert.equal(party!.version, 11);
  });
}

/** What holds for a ledger of its own, which these rules close and open again. */
export function restartRules(openDirectory: OpenDirectory): void {
  const directory = suiteDirectory();
  let storage: OpenStorage;
  const reopen = async (): Promise<Ledger> => {
    await storage.close();
    storage = await openDirectory(directory);
    return storage.ledger;
  };
  before(async () => {
    storage = await openDirectory(directory);
  });
  after(() => storage.close());

  test('a ledger is empty until it has a party or an order', async () => {
    assert.equal(await storage.ledger.isEmpty(), true);
    const other = await openDirectory(suiteDirectory());
    await create(other.ledger, [anOrder(newPlatform(), '1')]);
    assert.equal(await other.ledger.isEmpty(), false);
    await other.close();
    await storage.ledger.saveParty(aParty('p', 'a'), 'create');
    assert.equal(await storage.ledger.isEmpty(), false);
  });

  test('the clock offset is 0 at first, and is kept over a restart', async () => {
    assert.equal(await storage.ledger.readClockOffset(), 0);
    await storage.ledger.writeClockOffset(86_400);
    await storage.ledger.writeClockOffset(315_360_001);
    assert.equal(await storage.ledger.readClockOffset(), 315_360_001);
    assert.equal(await (await reopen()).readClockOffset(), 315_360_001);
  });

  test('the first claim of an environment decides for good', async () => {
    assert.equal(await storage.ledger.claimEnvironment('sandbox'), 'sandbox');
    assert.equal(await storage.ledger.claimEnvironment('production'), 'sandbox');
    const ledger = await reopen();
    assert.equal(await ledger.claimEnvironment('production'), 'sandbox');
    assert.equal(await ledger.claimEnvironment('sandbox'), 'sandbox');
  });

  test('claims of an environment at the same time all resolve to the same one', async () => {
    const other = await openDirectory(suiteDirectory());
    const claims = ['sandbox', 'production', 'sandbox'].map((name) =>
      other.ledger.claimEnvironment(name),
    );
    assert.equal(new Set(await Promise.all(claims)).size, 1);
    await other.close();
  });

  test('a change survives close and reopen, with its history, reply and deadlines', async () => {
    const { ledger } = storage;
    const order = anOrder(newPlatform(), '1', { attributes: { a: 1 } });
    await create(ledger, [asNew(order, { keys: [['pnr', 'JX8K2P']] })]);
    const once = { key: order.platform, reply: ['kept'], expiresAt: T0 + 100 };
    const deadlines = [{ kind: 'refund', dueAt: T0 + 50 }];
    const moved = change(order, 'paid', { once, deadlines });
    assert.equal(await ledger.commit(moved), 'committed');
    const history = await ledger.readHistory(order.platform, order.orderId);
    const parties = await ledger.listParties();
    const [due] = await ledger.claimDeadlines(T0 + 50, 10, 1000);

    const again = await reopen();
    assert.deepEqual(await again.readHistory(order.platform, order.orderId), history);
    const loaded = await again.load(order.platform, order.orderId, { ...once, now: T0 });
    assert.deepEqual([loaded.order, loaded.replay], [moved.order, { reply: ['kept'] }]);
    assert.deepEqual(await again.listParties(), parties);
    const found = await again.listOrders({ q: 'JX8', platform: order.platform, limit: 1 });
    assert.deepEqual(found.items, [moved.order]);
    // The lease is kept too: who held it before may still finish, and nobody else before it ends.
    assert.deepEqual(await again.claimDeadlines(T0 + 60, 10, 1000), []);
    const { deadlineId, leaseUntil } = due!;
    const completes = { deadlineId, leaseUntil };
    assert.equal(await again.commit(change(moved.order, 'refunded', { completes })), 'committed');
    await assertSound(again);
  });

  test('a restart reuses no history number: what is written after it follows what was before', async () => {
    const order = anOrder(newPlatform(), '1');
    await create(storage.ledger, [order]);
    const first = change(order, 's2');
    assert.equal(await storage.ledger.commit(first), 'committed');
    const ledger = await reopen();
    assert.equal(await ledger.commit(change(first.order, 's3')), 'committed');
    const found = await ledger.readHistory(order.platform, order.orderId);
    assert.deepEqual(
      found?.history.map(({ to }) => to),
      ['open', 's2', 's3'],
    );
    await assertSound(ledger);
  });

  test('changes under way when the ledger is closed are finished first', async () => {
    const platform = newPlatform();
    const orders = Array.from({ length: 600 }, (_, i) => anOrder(platform, String(i)));
    await create(storage.ledger, orders);
    const results = Promise.all(orders.map((o) => storage.ledger.commit(change(o, 'paid'))));
    const ledger = await reopen();
    assert.deepEqual(await results, Array(600).fill('committed'));
    const { items } = await ledger.listOrders({ platform, state: 'paid', limit: 1000 });
    assert.equal(items.length, 600);
  });

  test('a ledger that is open is ready; one that is closed is not, and takes and tells nothing', async () => {
    const order = anOrder(newPlatform(), '1');
    await create(storage.ledger, [order]);
    await storage.ledger.checkReady();
    const closed = storage.ledger;
    await reopen();
    const unavailable = (error: Error) => error instanceof LedgerUnavailableError;
    await assert.rejects(closed.commit(change(order, 'paid')), unavailable);
    await assert.rejects(closed.load(order.platform, order.orderId), unavailable);
    await assert.rejects(closed.listOrders({ limit: 1 }), unavailable);
    await assert.rejects(closed.checkReady(), unavailable);
    const { order: current } = await storage.ledger.load(order.platform, order.orderId);
    assert.equal(current?.state, 'open');
  });
}
