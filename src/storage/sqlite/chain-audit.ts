// Finds manual changes of a ledger by the chain, the groups and the sums; each finding names its
// place.
import type { DatabaseSync } from 'node:sqlite';
import { changeHash, documentDigest, type LedgerHead } from '../chain.ts';
import { auditGroups } from './chain-groups.ts';
import { type ChangeRow, type OrderRow, ordersWithChanges } from './chain-rows.ts';
import { auditCovers } from './covers.ts';
import { auditAudit } from './people-store.ts';
import { auditPlaces } from './place-audit.ts';

/** Maximum number of listed findings; further ones are counted. */
const TOLD = 100;

/**
 * Reads everything.
 * @param head an earlier head; see `ordergate head`
 */
export function auditChain(db: DatabaseSync, head?: LedgerHead): string[] {
  const found: string[] = [];
  for (const { order, changes } of ordersWithChanges(db)) {
    const problem = order ? checkOrder(order, changes) : orphans(changes);
    if (problem !== undefined) found.push(problem);
  }
  found.push(...auditGroups(db, head), ...auditPlaces(db), ...auditCovers(db));
  found.push(...auditAudit(db, head?.audit));
  const more = found.length - TOLD;
  return more > 0 ? [...found.slice(0, TOLD), `and ${more} findings more`] : found;
}

const orphans = ([first, ...more]: ChangeRow[]): string =>
  `order row ${first!.orderRow}: it is not there, and ${1 + more.length} changes of it are, from number ${first!.seq} on. An order was removed; bring it back from a backup`;

/** The first error of the order, because later errors in a chain follow from it. */
function checkOrder(order: OrderRow, changes: readonly ChangeRow[]): string | undefined {
  const told = (problem: string): string =>
    `order ${order.platform} ${order.orderId}: ${problem}. Compare it with a backup`;
  let head: string | null = null;
  let before: ChangeRow | undefined;
  for (const [i, change] of changes.entries()) {
    const which = `change ${change.version} (number ${change.seq}, ${change.action})`;
    if (change.version !== i + 1) return told(`change ${i + 1} is missing`);
    if (change.previous !== (before?.seq ?? null))
      return told(`${which} does not point to the change before it`);
    if (change.eventType === null) return told(`the event of ${which} is missing`);
    if (change.hash === null) return told(`${which} was not written by Ordergate: it has no hash`);
    head = changeHash(head, order, change, change.document);
    if (head !== change.hash)
      return told(`${which}, its event or the order's id is not as it was written`);
    before = change;
  }
  if (before === undefined) return told('it has no history: it was not made by Ordergate');
  if (order.version !== before.version)
    return told(`its version is ${order.version}, and its last change is ${before.version}`);
  if (order.lastChange !== before.seq) return told('it does not point to its last change');
  if (order.head !== head) return told('its head is not the hash of its last change');
  if (documentDigest(order) !== before.document)
    return told(
      'its owner, times, state, attributes or lines are not those that its last change left',
    );
  return undefined;
}
