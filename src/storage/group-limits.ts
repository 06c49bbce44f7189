// Limits of groups for both engines: how many queries or changes share a round trip, and how many
// may wait.

/**
 * Maximum per group: enough to share the cost of the disk or of the round trip, few enough to
 * answer soon.
 */
export const MAX_GROUP = 256;

/**
 * Maximum waiting items. A further one is refused at once, which the caller can distinguish from
 * success. An unlimited queue would answer nobody in time.
 */
export const MAX_QUEUE = 10_000;
