// The calls of many parties, mixed: each call is of another party, chosen evenly.
import { frame } from './frame.ts';
import { repeatableRandom } from './jintong-requests.ts';
import type { Shot } from './load.ts';
import { type MethodPhase, phasesOf } from './method-requests.ts';
import type { BenchOptions } from './options.ts';

/** The indexes of a party's orders begin at a multiple of it, because Suning's load data repeats so. */
const REPEATS_AFTER = 64;

export const partyName = (index: number): string => `load${String(index).padStart(3, '0')}`;

/** How many orders each party has, of --orders. */
export function ordersEach({ orders, parties }: BenchOptions): number {
  const each = Math.floor(orders / parties / REPEATS_AFTER) * REPEATS_AFTER;
  if (each > 0) return each;
  throw new RangeError(`--orders has to be at least ${REPEATS_AFTER} for each of --parties`);
}

/** @throws {RangeError} if no method's name holds `only` */
export function mixedPhases(options: BenchOptions): readonly MethodPhase[] {
  const { parties, secret, only } = options;
  const orders = ordersEach(options);
  const all = Array.from({ length: parties }, (_, i) =>
    phasesOf({ party: partyName(i), first: i * orders, orders, secret }),
  );
  const random = repeatableRandom(3);
  const mixed = all[0]!.map((phase, at) => ({
    ...phase,
    next: () => all[Math.floor(random() * parties)]![at]!.next(),
  }));
  const asked = mixed.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  if (asked.length === 0) throw new RangeError(`no method's name holds "${only}"`);
  return asked;
}

export function shotsOf(phase: MethodPhase, count: number): Shot[] {
  return Array.from({ length: count }, () => {
    const { target, headers, body, expected } = phase.next();
    return { request: frame(target, headers, body), expected: Buffer.from(expected) };
  });
}
