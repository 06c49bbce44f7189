// What opening storage gives: the ledger, and the request log beside it.
import type { Ledger } from '../core/ledger.ts';
import type { RequestLog } from '../core/request-log.ts';

export interface OpenStorage {
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  /** Finishes what is under way, then lets the store go. */
  close(): Promise<void>;
}
