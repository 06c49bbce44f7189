// Finds calls that were answered with success although the ledger lacks their change, so that
// partners can be told after a loss.
import type { Instant } from './clock.ts';
import type { Ledger } from './ledger.ts';
import { orderId } from './ledger.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';

/**
 * The effect of a method's success on the ledger. `each`: every success is a change of its own.
 * `once`: of equal calls only the first is a change. `creates`: the order exists afterwards.
 */
export type ChangeKind = 'each' | 'once' | 'creates';

export interface LostCallsOptions {
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  /** Undefined for a refused call, and for a method that changes nothing. */
  kindOf(call: RequestRecord): ChangeKind | undefined;
  /** The search ignores calls before this time. */
  readonly since?: Instant | undefined;
}

const PAGE = 1000;

/** Newest first. The function reads the history of one changed order after the other. */
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
  // A repeated equal call got the reply of the first success and made no change.
  const calls = { platform: call.platform, orderId: call.orderId!, limit: PAGE };
  const { items } = await requests.list(calls);
  return items.some(
    (other) => kept.has(other.id) && kindOf(other) && meaning(other) === meaning(call),
  );
}

const meaning = ({ party, method, stringToSign }: RequestRecord): string =>
  JSON.stringify([party, method, stringToSign]);
