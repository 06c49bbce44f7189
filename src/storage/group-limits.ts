// Bounds of groups, the same for both engines: how many questions or changes share one round trip, and how many may wait.

/** In one group: enough to share the cost of the disk or of the round trip, few enough to answer soon. */
export const MAX_GROUP = 256;

/**
 * What may wait for a group. Past it one more is refused at once, which a caller can tell from success; a
 * queue without end would answer nobody in time.
 */
export const MAX_QUEUE = 10_000;
