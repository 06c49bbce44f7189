// Counts and digests of a table's rows, which show whether two copies are equal.
import { hash } from 'node:crypto';

const LANES = 8;

export interface TableSum {
  readonly rows: number;
  /** 64 hex digits. */
  readonly digest: string;
}

/**
 * The digest adds the SHA-256 of all rows, each of its eight 32-bit words separately modulo 2^32.
 * It does not depend on the sequence of rows, so that no engine must sort. It reveals accidents
 * only; an attacker could write another backup anyway.
 */
export class Sum {
  #rows = 0;
  readonly #lanes = new Uint32Array(LANES);

  add(lines: readonly string[]): void {
    this.#rows += lines.length;
    for (const line of lines) {
      const digest = hash('sha256', line, 'buffer');
      for (let i = 0; i < LANES; i++) this.#lanes[i]! += digest.readUInt32BE(i * 4);
    }
  }

  result(): TableSum {
    const words = Array.from(this.#lanes, (lane) => lane.toString(16).padStart(8, '0'));
    return { rows: this.#rows, digest: words.join('') };
  }
}

export type Sums = Readonly<Record<string, TableSum>>;

/** One sentence for each table that differs. */
export function differences(expected: Sums, found: Sums): string[] {
  return Object.entries(expected).flatMap(([table, { rows, digest }]) => {
    const other = found[table];
    if (other?.rows !== rows) return `${table}: ${rows} rows expected, ${other?.rows ?? 0} found`;
    return other.digest === digest ? [] : `${table}: ${rows} rows, but not the same ones`;
  });
}
