// The thread for what may take long: the request log's writes, and the questions of the console.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { RequestQuery } from '../../core/request-log.ts';
import {
  auditCallbacks,
  callbackStats,
  endedIds,
  listAlerts,
  listDeliveries,
} from './callback-queries.ts';
import { BUSY_TIMEOUT_MS, openReader } from './database.ts';
import { checkFile } from './file-check.ts';
import { audit, listOrders } from './queries.ts';
import { type Batch, RequestTable } from './request-table.ts';
import type { ThreadReply } from './thread.ts';

const { ledgerPath, requestsPath } = workerData as { ledgerPath: string; requestsPath: string };
const ledger = openReader(ledgerPath, 8192);
const requestsDb = new DatabaseSync(requestsPath, { timeout: BUSY_TIMEOUT_MS });
// NORMAL: the log may lose its last second when the power goes; the ledger may not, and is elsewhere.
requestsDb.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -16384;
`);
const requests = new RequestTable(requestsDb);

const report = (problem: string): void =>
  parentPort!.postMessage({ id: 0, report: problem } satisfies ThreadReply);

const OPERATIONS = {
  appendRequests: (batch: Batch) => requests.append(batch),
  listRequests: (query: RequestQuery) => requests.list(query),
  pruneRequests: (before: number) => requests.prune(before),
  listOrders: (query: Parameters<typeof listOrders>[1]) => listOrders(ledger, query),
  audit: () => audit(ledger),
  checkFile: () => checkFile(ledger, report),
  listDeliveries: (query: Parameters<typeof listDeliveries>[1]) => listDeliveries(ledger, query),
  endedIds: (query: Parameters<typeof endedIds>[1]) => endedIds(ledger, query),
  listAlerts: (query: Parameters<typeof listAlerts>[1]) => listAlerts(ledger, query),
  callbackStats: () => callbackStats(ledger),
  auditCallbacks: () => auditCallbacks(ledger),
  close: () => {
    requestsDb.close();
    ledger.close();
  },
} as const;

export type BackgroundOperation = keyof typeof OPERATIONS;

interface Message {
  readonly id: number;
  readonly op: BackgroundOperation;
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
