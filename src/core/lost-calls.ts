// Finds calls that were answered with success and whose change the ledger does not hold: what partners are owed after a loss.
import type { Instant } from './clock.ts';
import type { Ledger } from './ledger.ts';
import { orderId } from './ledger.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';

/**
 * What a success of a method means for the ledger: `each` success is a change of its own; of equal
 * calls only the first is (`once`); the order is there from then on (`creates`).
 */
export type ChangeKind = 'each' | 'once' | 'creates';

export interface LostCallsOptions {
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  /** Undefined for a call that was refused, or of a method that changes nothing. */
  kindOf(call: RequestRecord): ChangeKind | undefined;
  /** Calls from before are not looked at. */
  readonly since?: Instant | undefined;
}

const PAGE = 1000;

/** Newest first. It reads the history of each order that was changed, one after the other. */
export async function* findLostCalls(options: LostCallsOptions): AsyncGenerator<RequestRecord> {
  const { requests, kindOf, since: from } = options;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await requests.list({ limit: PAGE, from, cursor });
    for (const call of page.items) {
      const kind = kindOf(call);
      if (kind && call.orderId !== null && !(await isKept(call, kind, options))) yield call;
    }
    cursor = page.nextCursor;
  }
}

async function isKept(
  call: RequestRecord,
  kind: ChangeKind,
  { ledger, requests, kindOf }: LostCallsOptions,
): Promise<boolean> {
  const record = await ledger.readHistory(call.platform, orderId(call.orderId!));
  if (record === null) return false;
  const kept = new Set(record.history.map(({ requestId }) => requestId));
  if (kind === 'creates' || kept.has(call.id)) return true;
  if (kind === 'each') return false;
  // A repeat of an equal call got the first one's success, and made no change of its own.
  const calls = { platform: call.platform, orderId: call.orderId!, limit: PAGE };
  const { items } = await requests.list(calls);
  return items.some(
    (other) => kept.has(other.id) && kindOf(other) && meaning(other) === meaning(call),
  );
}

const meaning = ({ party, method, stringToSign }: RequestRecord): string =>
  JSON.stringify([party, method, stringToSign]);
