// historyOrders: reads all orders of any time range, each once, with as many calls as needed.
import { RefusedError } from '../../client/errors.ts';
import type { CallOptions, Client } from '../../client/options.ts';
import type { Reply } from '../../protocol/contract.ts';
import { addMonths, formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';
import type { SuningContract } from './contract.ts';

const METHOD = 'suning.fws.historyorder.query';
const NOTHING_FOUND = 'biz.handler.data-get:no-result';
/** "查询时间起止日期不能超过3个月" */
const MAX_MONTHS = 3;
/** "最大值:100" */
const PAGE_SIZE = 100;

export type HistoryOrder = Reply<SuningContract, typeof METHOD>;

/** A Date, milliseconds since 1970, or `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai. */
export type Time = Date | number | string;

export interface HistoryRange extends CallOptions {
  /** The first moment, inclusive. Fractions of a second are cut off. */
  readonly from: Time;
  /** The end, exclusive; any time after `from`. */
  readonly to: Time;
  readonly serverId?: string;
  readonly chargeId?: string;
  readonly orderCategory?: '1' | '2' | '3';
  /**
   * The `cursor` of an earlier history with the same range and filters. The history continues after
   * it.
   */
  readonly cursor?: string;
}

export interface History extends AsyncIterable<HistoryOrder> {
  /** The position after the last returned order; null before the first. */
  readonly cursor: string | null;
}

export interface HistoryOrders {
  /** @throws the errors of `call`, and RangeError for an invalid time or cursor */
  historyOrders(range: HistoryRange): History;
}

/** The position of a cursor: the last order's second, and the returned orders of that second. */
interface Place {
  readonly at: string;
  readonly shown: readonly string[];
}

export function historyOrders(client: Client<SuningContract>): HistoryOrders {
  return {
    historyOrders(range) {
      const from = toInstant(range.from, 'from');
      const to = toInstant(range.to, 'to');
      if (from >= to) throw new RangeError('from has to be before to, by one second at least');
      let place = range.cursor === undefined ? null : readCursor(range.cursor);
      return {
        get cursor() {
          return place && JSON.stringify([place.at, ...place.shown]);
        },
        async *[Symbol.asyncIterator]() {
          for await (const [order, next] of ordersOf(client, range, { from, to }, place)) {
            place = next;
            yield order;
          }
        },
      };
    },
  };
}

/**
 * Orders are sorted by createTime (settled.md, S34). A query therefore begins at the last order's
 * time and not at a page number, so that an added or removed order pushes no other past the end of
 * a page.
 */
async function* ordersOf(
  client: Client<SuningContract>,
  { serverId, chargeId, orderCategory, signal, timeoutMs }: HistoryRange,
  { from, to }: { readonly from: number; readonly to: number },
  begin: Place | null,
): AsyncGenerator<readonly [HistoryOrder, Place]> {
  const filters = {
    ...(serverId !== undefined && { serverId }),
    ...(chargeId !== undefined && { chargeId }),
    ...(orderCategory !== undefined && { orderCategory }),
  };
  const options = {
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  let place: Place = begin ?? { at: formatShanghai(from), shown: [] };
  let pageNo = 1;
  for (let start = parseShanghai(place.at)!; start < to; ) {
    const end = Math.min(addMonths(start, MAX_MONTHS), to);
    const times = { startTime: formatShanghai(start), endTime: formatShanghai(end) };
    const page = { pageNo, pageSize: PAGE_SIZE };
    const orders = await readPage(client, { ...filters, ...times, ...page }, options);
    for (const order of orders) {
      const { orderId, createTime } = order;
      if (createTime < place.at) {
        throw new RangeError(`order ${orderId} of ${createTime} came after one of ${place.at}`);
      }
      const { shown }: Place = createTime === place.at ? place : { shown: [], at: createTime };
      if (shown.includes(orderId)) continue;
      place = { at: createTime, shown: [...shown, orderId] };
      yield [order, place];
    }
    const next = parseShanghai(place.at)!;
    if (orders.length < PAGE_SIZE) {
      start = end;
      pageNo = 1;
    } else if (next > start) {
      start = next;
      pageNo = 1;
    } else {
      // One second has more orders than a page.
      pageNo++;
    }
  }
}

async function readPage(
  client: Client<SuningContract>,
  params: Parameters<typeof client.call<typeof METHOD>>[1],
  options: CallOptions,
): Promise<readonly HistoryOrder[]> {
  try {
    return (await client.call(METHOD, params, options)).items;
  } catch (error) {
    if (error instanceof RefusedError && error.refused.code === NOTHING_FOUND) return [];
    throw error;
  }
}

function toInstant(time: Time, name: string): number {
  const instant = typeof time === 'string' ? parseShanghai(time) : Number(time);
  if (instant === null || !Number.isFinite(instant)) {
    throw new RangeError(
      `${name} has to be a Date, milliseconds, or yyyy-MM-dd HH:mm:ss in Asia/Shanghai`,
    );
  }
  return instant - (instant % 1000);
}

function readCursor(text: string): Place {
  try {
    const [at, ...shown] = JSON.parse(text) as string[];
    if (parseShanghai(at!) !== null) return { at: at!, shown };
  } catch {
    // A text that is not JSON is not a cursor.
  }
  throw new RangeError('cursor has to be the cursor of an earlier history');
}
