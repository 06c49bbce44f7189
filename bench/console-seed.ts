// `node bench/console-seed.ts ORDERS RECORDS NOW`, with the settings of a server: fills its ledger and request log for the console's measurements, by bulk paths.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Config, readConfig } from '../src/config.ts';
import type { Change, NewOrder } from '../src/core/ledger.ts';
import { orderId } from '../src/core/ledger.ts';
import type { Order } from '../src/core/order.ts';
import { openWorkplace, type Workplace } from '../src/main.ts';
import { CopyIn } from '../src/storage/postgres/copy-in.ts';
import { COPY_REQUESTS, toLine as toCopyLine } from '../src/storage/postgres/request-table.ts';
import { addToFilter, newFilter, partyKey } from '../src/storage/sqlite/key-filter.ts';
import { toLine } from '../src/storage/sqlite/request-lines.ts';
import { RequestTable } from '../src/storage/sqlite/request-table.ts';
import { openRequests } from '../src/storage/sqlite/requests-file.ts';
import {
  call,
  orderIdOf,
  PARTIES,
  PLATFORMS,
  type PlatformName,
  partyName,
  type Sizes,
} from './console-records.ts';

const SECRET = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const CREATED_TOGETHER = 1000;
/** One order in this many has further changes, this many of them. */
const CHANGED_EVERY = 20;
const CHANGES = 3;
const AT_ONCE = 20;
/** One entry of the audit for this many orders. */
const AUDITED_EVERY = 20;
/** Bytes of a batch of the request log once it has grown: what SQLite keeps of calls that come one by one. */
const BATCH_BYTES = 64 * 1024;
const BATCHES_TOGETHER = 200;
const COPIED_TOGETHER = 5000;
/** Of the parties of a platform, those with an endpoint. */
const ENDPOINTS = 5;

async function seedParties({ parties, platforms }: Workplace, now: number): Promise<void> {
  for (const platform of platforms) {
    for (let n = 0; n < PARTIES; n++) {
      await parties.create(platform.seed.party(partyName(n), `${SECRET}${n}`, now));
    }
  }
}

async function seedOrders(workplace: Workplace, name: PlatformName, sizes: Sizes): Promise<void> {
  const { storage, parties, platforms } = workplace;
  const platform = platforms.find((one) => one.name === name)!;
  const own = Array.from({ length: PARTIES }, (_, n) => parties.find(name, partyName(n))!);
  const count = Math.floor(sizes.orders / PLATFORMS.length);
  const { now } = sizes;
  for (let start = 0; start < count; start += CREATED_TOGETHER) {
    const length = Math.min(CREATED_TOGETHER, count - start);
    const orders: NewOrder[] = Array.from({ length }, (_, i) =>
      platform.seed.order(own[(start + i) % PARTIES]!, start + i, now),
    );
    await storage.ledger.createOrders({ orders, existing: 'skip', now });
  }
  const changed = Math.floor(count / CHANGED_EVERY);
  for (let start = 0; start < changed; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, changed - start);
    const each = Array.from({ length }, (_, i) =>
      changeOrder(storage, name, orderIdOf(name, (start + i) * CHANGED_EVERY)),
    );
    await Promise.all(each);
  }
}

async function changeOrder(
  { ledger }: Workplace['storage'],
  platform: string,
  id: string,
): Promise<void> {
  for (let i = 0; i < CHANGES; i++) {
    const { order } = await ledger.load(platform, orderId(id));
    if (!order) throw new Error(`${platform} ${id} was not seeded`);
    await ledger.commit(noted(order));
  }
}

/** The least that a change can be. */
function noted(order: Order): Change {
  const { state, version, updatedAt } = order;
  return {
    order: { ...order, version: version + 1, updatedAt: updatedAt + 1 },
    history: {
      ...{ action: 'noted', line: null, from: state, to: state, actor: 'operator' },
      ...{ note: null, requestId: null },
    },
    event: { type: 'order.noted', payload: null },
  };
}

async function seedEndpoints({ storage, parties, platforms }: Workplace, now: number) {
  for (const platform of platforms) {
    for (let n = 0; n < ENDPOINTS; n++) {
      const party = parties.find(platform.name, partyName(n))!;
      const { order } = platform.seed.order(party, n, now);
      await storage.callbacks.createEndpoint({
        ...{ endpointId: `bench-${platform.name}-${n}`, platform: platform.name },
        ...{ party: order.owner, origin: 'registered', url: `https://127.0.0.1:9/${n}` },
        ...{ preset: 'standard', expects: null, eventTypes: null, createdAt: now, secrets: [] },
        // A receiver that is off: the pending deliveries stay.
        enabled: false,
      });
    }
  }
}

async function seedAudit({ storage }: Workplace, { orders, now }: Sizes): Promise<void> {
  const count = Math.floor(orders / AUDITED_EVERY);
  for (let start = 0; start < count; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - start);
    const each = Array.from({ length }, (_, i) => {
      const n = start + i;
      const platform = PLATFORMS[n % 3]!;
      return storage.audit.append({
        at: now - (count - n) * 60_000,
        actor: `operator${n % 10}`,
        action: n % 4 === 0 ? 'revealSealed' : 'moveOrder',
        target: `${platform}/${orderIdOf(platform, n)}`,
        outcome: n % 50 === 7 ? 'refused' : 'done',
        details: { kind: 'account', role: 'operator', address: '198.51.100.1', status: 200 },
      });
    });
    await Promise.all(each);
  }
}

// One delivery for each event of an order whose owner has an endpoint; one in 50 is dead, one in 100 pending.
const STATE = 'CASE WHEN h.seq % 50 = 3 THEN 2 WHEN h.seq % 100 = 6 THEN 0 ELSE 1 END';
const ENDED = 'CASE WHEN h.seq % 100 = 6 THEN NULL ELSE n.now - 1000 END';
const BODY = `'{"type":"order.changed","data":{"orderId":"' || o.order_id || '"}}'`;
const ATTEMPTS = `INSERT INTO delivery_attempts (delivery, number, at, status, error, micros, answer)
  SELECT id, 1, created_at, CASE state WHEN 1 THEN 200 ELSE 500 END, CASE state WHEN 1 THEN NULL ELSE 'HTTP 500' END,
    1500, 'ok' FROM deliveries`;

function sqliteDeliveries(ledger: string, now: number): void {
  const db = new DatabaseSync(ledger);
  db.exec(`BEGIN; INSERT INTO deliveries (endpoint, seq, order_row, message_id, content_type, body, state, created_at,
      due_at, claim_at, attempts, step, ended_at)
    SELECT e.id, h.seq, h.order_row, 'msg_' || h.seq, 'application/json', ${BODY}, ${STATE}, n.now + h.seq, n.now,
      CASE WHEN h.seq % 100 = 6 AND h.version = 1 THEN n.now END, 1, 1, ${ENDED}
    FROM history AS h JOIN orders AS o ON o.id = h.order_row JOIN endpoints AS e ON e.platform = o.platform
      AND e.party = o.owner JOIN (SELECT ${now - 40 * 86_400_000} AS now) AS n ORDER BY h.seq;
    ${ATTEMPTS};
    UPDATE fan_out SET cursor = (SELECT max(seq) FROM events);
    UPDATE endpoints SET since_seq = (SELECT max(seq) FROM events);
    COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
}

async function postgresDeliveries(url: string, now: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`INSERT INTO deliveries (endpoint, seq, platform, order_id, version, event_type, message_id,
      content_type, body, state, created_at, due_at, claim_at, attempts, step, ended_at)
    SELECT e.id, h.seq, o.platform, o.order_id, h.version, h.event_type, 'msg_' || h.seq, 'application/json', ${BODY},
      ${STATE}, n.now + h.seq, n.now, CASE WHEN h.seq % 100 = 6 AND h.version = 1 THEN n.now END, 1, 1, ${ENDED}
    FROM history AS h JOIN orders AS o USING (platform, owner, order_id, created_at) JOIN endpoints AS e
      ON e.platform = o.platform AND e.party = o.owner CROSS JOIN (SELECT ${now - 40 * 86_400_000}::bigint AS now) AS n
    ORDER BY h.seq;
    ${ATTEMPTS};
    UPDATE fan_out SET cursor = (SELECT max(seq) FROM history);
    UPDATE endpoints SET since_seq = (SELECT max(seq) FROM history)`);
  await client.query('VACUUM ANALYZE');
  await client.end();
}

function sqliteRequests(path: string, sizes: Sizes): void {
  const db = openRequests(path);
  const table = new RequestTable(db);
  db.exec('BEGIN');
  let batches = 0;
  for (let i = 0; i < sizes.records; ) {
    const first = call(i, sizes);
    let last = first;
    let [bytes, count] = [0, 0];
    const lines: string[] = [];
    const keys = newFilter();
    for (; i < sizes.records && bytes < BATCH_BYTES; i++, count++) {
      last = call(i, sizes);
      if (last.orderId !== null) addToFilter(keys, last.orderId);
      if (last.party !== null) addToFilter(keys, partyKey(last.party));
      const line = toLine(last);
      bytes += line.length;
      lines.push(line);
    }
    const [{ id: firstId, at: firstAt }, { id: lastId, at: lastAt }] = [first, last];
    const text = Buffer.from(lines.join(''));
    table.append({ firstId, lastId, firstAt, lastAt, count, keys, lines: text });
    if (++batches % BATCHES_TOGETHER === 0) db.exec('COMMIT; BEGIN');
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

async function postgresRequests(url: string, sizes: Sizes): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (let start = 0; start < sizes.records; start += COPIED_TOGETHER) {
    const length = Math.min(COPIED_TOGETHER, sizes.records - start);
    const lines = Array.from({ length }, (_, i) => toCopyLine(call(start + i, sizes), 'bench'));
    await new Promise<void>((resolve, reject) => {
      const settle = (error: Error | null): void => (error ? reject(error) : resolve());
      client.query(new CopyIn(COPY_REQUESTS, Buffer.from(lines.join('')), settle));
    });
  }
  await client.end();
}

async function seed(config: Config, sizes: Sizes): Promise<void> {
  const workplace = await openWorkplace({ config });
  try {
    await seedParties(workplace, sizes.now);
    for (const name of PLATFORMS) await seedOrders(workplace, name, sizes);
    await seedEndpoints(workplace, sizes.now);
    await seedAudit(workplace, sizes);
  } finally {
    await workplace.storage.close();
  }
  if (config.databaseUrl === undefined) {
    sqliteRequests(join(config.dataDirectory, 'requests.db'), sizes);
    sqliteDeliveries(join(config.dataDirectory, 'ledger.db'), sizes.now);
  } else {
    await postgresRequests(config.databaseUrl, sizes);
    await postgresDeliveries(config.databaseUrl, sizes.now);
  }
}

const [orders, records, now] = process.argv.slice(2).map(Number) as [number, number, number];
await seed(readConfig({}), { orders, records, now });
