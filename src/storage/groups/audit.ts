// The audit of a ledger in groups: one part after the other, because each audit reads all that a part has.
import type { CallbackAudit } from '../../core/callback-audit.ts';
import type { LedgerAudit } from '../../core/ledger.ts';
import type { PostgresLedger } from '../postgres/ledger.ts';
import type { Groups } from './groups.ts';
import { splitHead } from './head.ts';
import { HOME } from './parts.ts';

/**
 * Every finding names its group. Counts are sums, and a line of damage names the group of each that is
 * not 0.
 *
 * @param head as `ordergate head` printed it; a group that it does not name was added later
 * @param placement compares what the home says with what the groups hold
 */
export async function auditGroups(
  groups: Groups,
  home: PostgresLedger,
  head: string | undefined,
  placement: () => Promise<readonly string[]>,
): Promise<LedgerAudit> {
  const parts = groups.all.map(({ name, storage }) => ({ name, ledger: storage.ledger }));
  if (!parts.some(({ ledger }) => ledger === home)) parts.unshift({ name: HOME, ledger: home });
  const heads = head === undefined ? new Map<string, string>() : splitHead(head);
  const sums = { orders: 0, changes: 0 };
  const faults = { ordersOutOfStep: 0, changesWithoutEvent: 0, eventsWithoutChange: 0 };
  const damage: string[] = [];
  const notes: string[] = [];
  for (const { name, ledger } of parts) {
    const found = await ledger.audit(heads.get(name));
    const titled = (text: string): string => `${titleOf(name)}: ${text}`;
    sums.orders += found.orders;
    sums.changes += found.changes;
    damage.push(...found.damage.map(titled), ...addFaults(faults, found).map(titled));
    notes.push(...(found.notes ?? []).map(titled));
    if (groups.placement.mayHoldStrays(name)) notes.push(titled(PARTY_MOVES));
  }
  for (const name of heads.keys()) {
    if (parts.some((part) => part.name === name)) continue;
    damage.push(`${titleOf(name)}: the head covers it, and the ledger does not have it`);
  }
  damage.push(...(await placement()).map((text) => `${titleOf(HOME)}: ${text}`));
  return { ...sums, ...faults, damage, ...(notes.length > 0 && { notes }) };
}

export async function auditCallbacks(groups: Groups): Promise<CallbackAudit> {
  const faults = {
    deliveriesWithoutEvent: 0,
    attemptsOutOfStep: 0,
    queuesStuck: 0,
    cursorBeyondEvents: 0,
    eventsPassedOver: 0,
  };
  const damage: string[] = [];
  for (const { name, storage } of groups.all) {
    const lines = addFaults(faults, await storage.callbacks.audit());
    damage.push(...lines.map((line) => `${titleOf(name)}: ${line}`));
  }
  return { ...faults, ...(damage.length > 0 && { damage }) };
}

/** Adds the counts of one part. @returns those that are not 0, in words */
function addFaults<Name extends string>(
  sums: Record<Name, number>,
  found: NoInfer<Readonly<Record<Name, number>>>,
): string[] {
  return (Object.keys(sums) as Name[]).flatMap((name) => {
    sums[name] += found[name];
    return found[name] === 0 ? [] : `${name}: ${found[name]}`;
  });
}

const PARTY_MOVES =
  'a party moves to another group or from there, or that was cut off; findings about its orders may be of the move. Verify again when it has ended';

const titleOf = (name: string): string => (name === HOME ? 'the home' : `group ${name}`);
