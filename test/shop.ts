// A made-up platform for tests of core: a shop with four states, on a real ledger of its own.
import { after, before, beforeEach } from 'node:test';
import type { ChangeRequest, Decide } from '../src/core/change-order.ts';
import { refuse } from '../src/core/errors.ts';
import { type Ledger, type NewOrder, orderId, ownerId } from '../src/core/ledger.ts';
import type { HistoryEntry, Order, OrderId, OrderModel } from '../src/core/order.ts';
import { openStorage } from '../src/storage/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import type { OpenStorage } from '../src/storage/storage.ts';
import { engineConfig, TestClock, temporaryDirectory } from './support.ts';

export const SHOP = 'shop';

export const model: OrderModel = {
  states: { open: '待付款', paid: '已付款', shipped: '已发货', closed: '已关闭' },
  operatorTransitions: { open: ['paid', 'closed'], paid: ['shipped', 'closed'] },
  lookUpKeys: () => [],
};

export const pay: Decide<string> = (order) =>
  order.state === 'open'
    ? { ok: true, action: 'paid', state: 'paid', reply: `paid as version ${order.version + 1}` }
    : refuse('state-refuses', order.state);

/** Adds one to what the order counts. Replies the sum. */
export const count: Decide<number> = (order) => {
  const sum = Number(order.attributes.count ?? 0) + 1;
  const attributes = { ...order.attributes, count: sum };
  return { ok: true, action: 'counted', state: order.state, attributes, reply: sum };
};

export interface Shop {
  readonly ledger: Ledger;
  readonly clock: TestClock;
  /** Puts an open order there. */
  create(fields?: Partial<NewOrder>, order?: Partial<Order>): Promise<OrderId>;
  order(id: OrderId): Promise<Order>;
  history(id: OrderId): Promise<readonly HistoryEntry[]>;
  close(): Promise<void>;
}

/** The shop of the tests beside it, opened once; its clock starts anew for each of them. */
export function openShop(): () => Shop {
  let storage: OpenStorage;
  let shop: Shop;
  let orders = 0;
  after(() => storage.close());
  const directory = temporaryDirectory(); // Not inside of `before`, with which it would be gone.
  before(async () => {
    const place = { dataDirectory: directory, ...(await engineConfig(directory)) };
    const options = { databaseTime: false }; // The clock of a test wins.
    storage = await openStorage(place, new Sealer(Buffer.alloc(32, 7)), options);
  });
  beforeEach(() => {
    const { ledger, close } = storage;
    const clock = new TestClock();
    shop = {
      ledger,
      clock,
      close,
      async create(fields = {}, order = {}) {
        const id = orderId(`${++orders}`);
        const now = clock.now();
        const open: Order = {
          platform: SHOP,
          orderId: id,
          owner: ownerId('owner'),
          state: 'open',
          version: 1,
          createdAt: now,
          updatedAt: now,
          attributes: {},
          lines: [],
          ...order,
        };
        const row: NewOrder = { order: open, keys: [], actor: 'import', note: null, ...fields };
        await ledger.createOrders({ orders: [row], existing: 'refuse', now });
        return id;
      },
      order: async (id) => (await ledger.load(SHOP, id)).order!,
      history: async (id) => (await ledger.readHistory(SHOP, id))!.history,
    };
  });
  return () => shop;
}

export function byParty(id: OrderId, fields: Partial<ChangeRequest> = {}): ChangeRequest {
  return { platform: SHOP, orderId: id, actor: 'party:jane88', requestId: null, ...fields };
}
