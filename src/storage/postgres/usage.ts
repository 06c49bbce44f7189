// How much room the ledger takes in its database, and how long commits take.
import type { StorageUsage } from '../../core/storage-usage.ts';
import type { Pool } from './pool.ts';

const SIZES = {
  name: 'sizes',
  text: `SELECT pg_database_size(current_database())::text AS database,
    (pg_total_relation_size('requests') + pg_total_relation_size('request_bytes'))::text AS requests`,
};

/** @returns the usage, and the function that receives the seconds of each commit */
export function postgresUsage(pool: Pool): {
  readonly usage: StorageUsage;
  committed(seconds: number): void;
} {
  let listener: (seconds: number) => void = () => {};
  return {
    committed: (seconds) => listener(seconds),
    usage: {
      onCommit(given) {
        listener = given;
      },
      async sizes() {
        const [[database, requests] = []] = await pool.run(SIZES, []);
        const requestLog = Number(requests);
        return { ledger: Number(database) - requestLog, requestLog, diskFree: null };
      },
    },
  };
}
