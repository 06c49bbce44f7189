// The tables that the reset of a sandbox empties: all tables of a copy, except those that the place
// keeps.
import { TABLES } from './tables.ts';

/**
 * The cursor of fan-out; the place's environment and master key; accounts, so that a reset signs
 * nobody out; alarms, which operators have set up; and the audit, which records the reset.
 */
const KEPT = new Set([
  ...['settings', 'fan_out', 'accounts', 'credentials', 'audit', 'alarm_documents'],
]);

/** Tables of one engine that a copy contains within another table. */
const WITHIN = ['events', 'order_ids'];

/** Referenced tables come last. An engine may lack some of them. */
export const EMPTIED: readonly string[] = [
  ...WITHIN,
  ...TABLES.map(({ name }) => name).filter((name) => !KEPT.has(name)),
].reverse();

export const GENERATION = 'generation';
