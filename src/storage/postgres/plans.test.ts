// Tests the plan of each statement: it uses an index and reads few rows, whatever the size of the
// ledger.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { databaseOf, query, skip } from '../../../test/postgres.ts';
import { anOrder, asNew, change, create, T0 } from '../../../test/storage/fixtures.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { DAY } from '../../core/clock.ts';
import { orderId, ownerId } from '../../core/ledger.ts';
import { Sealer } from '../seal.ts';
import type { OpenStorage } from '../storage.ts';
import { openPostgres } from './open.ts';

const ORDERS = 12_000;
/** Maximum rows that a hot statement may read in vain per wanted row. */
const MAX_LEFT_ASIDE = 300;
/** Tables whose size depends only on the number of platforms, parties or nodes. */
const SMALL = /^(settings|shared_versions|parties|catalog|nodes|lists|calls_under_way)$/;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Rows'?: number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Parts of a plan whose cost grows with the ledger. */
function faultsOf(plan: Plan, isList: boolean): string[] {
  // Only a starting session reads the sequence itself; one may start during the watched statement.
  if (nodesOf(plan).some((node) => node['Relation Name'] === 'history_numbers')) return [];
  return nodesOf(plan).flatMap((node) => {
    const table = node['Relation Name'];
    if (!table || SMALL.test(table)) return [];
    const type = node['Node Type'];
    if (type === 'Seq Scan') return [`a sequential scan of ${table}`];
    const left = node['Rows Removed by Filter'] ?? 0;
    if (left > MAX_LEFT_ASIDE) return [`${left} rows of ${table} looked at in vain`];
    if (!isList && (node['Actual Rows'] ?? 0) > 1000) return [`all of ${table}`];
    return [];
  });
}

describe('plans', { skip, timeout: 120_000 }, () => {
  let seen: { text: string; plan: Plan }[] = [];
  let storage: OpenStorage;
  const directory = temporaryDirectory();
  const { emit } = pg.Client.prototype;

  before(async () => {
    if (skip) return;
    const url = await databaseOf(directory);
    const filled = await openPostgres(url, new Sealer(Buffer.alloc(32, 7)), {
      databaseTime: false,
    });
    for (let i = 0; i < ORDERS; i += 1000) {
      const rows = Array.from({ length: 1000 }, (_, n) =>
        asNew(anOrder('shop', `o${i + n}`, { createdAt: T0 + Math.floor((i + n) / 100) }), {
          keys: [['phone', `138${i + n}`]],
          uniqueKeys: [['number', String(i + n)]],
          lists: ['all'],
          deadlines: [{ kind: 'close', dueAt: T0 + i + n }],
        }),
      );
      await create(filled.ledger, rows);
    }
    await create(filled.ledger, [anOrder('seldom', 'o1', { createdAt: T0 - 1 })]);
    await filled.close();
    const watched = new URL(url);
    const options = {
      session_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_nested_statements': 'on',
      'auto_explain.log_analyze': 'on',
      'auto_explain.log_format': 'json',
      client_min_messages: 'log',
    };
    const given = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
    watched.searchParams.set(
      'options',
      `${watched.searchParams.get('options')} ${given.join(' ')}`,
    );
    pg.Client.prototype.emit = function (this: pg.Client, name: string, ...args: unknown[]) {
      const message = name === 'notice' ? String((args[0] as Error).message) : '';
      const json = message.slice(message.indexOf('{'));
      if (message.startsWith('duration:')) {
        const explained = JSON.parse(json) as { 'Query Text': string; Plan: Plan };
        seen.push({ text: explained['Query Text'], plan: explained.Plan });
      }
      return Reflect.apply(emit, this, [name, ...args]);
    } as typeof emit;
    storage = await openPostgres(
      watched.href.replaceAll('+', '%20'),
      new Sealer(Buffer.alloc(32, 7)),
      {
        databaseTime: false,
      },
    );
  });
  after(async () => {
    pg.Client.prototype.emit = emit;
    await storage?.close();
  });

  const order = (i: number, version = 1) => ({
    ...anOrder('shop', `o${i}`, { createdAt: T0 + Math.floor(i / 100) }),
    version,
  });
  const owner = ownerId('owner1');
  const page = (offset: number) => {
    const window = { from: T0, to: T0 + DAY, offset, limit: 50 };
    return storage.ledger.readPage({ platform: 'shop', owner, list: 'all', ...window });
  };
  const now = T0 + 10 * DAY;
  const window = { name: 'day', startsAt: T0, length: DAY, max: 9 };
  const aToken = { platform: 'shop', digest: 'd', kind: 'access', partyId: 'p', grantId: 'g' };
  /** One query of each kind, run twice, because the second run uses the lasting plan. */
  const HOT: Record<string, (i: number) => Promise<unknown>> = {
    load: () => storage.ledger.load('shop', orderId('o7'), { key: 'k', now }),
    'a load of 50 at once': () =>
      Promise.all(
        Array.from({ length: 50 }, (_, i) => storage.ledger.load('shop', orderId(`o${i}`))),
      ),
    loadMany: () => storage.ledger.loadMany('shop', ['o1', 'o2', 'o3'].map(orderId)),
    findByKey: () => storage.ledger.findByKey('shop', owner, ['number', '4711']),
    'commit, with all that a change may bring': (i) =>
      storage.ledger.commit(
        change(order(20, i + 1), 'paid', {
          once: { key: `once${i}`, reply: null, expiresAt: now },
          deadlines: [
            { kind: 'other', dueAt: now },
            { kind: 'close', dueAt: null },
          ],
          sealed: [{ name: 'card', text: 'x', mask: '*' }],
        }),
      ),
    'a commit of 50 at once': (i) =>
      Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          storage.ledger.commit(change(order(100 + n, i + 1), 'paid')),
        ),
      ),
    createOrders: (i) =>
      create(storage.ledger, [
        asNew(anOrder('shop', `new${i}`), { uniqueKeys: [['number', `n${i}`]], lists: ['all'] }),
      ]),
    'page 1': () => page(0),
    'page 200': () => page(9_950),
    'a page of which nobody knows where it begins': (i) => page(9_001 + i),
    readHistory: () => storage.ledger.readHistory('shop', orderId('o100')),
    readSealed: () => storage.ledger.readSealed('shop', orderId('o20'), 'card'),
    claimDeadlines: () => storage.ledger.claimDeadlines(T0 + 100, 10, 1000),
    nextDeadline: () => storage.ledger.nextDeadline(T0),
    forgetReplies: () => storage.ledger.forgetReplies(T0),
    'limits: enter': () => storage.limits.enter('app', 5, [window], T0).then((a) => a.leave()),
    'limits: pause': () => storage.limits.pause(['a', 'b'], 1000, now),
    'tokens: save and find': () =>
      storage.tokens
        .save([{ ...aToken, expiresAt: now, attributes: {} }])
        .then(() => storage.tokens.find('shop', 'd')),
    isEmpty: () => storage.ledger.isEmpty(),
  };
  for (const [name, ask] of Object.entries(HOT)) {
    test(name, async () => {
      await ask(0);
      seen = [];
      await ask(1);
      assert.ok(seen.length > 0, 'the server has told its plans');
      const faults = seen.flatMap(({ text, plan }) =>
        faultsOf(plan, false).map((fault) => `${fault}: ${text}`),
      );
      assert.deepEqual(faults, []);
    });
  }

  test('lists of the console start from an index with every filter', async () => {
    const from = T0 + 50;
    for (const filter of [
      {},
      { platform: 'shop' },
      { platform: 'shop', owner: 'owner1' },
      { platform: 'shop', state: 'open' },
      { q: 'o47' },
      { q: '13847', platform: 'shop' },
      { from, to: from + 10 },
      { cursor: `${from}.5000` },
    ]) {
      seen = [];
      const { items } = await storage.ledger.listOrders({ limit: 50, ...filter });
      assert.ok(items.length > 0, JSON.stringify(filter));
      const faults = seen.flatMap(({ plan }) => faultsOf(plan, true));
      assert.deepEqual(faults, [], JSON.stringify(filter));
    }
  });

  test('lists of the console read no orders of other platforms', async () => {
    await query('ANALYZE', await databaseOf(directory));
    for (const filter of [{ platform: 'seldom' }, { platform: 'seldom', owner: 'owner1' }]) {
      seen = [];
      const { items } = await storage.ledger.listOrders({ limit: 50, ...filter });
      assert.equal(items.length, 1);
      const faults = seen.flatMap(({ plan }) => faultsOf(plan, true));
      assert.deepEqual(faults, [], JSON.stringify(filter));
    }
  });

  test('a load opens the orders of one month, of 36', async () => {
    const url = await databaseOf(directory);
    for (let month = 0; month < 36; month++) {
      const [from, to] = [month, month + 1].map((n) => Date.UTC(2001, n, 1));
      await query(
        `CREATE TABLE orders_old_${month} PARTITION OF orders FOR VALUES FROM (${from}) TO (${to})`,
        url,
      );
    }
    const load = () => storage.ledger.load('shop', orderId('o7'));
    await load();
    seen = [];
    const { order: found } = await load();
    assert.equal(found?.orderId, 'o7');
    const plans = seen.filter(({ text }) => /\borders o\b/.test(text));
    const opened = plans.flatMap(({ plan }) =>
      nodesOf(plan)
        .map((node) => node['Relation Name'])
        .filter((name) => name?.startsWith('orders_')),
    );
    assert.equal(opened.length, 1, opened.join());
  });

  test('dropping partitions removes a month of orders with its history', async () => {
    const url = await databaseOf(temporaryDirectory());
    const sealer = new Sealer(Buffer.alloc(32, 7));
    const { ledger, close } = await openPostgres(url, sealer, { databaseTime: false });
    await create(ledger, [
      anOrder('shop', 'old'),
      anOrder('shop', 'now', { createdAt: Date.now() }),
    ]);
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    await query(
      ['orders', 'history', 'order_keys', 'sealed_texts']
        .map((table) => `DROP TABLE ${table}_${month}`)
        .join(';'),
      url,
    );
    const [old, gone] = await ledger.loadMany('shop', ['old', 'now'].map(orderId));
    assert.deepEqual([old?.orderId, gone], ['old', null]);
    await close();
  });
});
