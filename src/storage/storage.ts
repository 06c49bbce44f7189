// What opening storage gives: the ledger, and the request log beside it.
import type { CallbackStore } from '../core/callbacks.ts';
import type { CatalogStore } from '../core/catalog.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Limits } from '../core/limits.ts';
import type { RequestLog } from '../core/request-log.ts';
import type { TokenStore } from '../core/token.ts';

export interface OpenStorage {
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  readonly tokens: TokenStore;
  readonly catalog: CatalogStore;
  readonly limits: Limits;
  readonly callbacks: CallbackStore;
  /** Finishes what is under way, then lets the store go. */
  close(): Promise<void>;
}
