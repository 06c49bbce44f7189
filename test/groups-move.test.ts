// A group moves between two real servers while it is served; the mover is killed at each of its steps.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailableError } from '../src/core/errors.ts';
import type { Order } from '../src/core/order.ts';
import { type GroupsFile, readGroupsFile, schemaUrl } from '../src/storage/groups/file.ts';
import { dropOld } from '../src/storage/groups/move/after.ts';
import { listGroups, listMoves } from '../src/storage/groups/move/journal.ts';
import { type MovePoint, moveGroup } from '../src/storage/groups/move/mover.ts';
import { withHome } from '../src/storage/groups/move/sides.ts';
import { prepareDatabase } from '../src/storage/postgres/database.ts';
import { openPostgres } from '../src/storage/postgres/open.ts';
import { Sealer } from '../src/storage/seal.ts';
import type { OpenStorage } from '../src/storage/storage.ts';
import { type Cluster, skip, startCluster } from './cluster.ts';
import { runMover } from './group-mover-process.ts';
import { query } from './postgres.ts';
import { anOrder, change, create } from './storage/fixtures.ts';
import { temporaryDirectory } from './support.ts';

const POINTS: readonly MovePoint[] = [
  'begun',
  'prepared',
  'copying',
  'caught-up',
  'locked',
  'fenced',
  'switched',
  'renamed',
  'copy-ended',
  'checked',
];
const GROUP = '01';
const sealer = new Sealer(Buffer.alloc(32, 7));

/** Changes orders of the group wherever it is, one after the other for each order. */
class Writer {
  readonly acknowledged = new Map<string, number>();
  longestMs = 0;
  changes = 0;
  readonly #file: GroupsFile;
  readonly #running: Promise<void>[];
  #storage: { readonly place: string; readonly opened: Promise<OpenStorage> } | undefined;
  #ended = false;

  constructor(file: GroupsFile, orders: readonly Order[]) {
    this.#file = file;
    this.#running = orders.map((order) => this.#change(order));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#running);
    await (await this.#storage?.opened)?.close();
  }

  async #change({ platform, orderId }: Order): Promise<void> {
    for (let n = 0; !this.#ended; n++) {
      const begun = performance.now();
      for (let isDone = false; !isDone; ) {
        try {
          const { ledger } = await this.#open();
          const { order } = await ledger.load(platform, orderId);
          const known = this.acknowledged.get(orderId) ?? 1;
          assert.ok(order!.version >= known, `order ${orderId} has gone back to ${order!.version}`);
          // An answer that was lost may stand for a change that was made.
          isDone =
            order!.version > known ||
            (await ledger.commit(change(order!, `s${n}`))) === 'committed';
          if (isDone) this.acknowledged.set(orderId, known + 1);
        } catch (error) {
          if (!(error instanceof LedgerUnavailableError)) throw error;
          await sleep(20);
        }
      }
      this.changes++;
      this.longestMs = Math.max(this.longestMs, performance.now() - begun);
      await sleep(10);
    }
  }

  /** Opens the group's storage at the place that the home schema names. */
  async #open(): Promise<OpenStorage> {
    const [group] = await withHome(this.#file, listGroups);
    const place = `${group!.server}/${group!.schema}`;
    if (this.#storage?.place !== place) {
      const before = this.#storage;
      const url = schemaUrl(this.#file.servers.get(group!.server)!, group!.schema);
      this.#storage = { place, opened: openPostgres(url, sealer) };
      before?.opened.then((storage) => storage.close()).catch(() => {});
    }
    return this.#storage.opened;
  }
}

describe('groups that move', { skip }, () => {
  let a: Cluster;
  let b: Cluster;
  let path: string;
  let file: GroupsFile;
  const orders = Array.from({ length: 6 }, (_, i) => anOrder('shop', `order${i}`));

  before(async () => {
    const settings = ['wal_level = logical', 'max_connections = 60'];
    [a, b] = await Promise.all([startCluster({ settings }), startCluster({ settings })]);
    path = join(temporaryDirectory(), 'groups.json');
    writeFileSync(
      path,
      JSON.stringify({
        home: { server: 'a', schema: 'ordergate_home' },
        servers: { a: a.url, b: b.url },
        groups: { [GROUP]: { server: 'a', schema: 'ordergate_01' } },
      }),
    );
    file = readGroupsFile(path);
    for (const schema of ['ordergate_home', 'ordergate_01']) {
      await query(`CREATE SCHEMA ${schema}`, a.url);
      await prepareDatabase(schemaUrl(a.url, schema), 'test');
    }
    await query(
      `INSERT INTO ordergate_home.groups VALUES ('${GROUP}', 'a', 'ordergate_01')`,
      schemaUrl(a.url, 'ordergate_home'),
    );
    const storage = await openPostgres(schemaUrl(a.url, 'ordergate_01'), sealer);
    await create(storage.ledger, orders);
    await storage.close();
  });
  after(() => Promise.all([a?.remove(), b?.remove()]));

  const placeOf = async (): Promise<string> => {
    const [group] = await withHome(file, listGroups);
    return `${group!.server} ${group!.state}`;
  };
  const isThere = async (cluster: Cluster, schema = 'ordergate_01'): Promise<unknown> =>
    (await query(`SELECT to_regnamespace('${schema}') IS NOT NULL`, cluster.url))[0]![0];
  /** Nothing of any move is left on the servers. */
  const assertClean = async (): Promise<void> => {
    for (const { url } of [a, b]) {
      const left = await query(
        `SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_subscription)
           + (SELECT count(*) FROM pg_replication_slots)`,
        url,
      );
      assert.deepEqual(left, [['0']]);
    }
  };
  /** Every acknowledged change is there once, and none that nobody acknowledged. */
  async function assertKept(server: Cluster, writer: Writer): Promise<void> {
    const storage = await openPostgres(schemaUrl(server.url, 'ordergate_01'), sealer);
    for (const { platform, orderId } of orders) {
      const { order } = await storage.ledger.load(platform, orderId);
      const record = await storage.ledger.readHistory(platform, orderId);
      assert.equal(order!.version, writer.acknowledged.get(orderId), orderId);
      assert.deepEqual(
        record!.history.map(({ version }) => version),
        Array.from({ length: order!.version }, (_, i) => i + 1),
      );
    }
    const { damage, ordersOutOfStep } = await storage.ledger.audit();
    assert.deepEqual({ damage, ordersOutOfStep }, { damage: [], ordersOutOfStep: 0 });
    await storage.close();
  }

  const move = (to: string, killAt?: string) => runMover(path, GROUP, to, killAt);

  test('killed at each step in turn, the next run goes on, and every acknowledged change is kept', async (t) => {
    const writer = new Writer(file, orders);
    for (const point of POINTS) {
      const { signal } = await move('b', point);
      assert.equal(signal, 'SIGKILL', `the mover was killed at ${point}`);
    }
    const { report } = await move('b');
    await sleep(300);
    await writer.end();
    assert.equal(report!.outcome, 'moved', JSON.stringify(report));
    assert.equal(await placeOf(), 'b serving');
    assert.equal(await isThere(a), false);
    await assertClean();
    await assertKept(b, writer);
    t.diagnostic(
      `${writer.changes} changes, the longest waited ${Math.round(writer.longestMs)} ms`,
    );
  });

  test('moves back without a break, and the old schemas are dropped when asked', async (t) => {
    const [before] = await query('SELECT max(seq) FROM ordergate_01.history', b.url);
    const writer = new Writer(file, orders);
    for (const { orderId } of orders) {
      const [[version]] = (await query(
        `SELECT version FROM ordergate_01.orders WHERE order_id = '${orderId}'`,
        b.url,
      )) as [[number]];
      writer.acknowledged.set(orderId, version);
    }
    await sleep(200);
    const report = await moveGroup({ file, group: GROUP, to: 'a' });
    await sleep(300);
    await writer.end();
    assert.equal(report.outcome, 'moved', JSON.stringify(report));
    assert.equal(await placeOf(), 'a serving');
    await assertClean();
    await assertKept(a, writer);
    t.diagnostic(
      `${writer.changes} changes, the longest waited ${Math.round(writer.longestMs)} ms, ${JSON.stringify(report)}`,
    );

    const [latest] = await query('SELECT max(seq) FROM ordergate_01.history', a.url);
    assert.ok(Number(latest![0]) > Number(before![0]), 'event numbers go on');
    const moves = await withHome(file, listMoves);
    assert.deepEqual(
      moves.map(({ step }) => step),
      ['moved', 'moved'],
    );
    assert.equal((await dropOld(file, GROUP, {})).length, 2);
    for (const { from, moveId } of moves) {
      const cluster = from.server === 'a' ? a : b;
      assert.equal(await isThere(cluster, `ordergate_01_old_${moveId}`), false);
    }
    await assert.rejects(dropOld(file, GROUP, {}), /no old schema of group 01 is left/);
  });

  test('a slot that is lost ends the move on the old side', async () => {
    const report = await moveGroup({
      file,
      group: GROUP,
      to: 'b',
      async onPoint(point) {
        if (point !== 'copying') return;
        const slot = (what: string) =>
          query(
            `SELECT ${what} FROM pg_replication_slots WHERE slot_name LIKE 'ordergate%'`,
            a.url,
          );
        for (let n = 1; n > 0; ) {
          await slot('pg_terminate_backend(active_pid)');
          await slot('pg_drop_replication_slot(slot_name)').catch(() => {});
          n = (await slot('1')).length;
        }
      },
    });
    assert.equal(report.outcome, 'back');
    assert.match(JSON.stringify(report), /the replication slot is gone from the old server/);
    assert.equal(await placeOf(), 'a serving');
    assert.equal(await isThere(b), false);
    await assertClean();
  });

  test('a fence that takes too long is given up, and changes go on at the old side', async () => {
    let fences = 0;
    const writer = new Writer(file, orders);
    for (const { orderId } of orders) {
      const [[version]] = (await query(
        `SELECT version FROM ordergate_01.orders WHERE order_id = '${orderId}'`,
        a.url,
      )) as [[number]];
      writer.acknowledged.set(orderId, version);
    }
    let blocking: Promise<unknown> | undefined;
    const report = await moveGroup({
      file,
      group: GROUP,
      to: 'b',
      async onPoint(point) {
        if (point !== 'locked') return;
        fences++;
        // The copy cannot apply the mover's mark while another session has locked its table.
        blocking = query(
          'BEGIN; LOCK TABLE ordergate_01.moves IN EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT',
          b.url,
        );
        await sleep(300);
      },
    });
    await blocking;
    await writer.end();
    assert.equal(report.outcome, 'back', JSON.stringify(report));
    assert.equal(fences, 3);
    assert.equal(await placeOf(), 'a serving');
    await assertClean();
    await assertKept(a, writer);
  });

  test('a server that cannot replicate, and a used target, are refused with all that is missing', async () => {
    const c = await startCluster({
      settings: ['max_logical_replication_workers = 0', 'max_connections = 30'],
    });
    try {
      const more = { ...file, servers: new Map([...file.servers, ['c', c.url]]) };
      await assert.rejects(moveGroup({ file: more, group: GROUP, to: 'c' }), {
        code: 'ERR_GROUP_MOVE',
        message: /Nothing was changed[\s\S]*server c has room for 0 replication workers/,
      });
      await query('CREATE SCHEMA ordergate_01; CREATE TABLE ordergate_01.mine (id int)', b.url);
      await assert.rejects(
        moveGroup({ file, group: GROUP, to: 'b' }),
        /holds tables already\. Nothing was changed/,
      );
      await query('DROP SCHEMA ordergate_01 CASCADE', b.url);
      await query('CREATE TABLE ordergate_01.keyless (id int)', a.url);
      await assert.rejects(
        moveGroup({ file, group: GROUP, to: 'b' }),
        /tables without a replica identity: keyless/,
      );
      await query('DROP TABLE ordergate_01.keyless', a.url);
      await assert.rejects(moveGroup({ file, group: GROUP, to: 'a' }), /is on server a already/);
      await assert.rejects(moveGroup({ file, group: '09', to: 'b' }), /there is no group 09/);
      await assert.rejects(
        moveGroup({ file, group: GROUP, to: 'x' }),
        /names no server x; it has a, b/,
      );
      await assert.rejects(
        moveGroup({ file, group: GROUP, to: 'b', back: true }),
        /no move of group 01 is under way/,
      );
      const moves = await withHome(file, listMoves);
      assert.ok(moves.every(({ endedAt }) => endedAt !== null));
      assert.equal(await placeOf(), 'a serving');
    } finally {
      await c.remove();
    }
  });
});
