// The thread for slow work: the request log's writes, and the queries of the console.
import { parentPort, workerData } from 'node:worker_threads';
import { type RequestQuery, requestIdAt } from '../../core/request-log.ts';
import { readHead } from '../chain.ts';
import {
  auditCallbacks,
  callbackStats,
  endedIds,
  endpointStats,
  listAlerts,
  listDeliveries,
} from './callback-queries.ts';
import { openReader } from './database.ts';
import { checkFile } from './file-check.ts';
import { audit, listOrders } from './queries.ts';
import type { Batch } from './request-table.ts';
import { type RequestLogBounds, RequestsKeeper } from './requests-keeper.ts';
import type { ThreadReply } from './thread.ts';

const { ledgerPath, requestsPath, requestLog } = workerData as {
  readonly ledgerPath: string;
  readonly requestsPath: string;
  readonly requestLog: RequestLogBounds;
};
const ledger = openReader(ledgerPath, 8192);
const requests = new RequestsKeeper(requestsPath, requestLog);

const report = (problem: string): void =>
  parentPort!.postMessage({ id: 0, report: problem } satisfies ThreadReply);

const OPERATIONS = {
  appendRequests: (batch: Batch) => {
    requests.append(batch);
    return batch.lines.buffer;
  },
  listRequests: (query: RequestQuery) => requests.use((table) => table.list(query)),
  findRequest: (id: number) => requests.use((table) => table.find(id)),
  pruneRequests: (before: number) => requests.use((table) => table.prune(requestIdAt(before))),
  listOrders: (query: Parameters<typeof listOrders>[1]) => listOrders(ledger, query),
  audit: (head: string | undefined) => audit(ledger, readHead(head ?? '') ?? undefined),
  checkFile: () => checkFile(ledger, report),
  listDeliveries: (query: Parameters<typeof listDeliveries>[1]) => listDeliveries(ledger, query),
  endedIds: (query: Parameters<typeof endedIds>[1]) => endedIds(ledger, query),
  listAlerts: (query: Parameters<typeof listAlerts>[1]) => listAlerts(ledger, query),
  callbackStats: () => callbackStats(ledger),
  endpointStats: () => endpointStats(ledger),
  auditCallbacks: () => auditCallbacks(ledger),
  close: () => {
    requests.close();
    ledger.close();
  },
} as const;

export type BackgroundOperations = typeof OPERATIONS;

interface Message {
  readonly id: number;
  readonly op: keyof BackgroundOperations;
  readonly argument: never;
}

parentPort!.on('message', ({ id, op, argument }: Message) => {
  let reply: ThreadReply;
  try {
    reply = { id, value: OPERATIONS[op](argument) };
  } catch (error) {
    reply = { id, error: String(error) };
  }
  // Memory that was handed over goes back without a copy.
  const { value } = reply;
  parentPort!.postMessage(reply, value instanceof ArrayBuffer ? [value] : []);
});
