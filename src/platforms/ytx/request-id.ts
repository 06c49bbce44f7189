// requestId: 16 digits that begin with the date, like the document's 2016010000000219.
import { randomInt } from 'node:crypto';
import type { Instant } from '../../core/clock.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';

const PER_DAY = 100_000_000;

/**
 * The date in Shanghai (8 digits) and 8 random digits. Nodes need not count or share anything: the
 * ledger refuses an id that is taken, and another id is drawn. [ours]
 */
export function newRequestId(now: Instant): string {
  const day = formatShanghai(now);
  const date = day.slice(0, 4) + day.slice(5, 7) + day.slice(8, 10);
  return date + String(randomInt(PER_DAY)).padStart(8, '0');
}
