// Imports the rows of a file into the ledger, in batches and each row once, and reports refused
// rows with their line.
import type { Instant } from '../core/clock.ts';
import type { Order } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import { sectionOf } from '../protocol/import.ts';
import {
  type ImportContext,
  ImportError,
  type ImportedOrder,
  type Platform,
} from '../protocol/platform.ts';
import { ImportSyntaxError } from './items.ts';
import { findProblem, movesOf, refusedMove } from './judge.ts';
import { type ImportRow, type ImportRows, readImportFile } from './read.ts';
import { type Pass, type ReadRow, resolveRow } from './resolve.ts';
import { dryStore, type ImportStore, type ImportTarget, ledgerStore } from './store.ts';

export type { ImportTarget } from './store.ts';

export interface ImportReport {
  orders: number;
  parties: number;
  /** Entries of the platforms' catalogs, such as products. */
  catalog: number;
  /** Existing orders, parties and entries, which stay unchanged. */
  existing: number;
  refused: number;
  /** Orders that were moved to the state of their row; absent if that was not requested. */
  updated?: number;
}

export interface ImportObserver {
  /**
   * Called for each refusal; the import continues. `problem` names the field. If an order consists
   * of several rows, `rows` contains all of them, and `line` is the line of the last one.
   */
  onRefused(line: number, problem: string, rows: readonly ImportRow[]): void;
  onProgress(report: Readonly<ImportReport>): void;
}

export interface ImportOptions {
  /** If true, everything is read and judged, but nothing is changed. */
  readonly dryRun?: boolean;
  /** If true, existing orders in another state are moved to the state of their row. */
  readonly update?: boolean;
  /** The store that the parts of one import share. Default: each part is an import of its own. */
  readonly store?: ImportStore;
}

/**
 * Orders per transaction: enough that the disk wait does not matter, few enough that calls wait less
 * than 20 ms. With 500 they waited up to 35 ms for orders of Jintong and ytx.
 */
const BATCH = 100;

/**
 * Existing data stays unchanged, so that an import can run again; relative times refer to the first
 * import. The rows are read twice, parties and catalog entries first, so that they may stand
 * anywhere in the file.
 *
 * @throws {ImportSyntaxError} if the file as a whole cannot be read; the items imported before stay
 */
export async function importRows(
  rows: ImportRows,
  target: ImportTarget,
  observer: ImportObserver,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const run = new ImportRun(target, observer, options);
  await run.takeAll(rows, 'parties').catch(passOver);
  await run.takeAll(rows, 'orders');
  return run.report;
}

/**
 * A file that breaks off does so in both passes. The orders before that place are imported first.
 */
function passOver(error: unknown): void {
  if (!(error instanceof ImportSyntaxError)) throw error;
}

/**
 * Imports a UTF-8 file that is not CSV.
 * @param open returns the file's bytes from the beginning, at each call
 */
export async function importFile(
  open: () => AsyncIterable<Buffer>,
  target: ImportTarget,
  observer: ImportObserver,
  options: ImportOptions = {},
): Promise<ImportReport> {
  return importRows(await readImportFile(open, { encoding: 'utf-8' }), target, observer, options);
}

interface BatchOrder {
  /** The adjacent rows of the order. Messages name the line of the last row. */
  readonly rows: ImportRow[];
  readonly platform: Platform;
  order: ImportedOrder;
}

class ImportRun {
  readonly report: ImportReport = { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 0 };
  readonly #platforms: readonly Platform[];
  readonly #store: ImportStore;
  readonly #observer: ImportObserver;
  readonly #update: boolean;
  readonly #contexts = new Map<string, ImportContext>();
  #batch: BatchOrder[] = [];

  constructor(target: ImportTarget, observer: ImportObserver, options: ImportOptions) {
    this.#platforms = target.platforms;
    this.#store = options.store ?? (options.dryRun ? dryStore(target) : ledgerStore(target));
    this.#observer = observer;
    this.#update = options.update ?? false;
    if (this.#update) this.report.updated = 0;
  }

  async takeAll(rows: ImportRows, pass: Pass): Promise<void> {
    try {
      for await (const row of rows()) await this.#take(row, pass);
    } catch (error) {
      if (error instanceof ImportSyntaxError) await this.#flush();
      throw error;
    }
    await this.#flush();
  }

  async #take(row: ImportRow, pass: Pass): Promise<void> {
    try {
      const found = resolveRow(this.#platforms, row, pass);
      if (!found) return;
      if (pass === 'orders') await this.#addOrder(row, found);
      else await this.#addParties(found);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      this.#refuse([row], error.message);
    }
  }

  #refuse(rows: readonly ImportRow[], problem: string): void {
    this.report.refused++;
    this.#observer.onRefused(rows.at(-1)!.line, problem, rows);
  }

  async #addParties({ platform, section, item }: ReadRow): Promise<void> {
    const { parties, tokens = {}, catalog = {} } = platform.import;
    const context = this.#context(platform.name);
    const its = sectionOf(tokens, section)?.(item, context) ?? [];
    for (const party of sectionOf(parties, section)?.(item, context) ?? []) {
      await this.#addParty(party);
    }
    for (const entry of sectionOf(catalog, section)?.(item, context) ?? []) {
      if (await this.#store.createEntry(entry)) this.report.catalog++;
      else this.report.existing++;
    }
    if (its.length > 0) await this.#store.saveTokens(its);
  }

  async #addParty(party: Party): Promise<void> {
    const { platform, partyId } = party;
    // An existing party stays unchanged, and its keys may be older than today's rules.
    const isNew = !this.#store.parties(platform).some((one) => one.partyId === partyId);
    const [wrong] = isNew ? this.#store.keyProblems(party) : [];
    if (wrong) throw new ImportError(partyId, `its key ${wrong.problem}`);
    const created = await this.#store.createParty(party);
    if (created) this.report.parties++;
    else this.report.existing++;
    this.#contexts.delete(party.platform);
  }

  /** Keeps the rows of one order together: a batch ends only before a row of another order. */
  async #addOrder(row: ImportRow, { platform, section, item }: ReadRow): Promise<void> {
    const order = platform.import.orders[section]!(item, this.#context(platform.name));
    const last = this.#batch.at(-1);
    const { rows } = platform.import;
    if (rows && last?.platform === platform && last.order.order.orderId === order.order.orderId) {
      last.order = rows.combine(last.order, order);
      last.rows.push(row);
      return;
    }
    if (this.#batch.length >= BATCH) await this.#flush();
    this.#batch.push({ rows: [row], platform, order });
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const created = await this.#store.createOrders(batch.map(({ order }) => order));
    this.report.orders += created.created;
    this.report.existing += batch.length - created.created;
    if (created.existing.length > 0) await this.#judge(batch, new Set(created.existing));
    this.#observer.onProgress(this.report);
  }

  /**
   * For a batch with existing orders: decides which rows describe them, and which rows conflict.
   */
  async #judge(batch: readonly BatchOrder[], existing: ReadonlySet<string>): Promise<void> {
    for (const platform of new Set(batch.map((entry) => entry.platform))) {
      const entries = batch.filter((entry) => entry.platform === platform);
      const ids = entries.map(({ order }) => order.order.orderId);
      const loaded = await this.#store.load(platform.name, ids);
      for (const [i, { rows, order }] of entries.entries()) {
        const there = loaded[i] ?? null;
        if (there && !existing.has(there.orderId)) continue; // This row's order was created.
        const problem = await findProblem(this.#store, platform, there, order);
        if (problem !== null) {
          this.report.existing--;
          this.#refuse(rows, problem);
        } else if (this.#update) await this.#bringUp(rows, platform, there!, order);
      }
    }
  }

  async #bringUp(
    rows: readonly ImportRow[],
    platform: Platform,
    there: Order,
    row: ImportedOrder,
  ): Promise<void> {
    const moves = movesOf(platform, there, row);
    if (moves.length === 0) return;
    this.report.existing--;
    for (const { line, to, note, field } of moves) {
      const request = { platform: platform.name, orderId: there.orderId, line, to, note };
      const moved = await this.#store.move(platform, request);
      if (!moved.ok) {
        this.#refuse(rows, `${field}: ${refusedMove(platform, there, moved)}`);
        return;
      }
    }
    this.report.updated! += 1;
  }

  #context(platform: string): ImportContext {
    let context = this.#contexts.get(platform);
    if (!context) {
      const now: Instant = this.#store.now();
      context = { now, parties: this.#store.parties(platform) };
      this.#contexts.set(platform, context);
    }
    return context;
  }
}
