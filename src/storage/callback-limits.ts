// What both engines have to agree on about callbacks: the numbers of states, and how much one step may take.
import type { DeliveryState } from '../core/callbacks.ts';

/** The states by the number that the column `deliveries.state` has for each. */
export const DELIVERY_STATES: readonly DeliveryState[] = ['pending', 'delivered', 'dead'];

/** Deliveries that one step of a replay, or of an operator's action, changes: no change waits long for it. */
export const OPERATOR_STEP = 250;

/**
 * How far one question looks for events of platforms that declare endpoints. On SQLite that takes some
 * milliseconds of the main thread, even after an import of a million orders of other platforms.
 */
export const EVENTS_WINDOW = 2000;
