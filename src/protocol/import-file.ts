// Brings an import file into the ledger: in batches, once, saying what it refuses and where.
import type { Clock } from '../core/clock.ts';
import type { Ledger, NewOrder } from '../core/ledger.ts';
import type { Party } from '../core/party.ts';
import type { TokenStore } from '../core/token.ts';
import type { Catalog } from './catalog.ts';
import { orderItem, sectionOf } from './import.ts';
import { type ImportItem, ImportSyntaxError, readImportItems } from './import-items.ts';
import type { Parties } from './parties.ts';
import { type ImportContext, ImportError, type Json, type Platform } from './platform.ts';

export interface ImportTarget {
  readonly ledger: Ledger;
  readonly parties: Parties;
  readonly catalog: Catalog;
  readonly tokens: TokenStore;
  readonly platforms: readonly Platform[];
  readonly clock: Clock;
}

export interface ImportReport {
  orders: number;
  parties: number;
  /** Entries of platforms' catalogs, such as products. */
  catalog: number;
  /** Orders, parties and entries that were there already, and were left alone. */
  existing: number;
  refused: number;
}

export interface ImportObserver {
  /** Called for what is refused; the import goes on. `problem` names the field. */
  onRefused(line: number, problem: string): void;
  onProgress(report: Readonly<ImportReport>): void;
}

/** Orders in one transaction: enough that the disk does not matter, few enough to share it. */
const BATCH = 500;

/**
 * What is there already is left as it is, so that an import can be run again; relative times mean
 * the moment of the first import.
 *
 * @throws {ImportSyntaxError} when the file as a whole cannot be read; what came before stays.
 */
export async function importFile(
  chunks: AsyncIterable<string>,
  target: ImportTarget,
  observer: ImportObserver,
): Promise<ImportReport> {
  const run = new ImportRun(target, observer);
  try {
    for await (const item of readImportItems(chunks)) await run.take(item);
  } catch (error) {
    if (error instanceof ImportSyntaxError) await run.flush();
    throw error;
  }
  await run.flush();
  return run.report;
}

interface BatchRow {
  line: number;
  readonly platform: Platform;
  order: NewOrder;
}

class ImportRun {
  readonly report: ImportReport = { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 0 };
  readonly #target: ImportTarget;
  readonly #observer: ImportObserver;
  readonly #contexts = new Map<string, ImportContext>();
  #batch: BatchRow[] = [];

  constructor(target: ImportTarget, observer: ImportObserver) {
    this.#target = target;
    this.#observer = observer;
  }

  async take(item: ImportItem): Promise<void> {
    try {
      await this.#read(item);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      this.report.refused++;
      this.#observer.onRefused(item.line, error.message);
    }
  }

  /** Rows of one order stay together: a batch ends before a row of another. */
  async #addOrder(line: number, platform: Platform, order: NewOrder): Promise<void> {
    const last = this.#batch.at(-1);
    const { rows } = platform.import;
    if (rows && last?.platform === platform && last.order.order.orderId === order.order.orderId) {
      last.order = rows.combine(last.order, order);
      last.line = line;
      return;
    }
    if (this.#batch.length >= BATCH) await this.flush();
    this.#batch.push({ line, platform, order });
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const now = this.#target.clock.now();
    const orders = batch.map((row) => row.order);
    const created = await this.#target.ledger.createOrders({ orders, existing: 'skip', now });
    if (created.result !== 'created') throw new Error(`import: unexpected ${created.result}`);
    const refused = await this.#refuseRowsMissing(batch, new Set<string>(created.existing));
    this.report.orders += created.created;
    this.report.existing += created.existing.length - refused;
    this.#observer.onProgress(this.report);
  }

  /** A row that is more than the order of its id, which is there, was not imported: it is refused. */
  async #refuseRowsMissing(batch: BatchRow[], existing: ReadonlySet<string>): Promise<number> {
    let refused = 0;
    for (const { line, platform, order } of batch) {
      const { rows } = platform.import;
      const id = order.order.orderId;
      if (!rows || !existing.has(id)) continue;
      const there = (await this.#target.ledger.load(platform.name, id)).order;
      const problem = there && rows.missingIn(there, order);
      if (!problem) continue;
      refused++;
      this.report.refused++;
      this.#observer.onRefused(line, `orderId: ${problem}`);
    }
    return refused;
  }

  async #read({ line, place, text }: ImportItem): Promise<void> {
    const item = parse(text);
    const { platforms } = this.#target;
    if (!place) {
      const { platform, read, fields } = orderItem(platforms, item);
      await this.#addOrder(line, platform, read(fields, this.#context(platform.name)));
      return;
    }
    const platform = platforms.find((p) => p.name === place.platform);
    if (!platform) {
      const known = platforms.map((p) => p.name).join(', ');
      throw new ImportError(place.platform, `no such platform; there are: ${known}`);
    }
    const { orders, parties, tokens = {}, catalog = {} } = platform.import;
    const context = this.#context(platform.name);
    const order = sectionOf(orders, place.section);
    if (order) {
      await this.#addOrder(line, platform, order(item, context));
      return;
    }
    const ofParties = sectionOf(parties, place.section);
    const ofCatalog = sectionOf(catalog, place.section);
    if (!ofParties && !ofCatalog) {
      const sections = [parties, orders, catalog].flatMap((group) => Object.keys(group));
      throw new ImportError(
        `${place.platform}.${place.section}`,
        `no such section; there are: ${sections.join(', ')}`,
      );
    }
    const its = sectionOf(tokens, place.section)?.(item, context) ?? [];
    for (const party of ofParties?.(item, context) ?? []) await this.#addParty(party);
    for (const entry of ofCatalog?.(item, context) ?? []) {
      if (await this.#target.catalog.save(entry, 'create')) this.report.catalog++;
      else this.report.existing++;
    }
    if (its.length > 0) await this.#target.tokens.save(its);
  }

  async #addParty(party: Party): Promise<void> {
    const created = await this.#target.parties.create(party);
    if (created) this.report.parties++;
    else this.report.existing++;
    this.#contexts.delete(party.platform);
  }

  #context(platform: string): ImportContext {
    let context = this.#contexts.get(platform);
    if (!context) {
      context = { now: this.#target.clock.now(), parties: this.#target.parties.list(platform) };
      this.#contexts.set(platform, context);
    }
    return context;
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new ImportError('(item)', (error as Error).message);
  }
}
