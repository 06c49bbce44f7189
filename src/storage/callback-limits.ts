// Constants about callbacks that both engines share: the numbers of states, and the sizes of steps.
import type { DeliveryState } from '../core/callbacks.ts';

/** The states, indexed by the number in the column `deliveries.state`. */
export const DELIVERY_STATES: readonly DeliveryState[] = ['pending', 'delivered', 'dead'];

/**
 * Maximum deliveries changed in one step of a replay or of an operator's action, so that no change
 * waits long.
 */
export const OPERATOR_STEP = 250;

/**
 * How many events one query searches for platforms that declare endpoints. On SQLite the query
 * blocks the main thread for some milliseconds, even after an import of a million orders of other
 * platforms.
 */
export const EVENTS_WINDOW = 2000;
