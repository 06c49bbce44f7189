// requestId: 16 digits that begin with the day, like the document's 2016010000000219.
import { randomInt } from 'node:crypto';
import type { Instant } from '../../core/clock.ts';
import { formatTimestamp } from './signature.ts';

const PER_DAY = 100_000_000;

/**
 * The day in Shanghai (8 digits) and 8 random ones. Nothing has to be counted or shared: the ledger
 * refuses an id that is taken, whichever node took it and whenever, and another one is drawn. [ours]
 */
export function newRequestId(now: Instant): string {
  return formatTimestamp(now).slice(0, 8) + String(randomInt(PER_DAY)).padStart(8, '0');
}
