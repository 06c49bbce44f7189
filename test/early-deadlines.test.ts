// A deadline that is claimed before its time, by a process whose clock runs ahead of the ledger's, is kept and comes again.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { orderId } from '../src/core/ledger.ts';
import { LEASE_MS, runDueDeadlines } from '../src/core/run-deadlines.ts';
import { suning } from '../src/platforms/suning/index.ts';
import { ytx } from '../src/platforms/ytx/index.ts';
import { startTestServer, TestClock } from './support.ts';
import { call, submit } from './ytx.ts';

const EARLY_MS = 500;

/** The order's state and deadlines. */
async function stateOf(
  server: Awaited<ReturnType<typeof startTestServer>>,
  of: typeof ytx,
  id: string,
) {
  const { ledger } = server.storage;
  const { order } = await ledger.load(of.name, orderId(id));
  const deadlines = await ledger.readDeadlines(order!);
  return { version: order!.version, deadlines: deadlines.length };
}

for (const platform of [ytx, suning]) {
  test(`${platform.name}: early by ${EARLY_MS} ms it changes nothing and stays; after its lease it is carried out`, async () => {
    const clock = new TestClock();
    const server = await startTestServer({ clock });
    const { ledger } = server.storage;
    await call(server, submit('early', 'SANDBOX-SUCCESS'));
    const all = await ledger.listDeadlines(Number.MAX_SAFE_INTEGER, 100);
    const due = all
      .filter((one) => one.platform === platform.name)
      .sort((a, b) => a.dueAt - b.dueAt)[0];
    const { orderId: id, dueAt } = due!;
    const before = await stateOf(server, platform, id);

    // The ledger's time: half a second before the deadline. The claiming process is ahead by a second.
    clock.advance(dueAt - EARLY_MS - clock.now());
    const services = { ...server, ledger, environment: 'sandbox' } as never;
    const handlers = { [platform.name]: platform.deadlines!(services) };
    const ahead = { now: () => server.clock.now() + 2 * EARLY_MS };
    const run = (at: { now(): number }) =>
      runDueDeadlines(ledger, at, handlers, (error, of) => {
        if (of.platform === platform.name) throw error;
      });
    await run(ahead);
    deepEqual(await stateOf(server, platform, id), before);

    clock.advance(LEASE_MS + 2 * EARLY_MS);
    await run(server.clock);
    const after = await stateOf(server, platform, id);
    deepEqual([after.version > before.version, after.deadlines < before.deadlines], [true, true]);
  });
}
