// The two ledgers of load data: the same orders in ordergate's own form and in the plain stack's.
import { join } from 'node:path';
import { formatYuan } from '../src/core/money.ts';
import { jintong } from '../src/platforms/jintong/index.ts';
import { suning } from '../src/platforms/suning/index.ts';
import { ytx } from '../src/platforms/ytx/index.ts';
import { formatShanghai } from '../src/protocol/shanghai-time.ts';
import { PARTY } from './jintong-requests.ts';
import { PlainDeliveries } from './plain-deliveries.ts';
import { PlainStore } from './plain-store.ts';
import { PlainTopUps } from './plain-ytx.ts';
import { ordergateCommand, runScript } from './servers.ts';

const ROWS_PER_COMMIT = 1000;

export async function seedOrdergate(
  entry: string,
  data: string,
  orders: number,
  secret: string,
  platform = 'jintong',
  settings: Readonly<Record<string, string>> = {},
  checkout?: string,
): Promise<void> {
  const what = ['--platform', platform, '--orders', String(orders), '--secret', secret];
  await runScript(ordergateCommand(entry, 'seed', ...what, '--data', data), settings, checkout);
}

/** Returns the file's path. The rows are made here, by the project's generator, so that both serve the same. */
export function seedPlain(
  directory: string,
  orders: number,
  secret: string,
  platforms: ReadonlySet<string>,
): string {
  const path = join(directory, 'plain.db');
  if (platforms.has('jintong')) seedJintong(path, orders, secret);
  if (platforms.has('ytx')) seedYtx(`${path}.ytx`, orders, secret);
  if (platforms.has('suning')) seedSuning(`${path}.suning`, orders, secret);
  return path;
}

/** Inserts all orders, a thousand in a commit. */
function insertAll(
  store: { transaction(run: () => void): void },
  orders: number,
  insert: (index: number) => void,
): void {
  for (let start = 0; start < orders; start += ROWS_PER_COMMIT) {
    store.transaction(() => {
      for (let i = start; i < Math.min(orders, start + ROWS_PER_COMMIT); i++) insert(i);
    });
  }
}

function seedJintong(path: string, orders: number, secret: string): void {
  const store = new PlainStore(path);
  const now = Date.now();
  const party = jintong.seed.party(PARTY, secret, now);
  store.insertPartner(
    { partner: PARTY, key: secret, enabled: 1, allowed_ips: '', actions: party.grants.join(',') },
    party.users,
  );
  insertAll(store, orders, (i) => {
    const { order } = jintong.seed.order(party, i, now);
    const { userName, amountFen, pnr, flightNo } = order.attributes;
    const row = {
      order_id: order.orderId,
      partner: order.owner,
      user_name: String(userName),
      state: order.state,
      amount_fen: Number(amountFen),
      pnr: String(pnr),
      flight_no: String(flightNo),
      created_at: order.createdAt,
      last_hastened_at: null,
    };
    store.insertOrder(row, now);
  });
  store.close();
}

/** The products of the sandbox that the load names, in fen. */
const PRODUCTS = { P1: 294 };

function seedYtx(path: string, orders: number, secret: string): void {
  const store = new PlainTopUps(path);
  const now = Date.now();
  const party = ytx.seed.party(PARTY, secret, now);
  store.addAccount(PARTY, secret, ytx.seed.order(party, 0, now).order.owner);
  for (const [code, fen] of Object.entries(PRODUCTS)) store.addProduct(code, fen);
  insertAll(store, orders, (i) => {
    const { order } = ytx.seed.order(party, i, now);
    const { remark, mobile, productCode, amountFen, customParm } = order.attributes;
    const row = {
      request_id: order.orderId,
      appid: order.owner,
      state: order.state,
      remark: String(remark),
      mobile: String(mobile),
      product_code: String(productCode),
      amount_fen: Number(amountFen),
      custom_parm: String(customParm),
      created_at: order.createdAt,
    };
    store.insert(row, 'imported', 'import');
  });
  store.close();
}

function seedSuning(path: string, orders: number, secret: string): void {
  const store = new PlainDeliveries(path);
  const now = Date.now();
  const party = suning.seed.party(PARTY, secret, now);
  store.addApp(PARTY, secret, PARTY);
  insertAll(store, orders, (i) => {
    const { order } = suning.seed.order(party, i, now);
    const [line] = order.lines;
    if (line) {
      const { supplierCode, quantity } = line.attributes;
      store.addLine({
        line_id: line.lineId,
        order_id: order.orderId,
        supplier: String(supplierCode),
        quantity: Number(quantity),
        paid_at: now,
      });
      return;
    }
    const { orderCategory, shopName, businessAccounts, details } = order.attributes;
    const told = (details as unknown as Record<string, string & number>[]).map((one) => ({
      serverId: one.serverId,
      serviceName: one.serviceName,
      chargeId: one.chargeId,
      chargeName: one.chargeName,
      orderDetailId: one.orderDetailId,
      orderQuantity: String(one.orderQuantity),
      basePrice: formatYuan(one.basePriceFen!),
      effectiveTime: formatShanghai(one.effectiveAt!),
      failureTime: formatShanghai(one.failureAt!),
      originalCostTotal: formatYuan(one.originalCostTotalFen!),
      realPaymentTotal: formatYuan(one.realPaymentTotalFen!),
      preferentialPriceTotal: formatYuan(one.preferentialPriceTotalFen!),
    }));
    store.addSubscription({
      order_id: order.orderId,
      provider: order.owner,
      created_at: order.createdAt,
      category: String(orderCategory),
      shop: String(shopName),
      account: String(businessAccounts),
      details: JSON.stringify(told),
    });
  });
  store.close();
}

/** How many changes the plain stack has on disk, of those that calls make. */
export function countPlainChanges(path: string): number {
  const store = new PlainStore(path);
  const topUps = new PlainTopUps(`${path}.ytx`);
  const deliveries = new PlainDeliveries(`${path}.suning`);
  const count = store.countHastens() + topUps.countSubmissions() + deliveries.countShipped();
  for (const one of [store, topUps, deliveries]) one.close();
  return count;
}
