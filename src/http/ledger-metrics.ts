// Prometheus metrics of the ledger: deadlines, breakers, sizes, commits, and the newest backup.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallbackStore } from '../core/callbacks.ts';
import type { Clock } from '../core/clock.ts';
import type { Ledger } from '../core/ledger.ts';
import type { StorageSizes, StorageUsage } from '../core/storage-usage.ts';
import { CommitDurations } from './commit-durations.ts';
import { gauge, type MetricSource } from './metric-source.ts';

/** More overdue deadlines than this are not counted. */
const MAX_OVERDUE = 1000;
const MS_PER_SECOND = 1000;

interface Watched {
  readonly ledger: Pick<Ledger, 'listDeadlines'>;
  readonly callbacks: Pick<CallbackStore, 'listEndpoints'>;
  readonly usage: StorageUsage;
}

/** @param backups the directory of the backups; undefined if it is not known */
export function ledgerMetrics(
  { ledger, callbacks, usage }: Watched,
  clock: Clock,
  backups: string | undefined,
): readonly MetricSource[] {
  const commits = new CommitDurations();
  usage.onCommit((seconds) => commits.observe(seconds));
  const overdue = once(async () => ledger.listDeadlines(clock.now(), MAX_OVERDUE));
  const sizes = once(() => usage.sizes());
  return [
    gauge(
      'ordergate_deadlines_overdue',
      `Deadlines of orders that are due and not carried out, up to ${MAX_OVERDUE}`,
      async () => (await overdue()).length,
    ),
    gauge(
      'ordergate_deadline_oldest_overdue_seconds',
      'Since the oldest of them was due; 0 if there is none',
      async () => {
        const [first] = await overdue();
        return first ? Math.max(0, clock.now() - first.dueAt) / MS_PER_SECOND : 0;
      },
    ),
    gauge(
      'ordergate_callback_breakers_open',
      'Endpoints that are paused because they fail',
      async () => {
        const endpoints = await callbacks.listEndpoints({});
        return endpoints.filter(({ enabled, health }) => enabled && health.openUntil !== null)
          .length;
      },
    ),
    commits,
    gauge(
      'ordergate_ledger_bytes',
      'The size of the ledger with its write-ahead log; on PostgreSQL of the database without the request log',
      async () => (await sizes()).ledger,
    ),
    gauge(
      'ordergate_request_log_bytes',
      'The size of the request log',
      async () => (await sizes()).requestLog,
    ),
    known(
      'ordergate_disk_free_bytes',
      "Bytes that are free on the disk of the data directory; absent on PostgreSQL, whose disk is the database server's",
      async (): Promise<number | null> => ((await sizes()) as StorageSizes).diskFree,
    ),
    known(
      'ordergate_last_backup_timestamp_seconds',
      'When the newest backup in ORDERGATE_BACKUPS was made; absent without that setting, 0 without a backup',
      async () => (backups === undefined ? null : newestBackup(backups)),
    ),
  ];
}

/** A gauge that is absent while its value is not known. */
const known = (name: string, help: string, read: () => Promise<number | null>): MetricSource => ({
  name,
  help,
  type: 'gauge',
  async values() {
    const value = await read();
    return value === null ? [] : [{ labels: {}, value }];
  },
});

/** Several gauges of one scrape share one question. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

/** The time of the newest backup in Unix seconds; 0 if there is none, or no directory. */
async function newestBackup(directory: string): Promise<number> {
  const names = await readdir(directory).catch((): string[] => []);
  const times = names
    .filter((name) => /^[^.].*\.(ndjson\.gz|groups)$/.test(name))
    .map(async (name) => {
      const found = await stat(join(directory, name)).catch(() => undefined);
      return found === undefined ? 0 : found.mtimeMs / MS_PER_SECOND;
    });
  return Math.max(0, ...(await Promise.all(times)));
}
