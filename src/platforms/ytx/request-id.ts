// requestId: 16 digits that begin with the date, like the document's 2016010000000219.
import { randomInt } from 'node:crypto';
import type { Instant } from '../../core/clock.ts';
import { formatTimestamp } from './signature.ts';

const PER_DAY = 100_000_000;

/**
 * The date in Shanghai (8 digits) and 8 random digits. Nodes need not count or share anything: the
 * ledger refuses an id that is taken, and another id is drawn. [ours]
 */
export function newRequestId(now: Instant): string {
  return formatTimestamp(now).slice(0, 8) + String(randomInt(PER_DAY)).padStart(8, '0');
}
