// Merges many sorted streams of rows into one, a page of each in memory.

/** One row of a stream, with its key. */
export interface Keyed {
  readonly orderId: string;
  readonly platform: string;
}

/**
 * In the sequence of PostgreSQL's collation "C", which compares bytes of UTF-8. A string of JavaScript
 * compares UTF-16, where the halves of a pair sort before U+E000.
 */
export function compareBytes(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;

const compareKeys = (a: Keyed, b: Keyed): number =>
  compareBytes(a.orderId, b.orderId) || compareBytes(a.platform, b.platform);

/** Rows that are sorted by order and platform. @returns the next page; an empty one is the end */
export type Pages<T extends Keyed> = () => Promise<readonly T[]>;

interface Stream<T extends Keyed> {
  readonly next: Pages<T>;
  page: readonly T[];
  at: number;
}

/** @param onKey receives the rows of each key together. A page of each stream is in memory. */
export async function mergeSorted<T extends Keyed>(
  all: readonly Pages<T>[],
  onKey: (rows: readonly T[]) => void,
): Promise<void> {
  const streams: Stream<T>[] = [];
  for (const next of all) {
    const page = await next();
    if (page.length > 0) streams.push({ next, page, at: 0 });
  }
  const rowOf = ({ page, at }: Stream<T>): T => page[at]!;
  /** A heap: the stream with the smallest key is the first. */
  const sink = (from: number): void => {
    for (let i = from; ; ) {
      let least = i;
      for (let child = 2 * i + 1; child <= 2 * i + 2 && child < streams.length; child++) {
        if (compareKeys(rowOf(streams[child]!), rowOf(streams[least]!)) < 0) least = child;
      }
      if (least === i) return;
      [streams[i], streams[least]] = [streams[least]!, streams[i]!];
      i = least;
    }
  };
  for (let i = streams.length >> 1; i >= 0; i--) sink(i);
  let same: T[] = [];
  for (let first = streams[0]; first; first = streams[0]) {
    const row = rowOf(first);
    if (same.length > 0 && compareKeys(same[0]!, row) !== 0) {
      onKey(same);
      same = [];
    }
    same.push(row);
    if (++first.at === first.page.length) {
      first.page = await first.next();
      first.at = 0;
      if (first.page.length === 0) {
        const last = streams.pop()!;
        if (last !== first) streams[0] = last;
      }
    }
    if (streams.length > 0) sink(0);
  }
  if (same.length > 0) onKey(same);
}
