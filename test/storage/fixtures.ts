// What the ledger's suite is written with: orders, changes and deadlines of a made-up platform.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { DAY, type Instant } from '../../src/core/clock.ts';
import {
  type Change,
  type CreateRequest,
  type Ledger,
  type NewOrder,
  orderId,
  ownerId,
} from '../../src/core/ledger.ts';
import type { Order } from '../../src/core/order.ts';
import { type RequestRecord, requestIdAt } from '../../src/core/request-log.ts';
import type { OpenStorage } from '../../src/storage/storage.ts';

export type OpenDirectory = (directory: string) => Promise<OpenStorage>;

export const T0: Instant = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const directories: string[] = [];
// Once for the file: inside of a hook, `after` would be over with that hook.
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is gone when the tests of the file have ended. */
export function suiteDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-suite-'));
  directories.push(directory);
  return directory;
}

let platforms = 0;
/** A platform that no other test has orders of, so that tests may share a ledger. */
export function newPlatform(): string {
  return `platform${++platforms}`;
}

export function anOrder(
  platform: string,
  id: string,
  fields: Partial<Omit<Order, 'owner'>> & { owner?: string } = {},
): Order {
  const { owner = 'owner1', createdAt = T0, ...rest } = fields;
  return {
    platform,
    orderId: orderId(id),
    owner: ownerId(owner),
    state: 'open',
    version: 1,
    createdAt,
    updatedAt: T0,
    attributes: {},
    lines: [],
    ...rest,
  };
}

export function asNew(order: Order, fields: Partial<NewOrder> = {}): NewOrder {
  return { order, keys: [], actor: 'import', note: null, ...fields };
}

export async function create(
  ledger: Ledger,
  orders: readonly (Order | NewOrder)[],
  request: Partial<CreateRequest> = {},
): Promise<void> {
  const rows = orders.map((order) => ('order' in order ? order : asNew(order)));
  const created = await ledger.createOrders({
    orders: rows,
    existing: 'refuse',
    now: T0,
    ...request,
  });
  assert.equal(created.result, 'created');
}

/** The change that brings `order` to `state`; `fields` replace parts of it. */
export function change(order: Order, state: string, fields: Partial<Change> = {}): Change {
  const at = order.updatedAt + 1;
  return {
    order: { ...order, state, version: order.version + 1, updatedAt: at },
    history: {
      action: 'moved',
      line: null,
      from: order.state,
      to: state,
      actor: 'operator',
      note: null,
      requestId: null,
    },
    event: { type: 'order.moved', payload: null },
    ...fields,
  };
}

/** Everything that the ledger says of an order, and how much it holds in all. */
export async function snapshot(ledger: Ledger, order: Order): Promise<object> {
  const { orders, changes } = await ledger.audit();
  const next = await ledger.nextDeadline(T0 + 1000 * DAY);
  return { found: await ledger.readHistory(order.platform, order.orderId), orders, changes, next };
}

export async function assertSound(ledger: Ledger): Promise<void> {
  const { orders: _, changes: __, ...faults } = await ledger.audit();
  assert.deepEqual(faults, {
    ordersOutOfStep: 0,
    changesWithoutEvent: 0,
    eventsWithoutChange: 0,
    damage: [],
  });
}

/** A call that says little; its id is of its time, as the gateway makes them. */
export function requestRecord(at: number, fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: requestIdAt(at),
    at,
    platform: 'jintong',
    party: 'jane88',
    method: 'HastenOrder',
    outcome: 'CallSuccess',
    refusedBy: null,
    detail: null,
    orderId: null,
    address: '127.0.0.1',
    durationMicros: 1234,
    stringToSign: null,
    body: '',
    words: null,
    why: null,
    ...fields,
  };
}
