// Numbers that the database of one group counts, such as ids of deliveries, made unique over all groups.

/**
 * Each group has 2^44 numbers of its own: 17 million million. The numbers of group 00 stay as they
 * are, so that a ledger that becomes group 00 keeps its ids, and 512 groups stay below 2^53.
 */
const PER_GROUP = 2 ** 44;

/** The number over all groups. @param group the number of the group, 0 to 511 */
export function toWhole(group: number, id: number): number {
  return group * PER_GROUP + id;
}

export function groupOf(whole: number): number {
  return Math.floor(whole / PER_GROUP);
}

export function toInner(whole: number): number {
  return whole % PER_GROUP;
}
