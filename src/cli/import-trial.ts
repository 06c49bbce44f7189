// Tries an import on a fresh ledger of its own, so that a file of which nothing is taken makes no ledger.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { ImportRows } from '../import/read.ts';
import { type ImportObserver, type ImportReport, importRows } from '../import/run.ts';
import { dryStore, type ImportStore, type ImportTarget } from '../import/store.ts';
import { openWorkplace } from '../main.ts';

/** Nearly every file has a row that can be taken among so many, so that it is not read twice. */
const FIRST_ROWS = 200;

export interface Trial {
  readonly config: Config;
  readonly rows: ImportRows;
  /** Receives the refusals if no row is taken. */
  readonly observer: ImportObserver;
  readonly update: boolean;
}

/** @returns the report if a fresh ledger would take no row; null if it would take one */
export async function refusedByFresh({
  config,
  rows,
  observer,
  update,
}: Trial): Promise<ImportReport | null> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ordergate-import-'));
  const own = { ...config, dataDirectory, databaseUrl: undefined, groupsFile: undefined };
  const { storage, ...workplace } = await openWorkplace({ config: own });
  try {
    const { ledger, tokens } = storage;
    const target = { ...workplace, ledger, tokens };
    for (const some of [first(rows, FIRST_ROWS), rows]) {
      if (await takesAny(some, target, update)) return null;
    }
    return await importRows(rows, target, observer, { dryRun: true, update });
  } finally {
    await storage.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

const first = (rows: ImportRows, count: number): ImportRows =>
  async function* () {
    let left = count;
    for await (const row of rows()) {
      yield row;
      if (--left === 0) return;
    }
  };

const SILENT: ImportObserver = { onRefused() {}, onProgress() {} };

async function takesAny(rows: ImportRows, target: ImportTarget, update: boolean): Promise<boolean> {
  let isTaken = false;
  const taking = <A, R>(act: (given: A) => Promise<R>): ((given: A) => Promise<R>) => {
    return (given) => {
      isTaken = true;
      return act(given);
    };
  };
  const below = dryStore(target);
  const store: ImportStore = {
    ...below,
    createParty: taking(below.createParty),
    createEntry: taking(below.createEntry),
    createOrders: taking(below.createOrders),
  };
  const untilTaken: ImportRows = async function* () {
    for await (const row of rows()) {
      if (isTaken) return;
      yield row;
    }
  };
  try {
    await importRows(untilTaken, target, SILENT, { store, update });
  } catch {
    // The import itself says what is wrong with the file, after the rows before that place.
  }
  return isTaken;
}
