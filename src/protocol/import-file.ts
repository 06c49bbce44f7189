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

class ImportRun {
  readonly report: ImportReport = { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 0 };
  readonly #target: ImportTarget;
  readonly #observer: ImportObserver;
  readonly #contexts = new Map<string, ImportContext>();
  #batch: NewOrder[] = [];

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
    if (this.#batch.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const orders = this.#batch;
    if (orders.length === 0) return;
    this.#batch = [];
    const now = this.#target.clock.now();
    const created = await this.#target.ledger.createOrders({ orders, existing: 'skip', now });
    if (created.result !== 'created') throw new Error(`import: unexpected ${created.result}`);
    this.report.orders += created.created;
    this.report.existing += created.existing.length;
    this.#observer.onProgress(this.report);
  }

  async #read({ place, text }: ImportItem): Promise<void> {
    const item = parse(text);
    const { platforms } = this.#target;
    if (!place) {
      const { platform, read, fields } = orderItem(platforms, item);
      this.#batch.push(read(fields, this.#context(platform.name)));
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
      this.#batch.push(order(item, context));
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
