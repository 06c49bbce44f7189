// `node bench/groups-seed.ts PARTIES ORDERS SECRET`: makes parties of each platform with ORDERS orders each, by the code of the checkout that it runs in.
import { join } from 'node:path';
import type { NewOrder } from '../src/core/ledger.ts';
import { partyName } from './groups-load.ts';

const BATCH = 1000;
const [parties, each, secret] = process.argv.slice(2);
const { openWorkplace, readConfig } = (await import(
  join(process.cwd(), 'src/main.ts')
)) as typeof import('../src/main.ts');

const {
  storage,
  parties: directory,
  platforms,
  clock,
} = await openWorkplace({ config: readConfig({}) });
for (const platform of platforms) {
  for (let i = 0; i < Number(parties); i++) {
    const party = platform.seed.party(partyName(i), secret!, clock.now());
    await directory.create(party);
    const first = i * Number(each);
    for (let start = 0; start < Number(each); start += BATCH) {
      const now = clock.now();
      const length = Math.min(BATCH, Number(each) - start);
      const orders = Array.from(
        { length },
        (_, n): NewOrder => platform.seed.order(party, first + start + n, now),
      );
      await storage.ledger.createOrders({ orders, existing: 'skip', now });
    }
  }
}
await storage.close();
