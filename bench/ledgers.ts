// The two ledgers of load data: the same orders in ordergate's own form and in the plain stack's.
import { join } from 'node:path';
import { jintong } from '../src/platforms/jintong/index.ts';
import { PARTY } from './jintong-requests.ts';
import { PlainStore } from './plain-store.ts';
import { ordergateCommand, runScript } from './servers.ts';

const ROWS_PER_COMMIT = 1000;

export async function seedOrdergate(
  entry: string,
  data: string,
  orders: number,
  secret: string,
  platform = 'jintong',
): Promise<void> {
  const what = ['--platform', platform, '--orders', String(orders), '--secret', secret];
  await runScript(ordergateCommand(entry, 'seed', ...what, '--data', data));
}

/** Returns the file's path. The rows are made here, by the project's generator, so that both serve the same. */
export function seedPlain(directory: string, orders: number, secret: string): string {
  const path = join(directory, 'plain.db');
  const store = new PlainStore(path);
  const now = Date.now();
  const party = jintong.seed.party(PARTY, secret, now);
  store.insertPartner(
    { partner: PARTY, key: secret, enabled: 1, allowed_ips: '', actions: party.grants.join(',') },
    party.users,
  );
  for (let start = 0; start < orders; start += ROWS_PER_COMMIT) {
    store.transaction(() => {
      for (let i = start; i < Math.min(orders, start + ROWS_PER_COMMIT); i++) {
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
      }
    });
  }
  store.close();
  return path;
}

/** How many hastens the plain stack has on disk. */
export function countPlainHastens(path: string): number {
  const store = new PlainStore(path);
  const count = store.countHastens();
  store.close();
  return count;
}
