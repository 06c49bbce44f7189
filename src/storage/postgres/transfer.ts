// Copies data out of PostgreSQL in one snapshot, and into an empty database.
import { randomBytes } from 'node:crypto';
import { headText } from '../chain.ts';
import { AUDIT_HEAD, readAuditHead } from '../people-rows.ts';
import {
  type Progress,
  RESTORE,
  TransferError,
  type TransferSource,
  type TransferTarget,
} from '../transfer/port.ts';
import { TABLES } from '../transfer/tables.ts';
import { toCallbackAudit } from './callback-queries.ts';
import { callbackStatements } from './callback-statements.ts';
import { sealHead } from './chain-groups.ts';
import { storable } from './change-rows.ts';
import { Connection, type Row } from './connection.ts';
import { prepareDatabase, prepareMonths, requireNewest } from './database.ts';
import { audit } from './queries.ts';
import { COUNT_ON, IS_EMPTY, insertsOf, selectOf, TRANSFERRING } from './transfer-tables.ts';

const FETCH_ROWS = 500;
/** Maximum number of partitions by month; further months go to the default partition. */
const MOST_MONTHS = 240;
/** Tables with a single row, which are emptied in another way. */
const STAY = new Set(['settings', 'fan_out']);
/** "ogac": only one process at a time transfers a ledger. */
const TRANSFER_LOCK = 0x6f676163;

const newName = (what: string): string => `ordergate-${what}-${randomBytes(6).toString('hex')}`;

/**
 * Uses one snapshot of REPEATABLE READ. Rows arrive through a cursor, so that memory holds a few
 * hundred.
 */
export async function postgresSource(url: string): Promise<TransferSource> {
  const name = newName('transfer');
  await requireNewest(url, name);
  const connection = await Connection.open({ url, name, kind: 'long' });
  await connection.runText(
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 1; SELECT count(*) FROM fan_out',
  );
  const setting = async (wanted: string): Promise<string | null> => {
    const text = `SELECT value FROM settings WHERE name = $1`;
    const [row] = await connection.run({ name: 'copy-setting', text }, [wanted]);
    return row ? String(row[0]) : null;
  };
  return {
    engine: 'postgres',
    async *rows(table, skip = 0) {
      await connection.runText(`DECLARE rows NO SCROLL CURSOR FOR ${selectOf(table)}`);
      if (skip > 0) await connection.runText(`MOVE FORWARD ${skip} FROM rows`);
      for (;;) {
        const rows = await connection.runText(`FETCH ${FETCH_ROWS} FROM rows`);
        if (rows.length > 0) yield rows.map((row) => JSON.stringify(row));
        if (rows.length < FETCH_ROWS) break;
      }
      await connection.runText('CLOSE rows');
    },
    setting,
    async head() {
      await connection.runText('COMMIT');
      const head = await sealHead(connection);
      return headText({ ...head, ...readAuditHead(await setting(AUDIT_HEAD)) });
    },
    async audit() {
      await connection.runText('COMMIT');
      const [row] = await connection.runText(callbackStatements.audit.text);
      return { ...(await audit(connection)), ...toCallbackAudit(row!) };
    },
    close: () => connection.close(),
  };
}

/** A row as PostgreSQL can store it: only U+0000 becomes another character. */
function storableLine(line: string): string {
  if (!line.includes('\\u0000')) return line;
  const row = JSON.parse(line) as (string | number | null)[];
  return JSON.stringify(row.map((value) => (typeof value === 'string' ? storable(value) : value)));
}

/**
 * Accepts a database without a ledger, or with the beginning of this transfer. The progress is a
 * setting, written in the transaction of the rows; a gateway does not start while it exists.
 *
 * @param id identifies the transfer: an interrupted one continues under the same id
 * @param mayBegin false if the transfer must already have begun
 * @throws {TransferError} if the database contains anything else
 */
export async function postgresTarget(
  url: string,
  id: string,
  mayBegin = true,
): Promise<TransferTarget> {
  const name = newName('transfer');
  await prepareDatabase(url, `${name}.migrate`);
  const connection = await Connection.open({ url, name, kind: 'long' });
  let progress: Progress | null;
  try {
    progress = await takeDatabase(connection, id, mayBegin);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const months = new Set<number>();
  // After a power failure, the progress is lost together with the rows, which are transferred
  // again.
  await connection.runText('SET synchronous_commit = off');
  return {
    progress,
    storable: storableLine,
    async add(table, batch, done) {
      if (table.name === 'orders') await makeMonths(url, table.columns, batch, months);
      const values = [`[${batch.join(',')}]`];
      await connection.runText('BEGIN');
      try {
        for (const [i, text] of insertsOf(table).entries()) {
          await connection.run({ name: `transfer-${table.name}-${i}`, text }, values);
        }
        await setProgress(connection, { id, ...done });
        await connection.runText('COMMIT');
      } catch (error) {
        await connection.runText('ROLLBACK').catch(() => {});
        const problem = `rows of ${table.name} cannot be brought in: ${(error as Error).message}`;
        throw new TransferError(problem);
      }
    },
    async finish() {
      await connection.runText(COUNT_ON);
    },
    async chain() {},
    readBack: () => postgresSource(url),
    async release() {
      await connection.runText(
        `SET synchronous_commit = on; DELETE FROM settings WHERE name = '${TRANSFERRING}'`,
      );
    },
    abandon: () => emptyPart(connection),
    close: () => connection.close(),
  };
}

/** Deletes what a transfer has written; the schema stays as a first start creates it. */
async function emptyPart(connection: Connection): Promise<void> {
  const names = [...TABLES.map(({ name }) => name), 'order_ids'].filter((name) => !STAY.has(name));
  const [tables] = await connection.runText(
    `SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
       AND NOT relispartition AND relname IN (${names.map((name) => `'${name}'`).join(', ')})`,
  );
  await connection.runEach(
    `BEGIN; SET LOCAL lock_timeout = '20s'; TRUNCATE ${tables![0]}; UPDATE fan_out SET cursor = 0;
     DELETE FROM settings; COMMIT`,
  );
}

async function takeDatabase(
  connection: Connection,
  id: string,
  mayBegin: boolean,
): Promise<Progress | null> {
  const [lock] = await connection.runText(
    `SELECT pg_try_advisory_lock(${TRANSFER_LOCK}, hashtext(current_schema()))`,
  );
  if (!lock![0]) throw new TransferError('another process brings a ledger into this database');
  const [found] = await connection.runText(
    `SELECT value FROM settings WHERE name = '${TRANSFERRING}'`,
  );
  if (found) {
    const { id: other, ...progress } = JSON.parse(String(found[0])) as Progress & { id: string };
    if (other === id) return progress.table === '' ? null : progress;
    const isRestore = other.startsWith(RESTORE);
    if (!isRestore || !id.startsWith(RESTORE)) {
      const what = isRestore ? 'restore' : 'migration';
      throw new TransferError(
        `the database holds a part of another copy, of a ${what} that was cut off. Nothing was changed. Name an empty database, or run that ${what} again.`,
      );
    }
    // No server has used the ledger, and the source file still exists.
    await emptyPart(connection);
  }
  if (!mayBegin) throw new TransferError('the database holds no part of this copy');
  const [[isEmpty]] = (await connection.runText(IS_EMPTY)) as [Row];
  if (!isEmpty) {
    throw new TransferError(
      'the database holds a ledger already. Nothing was changed. Name an empty database.',
    );
  }
  await setProgress(connection, { id, table: '', rows: 0 });
  return null;
}

async function setProgress(connection: Connection, progress: object): Promise<void> {
  const text = `INSERT INTO settings VALUES ('${TRANSFERRING}', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
  await connection.run({ name: 'copying', text }, [JSON.stringify(progress)]);
}

/** Orders go to the partitions of their months, as if they had been created here. */
async function makeMonths(
  url: string,
  columns: readonly string[],
  batch: readonly string[],
  made: Set<number>,
): Promise<void> {
  const column = columns.indexOf('created_at');
  for (const line of batch) {
    const createdAt = new Date((JSON.parse(line) as number[])[column]!);
    const month = createdAt.getUTCFullYear() * 12 + createdAt.getUTCMonth();
    if (made.has(month) || made.size >= MOST_MONTHS) continue;
    await prepareMonths(url, newName('months'), createdAt.getTime());
    made.add(month);
  }
}
