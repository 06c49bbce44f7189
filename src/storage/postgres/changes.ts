// The two kinds of changes that run in groups: a change of one order, and the creation of several.
import type { Committed, Created } from '../../core/ledger.ts';
import type { CommitRow, Creation } from './change-rows.ts';
import { statements } from './statements.ts';
import type { GroupRules } from './writer.ts';

const orderName = ({ platform, order_id }: CommitRow): string => `${platform} ${order_id}`;

export const commitRules: GroupRules<CommitRow, Committed> = {
  async send(run, token, group) {
    const changes = JSON.stringify(group.map((change, n) => ({ ...change, n })));
    const [[committed, lost]] = (await run(statements.commit, [token, changes])) as [
      [number[], number[]],
    ];
    const results: Committed[] = group.map(() => 'stale');
    for (const n of committed) results[n] = 'committed';
    for (const n of lost) results[n] = 'lease-lost';
    return results;
  },
  async written(run, token, group) {
    const rows = await run(statements.written, [
      token,
      group.map((change) => change.platform),
      group.map((change) => change.owner),
      group.map((change) => change.order_id),
      group.map((change) => change.created_at),
      group.map((change) => change.version),
    ]);
    const found = new Set(rows.map(([n]) => Number(n) - 1));
    return group.map((_, i) => (found.has(i) ? 'committed' : undefined));
  },
  names: (change) =>
    change.once_key === null ? [orderName(change)] : [orderName(change), `once ${change.once_key}`],
  foresee: (waiting, done, result) =>
    result === 'committed' &&
    waiting.version <= done.version &&
    orderName(waiting) === orderName(done)
      ? 'stale'
      : undefined,
};

export const createRules: GroupRules<Creation, Created> = {
  async send(run, token, group) {
    const [[results]] = (await run(statements.create, [token, JSON.stringify(group)])) as [
      [Created[]],
    ];
    return results;
  },
  names: (change) => (change.onceKey === null ? [] : [change.onceKey]),
};
