// A row of an order's history as the management API shows it, with where to read the call behind it.
import { z } from 'zod';
import type { HistoryEntry } from '../core/order.ts';
import { isoTime, shanghaiTime } from './endpoint.ts';

export const historySchema = z
  .object({
    version: z.int(),
    at: z.iso.datetime(),
    action: z.string(),
    line: z.string().nullable(),
    from: z.string().nullable(),
    to: z.string(),
    fromName: z.string().nullable().describe('the name of `from` in the platform’s document'),
    toName: z.string(),
    actor: z
      .string()
      .describe(
        'party:…, operator:… with the account’s or the token’s name, operator by the admin token, import, or deadline:…',
      ),
    note: z.string().nullable(),
    atShanghai: z.iso.datetime({ offset: true }).describe('the same time in Asia/Shanghai'),
    requestId: z.int().nullable().describe('the gateway call that caused it'),
    request: z.string().nullable().describe('where that call can be read'),
  })
  .meta({ id: 'HistoryEntry' });

/** @param states the names of the platform's states */
export function historyView(
  entry: HistoryEntry,
  states: Readonly<Record<string, string>>,
): z.input<typeof historySchema> {
  const { at, requestId, from, to } = entry;
  const request = requestId === null ? null : `/manage/v1/requests/${requestId}`;
  return {
    ...entry,
    fromName: from === null ? null : (states[from] ?? ''),
    toName: states[to] ?? '',
    at: isoTime(at),
    atShanghai: shanghaiTime(at),
    request,
  };
}
