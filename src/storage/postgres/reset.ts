// Empties a sandbox's ledger for all nodes, in one transaction.
import { EMPTIED, GENERATION } from '../transfer/emptied.ts';
import { Connection } from './connection.ts';

/** @returns the new generation, which tells the other nodes to discard their caches */
export async function emptyLedger(url: string, name: string): Promise<number> {
  const connection = await Connection.open({ url, name, kind: 'long' });
  try {
    // The numbers of events continue, and so does the cursor.
    const [tables] = await connection.run(
      {
        name: 'emptied',
        text: `SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
               WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                 AND NOT relispartition AND relname = ANY ($1::text[])`,
      },
      [[...EMPTIED]],
    );
    await connection.runEach(
      `BEGIN; SET LOCAL lock_timeout = '20s'; TRUNCATE ${tables![0]};
       DELETE FROM settings WHERE name = 'clock-offset';
       INSERT INTO settings VALUES ('${GENERATION}', '2') ON CONFLICT (name)
         DO UPDATE SET value = (excluded.value::bigint - 1 + settings.value::bigint)::text;
       UPDATE shared_versions SET version = version + 1;
       INSERT INTO shared_versions VALUES ('${GENERATION}', 1) ON CONFLICT (topic)
         DO UPDATE SET version = shared_versions.version + 1;
       SELECT pg_notify('ordergate_' || current_schema(), '${GENERATION}'); COMMIT`,
    );
    const [raised] = await connection.runText(
      `SELECT value FROM settings WHERE name = '${GENERATION}'`,
    );
    return Number(raised![0]);
  } finally {
    await connection.close();
  }
}
