// Call limits of a party: simultaneous, per second, per day. They stand in `attributes.limits` on
// every platform.
import { z } from 'zod';
import { DAY, HOUR, SECOND } from '../core/clock.ts';
import type { LimitWindow } from '../core/limits.ts';
import type { JsonObject } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import { readItem } from '../protocol/import.ts';
import { ImportError, type Start } from '../protocol/platform.ts';

const limit = z.int('has to be a whole number').min(1, 'has to be 1 or more').optional();

/** An absent limit means no limit. */
export const limitsSchema = z.strictObject({ perSecond: limit, perDay: limit, atOnce: limit });

export type PartyLimits = z.output<typeof limitsSchema>;

/** The full window: `at-once`, `second` or `day`. */
export type FullWindow = 'at-once' | 'second' | 'day';

/** Keyed by the attributes object, because each change creates a new object. */
const known = new WeakMap<JsonObject, PartyLimits | null>();

/** Null if the party has no limits. Invalid limits from before they were checked count as none. */
export function limitsOf({ attributes }: Party): PartyLimits | null {
  let limits = known.get(attributes);
  if (limits === undefined) {
    limits = limitsSchema.safeParse(attributes.limits).data ?? null;
    known.set(attributes, limits);
  }
  return limits;
}

/** @throws {ImportError} names the field below `attributes` */
export function checkLimitsOf({ attributes }: Party): void {
  if (attributes.limits === undefined) return;
  try {
    readItem(limitsSchema, attributes.limits);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const field = error.field === '(item)' ? '' : `.${error.field}`;
    throw new ImportError(`attributes.limits${field}`, error.problem);
  }
}

/**
 * Counts the call. Resolves to the window that is full, or to null if the call may proceed. A
 * refused call is not counted. The day is the day in Asia/Shanghai.
 */
export async function enterLimits(
  call: Start,
  { platform, partyId }: Party,
  { perSecond, perDay, atOnce }: PartyLimits,
): Promise<FullWindow | null> {
  const { now } = call;
  const windows: LimitWindow[] = [];
  if (perSecond !== undefined) {
    const startsAt = Math.floor(now / SECOND) * SECOND;
    windows.push({ name: 'second', startsAt, length: SECOND, max: perSecond });
  }
  if (perDay !== undefined) {
    const startsAt = Math.floor((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
    windows.push({ name: 'day', startsAt, length: DAY, max: perDay });
  }
  const key = `${platform}/${partyId}`;
  const of = { platform, owner: partyId };
  const { refusedBy, leave } = await call.limits.enter(key, atOnce ?? null, windows, now, of);
  if (refusedBy !== null) return refusedBy as FullWindow;
  call.atEnd(leave);
  return null;
}
