// A load of changes whose acknowledgements are counted, and the proof that none of them is lost.
import assert from 'node:assert/strict';
import { changeOrder } from '../src/core/change-order.ts';
import { systemClock } from '../src/core/clock.ts';
import { LedgerUnavailableError } from '../src/core/errors.ts';
import type { Ledger } from '../src/core/ledger.ts';
import { anOrder } from '../test/storage/fixtures.ts';
import { byParty, count, SHOP } from './shop.ts';

export interface Tally {
  acknowledged: number;
  /** Refused: it has not happened. */
  refused: number;
  /** Nobody could tell whether it has happened. */
  unknown: number;
}

/** Counts up orders, each from its own caller, until told to stop. */
export function countUp(ledger: Ledger, callers: number) {
  const tallies: Tally[] = [];
  let stopped = false;
  const caller = async (i: number): Promise<void> => {
    const tally = { acknowledged: 0, refused: 0, unknown: 0 };
    tallies[i] = tally;
    const order = anOrder(SHOP, `o${i}`);
    while (!stopped) {
      try {
        const outcome = await changeOrder(ledger, systemClock, byParty(order.orderId), count);
        if (outcome.ok) tally.acknowledged++;
        else tally.refused++;
      } catch (error) {
        assert.ok(error instanceof LedgerUnavailableError, String(error));
        if (/whether it has happened/.test(error.message)) tally.unknown++;
        else tally.refused++;
      }
    }
  };
  const running = Promise.all(Array.from({ length: callers }, (_, i) => caller(i)));
  return {
    tallies,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

export async function assertNothingLost(ledger: Ledger, tallies: readonly Tally[]): Promise<Tally> {
  const sum: Tally = { acknowledged: 0, refused: 0, unknown: 0 };
  for (const [i, { acknowledged, refused, unknown }] of tallies.entries()) {
    const { order } = await ledger.load(SHOP, anOrder(SHOP, `o${i}`).orderId);
    const counted = Number(order!.attributes.count ?? 0);
    assert.ok(counted >= acknowledged, `o${i}: ${counted} of ${acknowledged} acknowledged`);
    assert.ok(
      counted <= acknowledged + unknown,
      `o${i}: ${counted}, but ${acknowledged} + ${unknown}`,
    );
    sum.acknowledged += acknowledged;
    sum.refused += refused;
    sum.unknown += unknown;
  }
  const { orders: _, changes: __, ...faults } = await ledger.audit();
  assert.deepEqual(faults, {
    ordersOutOfStep: 0,
    changesWithoutEvent: 0,
    eventsWithoutChange: 0,
    damage: [],
  });
  return sum;
}
