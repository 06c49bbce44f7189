// The deadlines of each group as a part of its own, so that a group that waits holds up no other.
import type { Instant } from '../../core/clock.ts';
import type { DeadlineClaim, DeadlineSource, DueDeadline } from '../../core/deadlines.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { groupOf, toInner, toWhole } from './ids.ts';
import { Slots } from './slots.ts';

export class GroupedDeadlines implements DeadlineSource {
  readonly #groups: Groups;
  readonly #slots = new Slots();
  readonly #parts = new Map<Group, DeadlineSource>();

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  /** In a group that does not answer, deadlines wait until it does. */
  get parts(): readonly DeadlineSource[] {
    return this.#groups.all
      .filter(({ problem }) => problem === undefined)
      .map((group) => {
        const part = this.#parts.get(group) ?? this.#partOf(group);
        this.#parts.set(group, part);
        return part;
      });
  }

  async claimDeadlines(now: Instant, limit: number, leaseMs: number): Promise<DueDeadline[]> {
    const claims = this.parts.map((part) => part.claimDeadlines(now, limit, leaseMs));
    return (await Promise.all(claims)).flat().sort((a, b) => a.dueAt - b.dueAt);
  }

  async dropDeadline({ deadlineId, leaseUntil }: DeadlineClaim): Promise<boolean> {
    const group = this.#groups.byNumber(groupOf(deadlineId));
    if (!group) return false;
    return group.storage.ledger.dropDeadline({ deadlineId: toInner(deadlineId), leaseUntil });
  }

  async nextDeadline(now: Instant): Promise<Instant | null> {
    const all = await Promise.all(this.parts.map((part) => part.nextDeadline(now)));
    const known = all.filter((one) => one !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  #partOf(group: Group): DeadlineSource {
    const inTurn = <T>(step: () => Promise<T>) => this.#slots.run(group.server, step);
    return {
      inTurn,
      claimDeadlines: async (now, limit, leaseMs) => {
        const due = await inTurn(() => group.storage.ledger.claimDeadlines(now, limit, leaseMs));
        return due.map((one) => {
          this.#groups.remember(one.platform, one.orderId, group);
          return { ...one, deadlineId: toWhole(group.number, one.deadlineId) };
        });
      },
      dropDeadline: (claim) => this.dropDeadline(claim),
      nextDeadline: (now) => inTurn(() => group.storage.ledger.nextDeadline(now)),
    };
  }
}
