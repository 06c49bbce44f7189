// kill -9 under write load: what was acknowledged is there, and nothing is there by half.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import {
  acknowledge,
  type Call,
  CONNECTIONS,
  changeOf,
  describeChange,
  type Entry,
  endlessCalls,
  LOAD_BEFORE_KILL,
  loadAndKill,
  PARTY,
  seed,
  send,
} from './crash-load.ts';
import { runOrdergate, type ServerProcess, startServerProcess } from './server-process.ts';

/** How often the process is killed. CI sets 50. */
const ROUNDS = Number(process.env.ORDERGATE_CRASH_ROUNDS ?? 3);
const SEEDED = 20_000;
/** Cancels and creations of the round before that are sent once more. */
const REPEATED = 20;

/** What the file holds, read after the kill and before any restart. */
class Disk {
  readonly #db: DatabaseSync;

  constructor(directory: string) {
    this.#db = new DatabaseSync(join(directory, 'ledger.db'), { readOnly: true });
  }

  newestChange(): number {
    return Number(this.#db.prepare('SELECT max(seq) AS seq FROM history').get()!.seq);
  }

  /** The changes of the test's orders past the history row `after`, oldest first, by order. */
  changes(after: number): Map<string, string[]> {
    const rows = this.#db
      .prepare(
        `SELECT order_id, action, from_state, to_state, actor, type
         FROM history JOIN orders ON orders.id = order_row LEFT JOIN events USING (seq)
         WHERE seq > ? AND owner = ? ORDER BY seq`,
      )
      .all(after, PARTY) as Record<string, string>[];
    const changes = new Map<string, string[]>();
    for (const { order_id, action, from_state, to_state, actor, type } of rows) {
      const known = changes.get(order_id!) ?? [];
      changes.set(order_id!, known);
      known.push(describeChange(action!, from_state!, to_state!, actor!, type));
    }
    return changes;
  }

  /** What an order's own row says; null when there is none. */
  order(id: string): { state: string; version: number } | null {
    const row = this.#db.prepare('SELECT state, version FROM orders WHERE order_id = ?').get(id);
    return row ? { state: String(row.state), version: Number(row.version) } : null;
  }

  close(): void {
    this.#db.close();
  }
}

/**
 * The changes since the last check are those that were acknowledged, and of those that were not
 * answered the ones that happened all the same: whole ones.
 *
 * @returns how many of the unanswered happened
 */
function check(
  disk: Disk,
  since: number,
  entries: Iterable<Entry>,
  unanswered: readonly Call[],
): number {
  const changes = disk.changes(since);
  const open = new Map(unanswered.map((call) => [call.entry.id, call]));
  let happened = 0;
  for (const entry of entries) {
    const found = changes.get(entry.id) ?? [];
    changes.delete(entry.id);
    const call = open.get(entry.id);
    if (call && found.at(-1) === changeOf(call)) {
      acknowledge(call);
      happened++;
    }
    assert.deepEqual(found, entry.history.slice(entry.checked), entry.id);
    entry.checked = entry.history.length;
    const { state, history } = entry;
    const row = history.length === 0 ? null : { state, version: history.length };
    assert.deepEqual(disk.order(entry.id), row, entry.id);
  }
  assert.deepEqual([...changes.keys()], [], 'changes that nobody has asked for');
  return happened;
}

const isRepeatable = ({ kind }: Call): boolean => kind === 'cancelled' || kind === 'created';

/** The same cancels and creations again get their success, and are done only where they were not. */
async function repeat(server: ServerProcess, calls: readonly Call[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  await Promise.all(
    calls.map(async (call) => {
      const happened = call.entry.history.some((change) => change.startsWith(call.kind));
      assert.equal(await send(server, agent, call), true);
      if (!happened) acknowledge(call);
    }),
  );
  agent.destroy();
}

test(`kill -9 under write load, ${ROUNDS} times: after each restart every acknowledged change is there with its history and event, and no unacknowledged one by half`, {
  timeout: 60_000 + ROUNDS * 20_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-crash-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const all = await seed(directory, SEEDED);
  const calls = endlessCalls([...all.values()]);
  const totals = { acknowledged: 0, unanswered: 0, ofThoseHappened: 0, repeated: 0 };
  let disk = new Disk(directory);
  let checked = disk.newestChange();
  disk.close();

  let again: Call[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startServerProcess(directory);
    await repeat(server, again);
    const { acknowledged, unanswered } = await loadAndKill(server, calls);
    assert.ok(unanswered.length > 0, 'the kill came while calls were under way');

    const entries = new Set([...again, ...acknowledged, ...unanswered].map(({ entry }) => entry));
    disk = new Disk(directory);
    totals.ofThoseHappened += check(disk, checked, entries, unanswered);
    checked = disk.newestChange();
    disk.close();

    for (const entry of entries) all.set(entry.id, entry);
    totals.acknowledged += acknowledged.length;
    totals.unanswered += unanswered.length;
    totals.repeated += again.length;
    const sample = acknowledged.filter(isRepeatable).slice(-REPEATED);
    again = [...unanswered.filter(isRepeatable), ...sample];
  }

  const server = await startServerProcess(directory);
  await repeat(server, again);
  await server.kill();
  for (const entry of all.values()) entry.checked = 0;
  disk = new Disk(directory);
  check(disk, 0, all.values(), []);
  disk.close();

  const verified = await runOrdergate(['verify', '--data', directory]);
  assert.equal(verified.code, 0, verified.stderr);
  const { orders, changes: _, ...faults } = JSON.parse(verified.stdout);
  assert.ok(orders >= all.size);
  assert.ok(Object.keys(faults).length >= 6);
  for (const [fault, count] of Object.entries(faults)) assert.equal(count, 0, fault);
  assert.ok(totals.acknowledged >= ROUNDS * LOAD_BEFORE_KILL);
  t.diagnostic(`${ROUNDS} kills: ${JSON.stringify(totals)}`);
});
