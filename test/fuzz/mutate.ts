// Makes a body that nobody has thought of out of one that means something: the same seed, the same body.

/** Numbers from a seed (mulberry32): the same on every machine, so that a case can be run again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to `end`, not included. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % end;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** The longest body that a mutation makes; the gateways' own bound is 1 MiB. */
const MAX_BYTES = 96 * 1024;
/** How often a piece is repeated: mostly a few times, and now and then so often that it fills a body. */
const REPEATS = [2, 2, 3, 3, 5, 8, 17, 33];
const MANY_REPEATS = [64, 300, 1000, 4000];
/** One in so many repetitions is a long one: long bodies cost a run most of its time. */
const RARELY = 50;

/**
 * One to six changes: bytes flipped, put in, cut out, moved; a piece of `tokens` or of the body
 * itself put in once or many times.
 */
export function mutate(body: Buffer, random: Random, tokens: readonly string[]): Buffer {
  let made = body;
  const changes = 1 + random.below(6);
  for (let i = 0; i < changes; i++) made = change(made, random, tokens);
  return made.subarray(0, MAX_BYTES);
}

function change(body: Buffer, random: Random, tokens: readonly string[]): Buffer {
  const at = random.below(body.length + 1);
  const before = body.subarray(0, at);
  const after = body.subarray(at);
  switch (random.below(8)) {
    case 0: // A byte becomes another.
      return Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, Buffer.from([random.below(256), random.below(256)]), after]);
    case 2: // Something is missing.
      return Buffer.concat([before, after.subarray(1 + random.below(12))]);
    case 3: // The rest is missing.
      return Buffer.from(before);
    case 4: // A piece of the body comes again, elsewhere.
      return Buffer.concat([before, pieceOf(body, random), after]);
    case 5: {
      const piece =
        random.below(2) === 0 ? pieceOf(body, random) : Buffer.from(random.pick(tokens));
      const times = random.pick(random.below(RARELY) === 0 ? MANY_REPEATS : REPEATS);
      return Buffer.concat([before, repeated(piece, times), after]);
    }
    default:
      return Buffer.concat([before, Buffer.from(random.pick(tokens)), after]);
  }
}

function pieceOf(body: Buffer, random: Random): Buffer {
  const from = random.below(body.length + 1);
  return body.subarray(from, from + 1 + random.below(40));
}

function repeated(piece: Buffer, times: number): Buffer {
  if (piece.length === 0) return piece;
  return Buffer.alloc(Math.min(piece.length * times, MAX_BYTES), piece);
}
