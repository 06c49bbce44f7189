// An import into a running server, sent in parts: the form of a part, and how a file is cut into
// parts.
import type { JsonObject } from '../core/order.ts';
import type { Platform } from '../protocol/platform.ts';
import type { ImportRow, ImportRows } from './read.ts';
import { isForParties } from './resolve.ts';
import { type ImportReport, importRows } from './run.ts';
import { dryStore, type ImportStore, type ImportTarget } from './store.ts';

export interface ImportPart {
  readonly rows: readonly ImportRow[];
  readonly update: boolean;
  /**
   * Identifies the parts of one dry run, so that they see the results of earlier parts; null: no
   * dry run.
   */
  readonly dryRun: string | null;
}

export interface PartAnswer {
  readonly report: ImportReport;
  /** `rows` are indexes into the part's list. */
  readonly refused: { readonly line: number; readonly problem: string; readonly rows: number[] }[];
}

/**
 * Maximum dry runs in memory, each with its orders. The one that was unused longest is dropped
 * first.
 */
const DRY_RUNS = 4;

/** Processes parts on the server. */
export function partTaker(target: ImportTarget): (part: ImportPart) => Promise<PartAnswer> {
  const dryRuns = new Map<string, ImportStore>();
  const dryRun = (name: string): ImportStore => {
    const store = dryRuns.get(name) ?? dryStore(target);
    dryRuns.delete(name);
    dryRuns.set(name, store);
    if (dryRuns.size > DRY_RUNS) dryRuns.delete(dryRuns.keys().next().value!);
    return store;
  };
  return async ({ rows, update, dryRun: name }) => {
    const refused: PartAnswer['refused'] = [];
    const places = new Map(rows.map((row, i) => [row, i]));
    const report = await importRows(
      async function* () {
        yield* rows;
      },
      target,
      {
        onRefused: (line, problem, its) =>
          refused.push({ line, problem, rows: its.map((row) => places.get(row)!) }),
        onProgress() {},
      },
      { update, ...(name !== null && { store: dryRun(name) }) },
    );
    return { report, refused };
  };
}

const MAX_ROWS = 500;
/** In characters. The server accepts a body of 1 MiB, and a character may take three bytes. */
const MAX_CHARACTERS = 200_000;

/** Cuts a file into parts: parties first, and never between rows of one order. */
export async function* cutIntoParts(
  rows: ImportRows,
  platforms: readonly Platform[],
): AsyncGenerator<readonly ImportRow[]> {
  for (const parties of [true, false]) {
    let part: ImportRow[] = [];
    let characters = 0;
    for await (const row of rows()) {
      if (isForParties(platforms, row) !== parties) continue;
      const isFull = part.length >= MAX_ROWS || characters >= MAX_CHARACTERS;
      if (isFull && !isSameOrder(part.at(-1)!, row)) {
        yield part;
        [part, characters] = [[], 0];
      }
      part.push(row);
      characters += row.text?.length ?? 0;
    }
    if (part.length > 0) yield part;
  }
}

function isSameOrder(a: ImportRow, b: ImportRow): boolean {
  try {
    const [first, second] = [a, b].map(({ text }) => (JSON.parse(text!) as JsonObject).orderId);
    return first !== undefined && first === second;
  } catch {
    return false;
  }
}
