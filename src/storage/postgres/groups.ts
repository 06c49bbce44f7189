// The two kinds of changes that go in groups: changes of orders, and creations.
import type { Committed, Created } from '../../core/ledger.ts';
import type { CommitJob, CreateJob } from './job.ts';
import { statements } from './statements.ts';
import type { GroupRules } from './writer.ts';

const orderName = ({ platform, order_id }: CommitJob): string => `${platform} ${order_id}`;

export const commitRules: GroupRules<CommitJob, Committed> = {
  async send(run, token, group) {
    const jobs = JSON.stringify(group.map((job, n) => ({ ...job, n })));
    const [[committed, lost]] = (await run(statements.commit, [token, jobs])) as [
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
      group.map((job) => job.platform),
      group.map((job) => job.owner),
      group.map((job) => job.order_id),
      group.map((job) => job.created_at),
      group.map((job) => job.version),
    ]);
    const found = new Set(rows.map(([n]) => Number(n) - 1));
    return group.map((_, i) => (found.has(i) ? 'committed' : undefined));
  },
  names: (job) =>
    job.once_key === null ? [orderName(job)] : [orderName(job), `once ${job.once_key}`],
  foresee: (waiting, done, result) =>
    result === 'committed' &&
    waiting.version <= done.version &&
    orderName(waiting) === orderName(done)
      ? 'stale'
      : undefined,
};

export const createRules: GroupRules<CreateJob, Created> = {
  async send(run, token, group) {
    const [[results]] = (await run(statements.create, [token, JSON.stringify(group)])) as [
      [Created[]],
    ];
    return results;
  },
  names: (job) => (job.onceKey === null ? [] : [job.onceKey]),
};
