// Checks the checksums over tables beside the orders on PostgreSQL. Triggers maintain the sums, see
// migration 0010.
import type { Connection } from './connection.ts';

/**
 * Nodes that start at once compute sums one after the other; "ogac" and "ogaw" are taken. The lock
 * ends with the session.
 */
const LOCK = 0x6f676173;

/** For each month, the table's sum minus the sums of the sessions. */
const differenceOf = (name: string, columns: string, month: string): string =>
  `SELECT month, sum(rows) AS rows, sum(digest) AS digest, sum(there) AS there FROM (
     SELECT ${month}, count(*), sum(hashtextextended(ROW(${columns})::text, 0)), count(*) FROM ${name} GROUP BY 1
     UNION ALL SELECT month, -rows, -digest, 0 FROM covers WHERE name = '${name}'
   ) AS both_sides (month, rows, digest, there) GROUP BY 1`;

const COVERED = 'SELECT name, columns, month FROM covered_4';

/**
 * Computes once the sum of rows from before the triggers existed. A table's sum minus its sessions'
 * sums is equal in every snapshot, so that no lock is needed and any node can compute it.
 */
export async function addUpOnce(connection: Connection): Promise<void> {
  const isAddedUp = async (): Promise<boolean> =>
    (await connection.runText(`SELECT FROM covers WHERE writer = 0 AND name = ''`)).length === 0;
  if (await isAddedUp()) return;
  // The lock precedes the transaction, whose snapshot could otherwise be older than another node's
  // result.
  const lock = `${LOCK}, hashtext(current_schema())`;
  await connection.runText(`SELECT pg_advisory_lock(${lock})`);
  if (await isAddedUp()) return;
  await connection.runText('BEGIN ISOLATION LEVEL REPEATABLE READ');
  for (const [name, columns, month] of (await connection.runText(COVERED)) as string[][]) {
    await connection.runText(
      `INSERT INTO covers SELECT '${name}', month, 0, sum(rows), sum(digest) FROM (
         SELECT month, rows, digest FROM (${differenceOf(name!, columns!, month!)}) AS d
         UNION ALL SELECT 0, 0, 0
       ) AS based GROUP BY month ON CONFLICT DO NOTHING`,
    );
  }
  await connection.runText(`DELETE FROM covers WHERE writer = 0 AND name = ''; COMMIT`);
}

/**
 * Runs in the caller's transaction.
 *
 * @param oldestMonth of the existing orders; earlier months were detached with their rows
 * @returns the tables with rows that no session of Ordergate has written, in words
 */
export async function auditCovers(connection: Connection, oldestMonth: number): Promise<string[]> {
  const found: string[] = [];
  const based = await connection.runText('SELECT DISTINCT name FROM covers WHERE writer = 0');
  const names = new Set(based.map(([name]) => name));
  // A node that is being upgraded is computing the sums at this moment.
  if (names.has('')) return found;
  for (const [name, columns, month] of (await connection.runText(COVERED)) as string[][]) {
    if (!names.has(name!)) found.push(`table ${name}: its sum is missing from covers`);
    for (const row of await connection.runText(differenceOf(name!, columns!, month!))) {
      const [of, more, digest, there] = row.map(Number) as [number, number, number, number];
      if (more === 0 && digest === 0) continue;
      if (of !== 0 && of < oldestMonth && there === 0) continue;
      found.push(
        more === 0
          ? `table ${name}: of its ${there} rows at least one is not as Ordergate wrote it`
          : `table ${name}: it holds ${there} rows, and ${there - more} were written by Ordergate`,
      );
    }
  }
  return found;
}
