// Runs a target over many mutated bodies: no fault, no body above the bound of CPU, and memory that stays flat.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MAX_RATIO, measureCpu } from '../cpu-bound.ts';
import { mutate, Random } from './mutate.ts';
import type { Target } from './targets.ts';

export interface Fuzzed {
  readonly name: string;
  readonly cases: number;
  /** What went wrong, with the number of the case, which runs it again. */
  readonly faults: readonly string[];
  /** The dearest body: its CPU beside a plain body of the same length. */
  readonly worstRatio: number;
  /** Growth of the heap from a fifth of the cases to the end, in MiB. */
  readonly grownMiB: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The body of a case: its number is its seed. */
export function bodyOf({ seeds, tokens }: Target, seed: number, number: number): Buffer {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ number);
  return mutate(Buffer.from(random.pick(seeds)), random, tokens);
}

/** A body of the same length that costs what a call has to. */
const plainOf = ({ plain }: Target, { length }: Buffer): Buffer =>
  plain?.(length) ?? Buffer.alloc(length, 'x');

/**
 * A case is looked at closely when it took longer than this for each KiB, in microseconds, beyond
 * what any call costs. The look then measures CPU, so that a busy machine accuses nobody.
 */
const SUSPICIOUS_MICROS = 150;
const ANY_CALL_MICROS = 2000;
/** Measuring takes a hundred runs; the dearest suspects of a run are enough. */
const MAX_SUSPECTS = 8;

export async function fuzz(target: Target, cases: number, seed: number): Promise<Fuzzed> {
  const faults: string[] = [];
  const suspects: { readonly number: number; readonly micros: number }[] = [];
  let heapAtFifth = 0;
  for (let number = 0; number < cases; number++) {
    if (number === Math.floor(cases / 5)) heapAtFifth = heapAfterCollection();
    const body = bodyOf(target, seed, number);
    const started = performance.now();
    try {
      await target.run(body);
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      faults.push(`case ${number} of seed ${seed}: ${what}`);
      if (faults.length >= 5) break;
    }
    const micros = (performance.now() - started) * 1000 - ANY_CALL_MICROS;
    if (body.length > 0 && micros > SUSPICIOUS_MICROS * (body.length / 1024))
      suspects.push({ number, micros });
  }
  const grownMiB = (heapAfterCollection() - heapAtFifth) / 2 ** 20;
  suspects.sort((a, b) => b.micros - a.micros);
  let worstRatio = 0;
  for (const { number } of suspects.slice(0, MAX_SUSPECTS)) {
    const body = bodyOf(target, seed, number);
    const ratio = await ratioOf(target, body);
    worstRatio = Math.max(worstRatio, ratio);
    if (ratio <= MAX_RATIO) continue;
    const told = `${ratio.toFixed(1)} times the CPU of a plain body of ${body.length} bytes`;
    faults.push(`case ${number} of seed ${seed}: ${told}; the bound is ${MAX_RATIO}`);
  }
  return { name: target.name, cases, faults, worstRatio, grownMiB };
}

/** A body that really costs too much does so each time; what else the machine does, only sometimes. */
const LOOKS = 3;

/** The smallest of several measurements. */
async function ratioOf(target: Target, body: Buffer): Promise<number> {
  const plain = plainOf(target, body);
  const run = ({ body: sent }: { readonly body: Buffer }) => target.run(sent);
  let smallest = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS && smallest > MAX_RATIO / 2; look++) {
    const { ratio } = await measureCpu(run, { body }, { body: plain });
    // The measure is for each KiB. No call is shorter than its frame, which a short body may be.
    smallest = Math.min(smallest, ratio * Math.min(1, body.length / plain.length));
  }
  return smallest;
}

function heapAfterCollection(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
