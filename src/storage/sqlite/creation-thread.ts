// The thread that writes large creations: all orders of a request in one transaction, on a connection of its own.
import { parentPort, workerData } from 'node:worker_threads';
import type { Created } from '../../core/ledger.ts';
import type { CreationRow } from './change-rows.ts';
import { type Creation, OrderChanges } from './changes.ts';
import { CountedLists } from './counted-lists.ts';
import { openApart } from './database.ts';
import { ListWindows } from './list-windows.ts';
import { prepareStatements } from './statements.ts';
import type { ThreadReply } from './thread.ts';
import { Transactions } from './transaction.ts';
import type { ApartDone } from './writer.ts';

/** SQLITE_IOERR_FSYNC */
const FAILED_SYNC = 1034;

const { path } = workerData as { path: string };
const db = openApart(path);
const transactions = new Transactions(db);
const changes = new OrderChanges(prepareStatements(db), new CountedLists(db, new ListWindows()));

/** The rows of creations that are being handed over in parts. */
const begun = new Map<number, CreationRow[]>();
let lastId = 0;

function begin(): number {
  begun.set(++lastId, []);
  return lastId;
}

function add({ id, rows }: { readonly id: number; readonly rows: readonly CreationRow[] }): void {
  begun.get(id)!.push(...rows);
}

function drop(id: number): void {
  begun.delete(id);
}

/** Call it while no other connection of this process writes. */
function create({
  id,
  ...rest
}: Omit<Creation, 'rows'> & { readonly id: number }): ApartDone<Created> {
  const rows = begun.get(id)!;
  begun.delete(id);
  transactions.reload();
  try {
    const done = transactions.runAll([
      (tx) => changes.create(tx, { ...rest, rows }),
      // Closing a group reads its changes, which would cost the serving thread some milliseconds.
      transactions.sealWhole,
    ]);
    const [outcome] = done.outcomes;
    if ('error' in outcome!) throw new Error(outcome.error);
    return { value: outcome!.value as Created, rows: done.rows };
  } catch (error) {
    const { errcode, message } = error as Error & { errcode?: number };
    if (errcode === FAILED_SYNC) return { syncFailure: message };
    throw error;
  } finally {
    db.exec('PRAGMA shrink_memory');
  }
}

const OPERATIONS = { begin, add, create, drop, close: () => db.close() } as const;

export type CreationOperations = typeof OPERATIONS;

interface Message {
  readonly id: number;
  readonly op: keyof CreationOperations;
  readonly argument: never;
}

parentPort!.on('message', ({ id, op, argument }: Message) => {
  let reply: ThreadReply;
  try {
    reply = { id, value: OPERATIONS[op](argument) };
  } catch (error) {
    reply = { id, error: String(error) };
  }
  parentPort!.postMessage(reply);
});
