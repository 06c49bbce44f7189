// Which tables a sandbox that is made anew loses: all that a copy holds, less what the place itself keeps.
import { TABLES } from './tables.ts';

/**
 * Where fan-out stands; what the place is: a sandbox, under which master key; who may sign in, so that
 * nobody is signed out by the reset that they asked for; and the audit, which has to tell of it.
 */
const KEPT = new Set(['settings', 'fan_out', 'accounts', 'credentials', 'audit']);

/** Tables of one engine that a copy holds within another one. */
const WITHIN = ['events', 'order_ids'];

/** Those that are pointed at come last. An engine may lack some of them. */
export const EMPTIED: readonly string[] = [
  ...WITHIN,
  ...TABLES.map(({ name }) => name).filter((name) => !KEPT.has(name)),
].reverse();

export const GENERATION = 'generation';
