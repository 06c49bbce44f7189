// What both servers have to be like before a move begins; all that is missing is told at once.
import type { Connection } from '../../postgres/connection.ts';
import { readMigrations } from '../../postgres/database.ts';
import { TRANSFERRING } from '../../postgres/transfer-tables.ts';
import type { Move } from './journal.ts';
import { literal, MoveError, type Sides } from './sides.ts';
import { refuseUsedTarget } from './target.ts';

/** One for the copy, and two for tables that are copied at the same time. */
const WORKERS = 3;

interface Server {
  readonly version: number;
  readonly encoding: string;
  /** The cluster and the database in it. */
  readonly place: string;
  readonly mayReplicate: boolean;
  readonly maySubscribe: boolean;
  readonly walLevel: string;
  readonly freeSlots: number;
  readonly freeSenders: number;
  readonly freeWorkers: number;
}

async function readServer(connection: Connection): Promise<Server> {
  const [row] = await connection.runText(
    `SELECT current_setting('server_version_num')::int / 10000, getdatabaseencoding(),
       (SELECT system_identifier::text FROM pg_control_system()) || '/' || current_database(),
       r.rolsuper OR r.rolreplication,
       r.rolsuper OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_create_subscription'
         AND pg_has_role(current_user, oid, 'USAGE')),
       current_setting('wal_level'),
       current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int,
       current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int,
       least(current_setting('max_logical_replication_workers')::int, current_setting('max_replication_slots')::int)
         - (SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL)::int
     FROM pg_roles r WHERE rolname = current_user`,
  );
  const [version, encoding, place, mayReplicate, maySubscribe, walLevel, slots, senders, workers] =
    row!;
  return {
    version: Number(version),
    encoding: String(encoding),
    place: String(place),
    mayReplicate: mayReplicate === true,
    maySubscribe: maySubscribe === true,
    walLevel: String(walLevel),
    freeSlots: Number(slots),
    freeSenders: Number(senders),
    freeWorkers: Number(workers),
  };
}

/** @throws {MoveError} names everything that is missing, and what to do */
export async function checkSides({ old, target }: Sides, move: Move): Promise<void> {
  const [from, to] = [await readServer(old), await readServer(target)];
  const [a, b] = [`server ${move.from.server}`, `server ${move.to.server}`];
  const problems: string[] = [];
  const need = (isMet: boolean, problem: string): void => {
    if (!isMet) problems.push(problem);
  };
  need(
    from.place !== to.place,
    `${a} and ${b} are one database; a group keeps its schema's name, so it needs another one`,
  );
  need(
    from.version === to.version,
    `${a} runs PostgreSQL ${from.version} and ${b} ${to.version}; they have to be equal`,
  );
  need(
    from.encoding === to.encoding,
    `the database of ${a} has the encoding ${from.encoding}, that of ${b} ${to.encoding}`,
  );
  need(
    from.walLevel === 'logical',
    `${a} has wal_level = ${from.walLevel}; set it to logical and restart that server`,
  );
  need(
    from.mayReplicate,
    `the role of ${a} may not replicate; give an administrator's URL for the old side`,
  );
  need(
    to.maySubscribe,
    `the role of ${b} may not make a subscription; give an administrator's URL for the new side`,
  );
  need(
    from.freeSlots >= WORKERS,
    `${a} has ${from.freeSlots} free replication slots, and a move needs ${WORKERS}; raise max_replication_slots`,
  );
  need(
    from.freeSenders >= WORKERS,
    `${a} has ${from.freeSenders} free WAL senders, and a move needs ${WORKERS}; raise max_wal_senders`,
  );
  need(
    to.freeWorkers >= WORKERS,
    `${b} has room for ${to.freeWorkers} replication workers, and a move needs ${WORKERS}; raise max_logical_replication_workers and max_replication_slots`,
  );
  await checkLedger(old, move, need);
  if (problems.length > 0) {
    throw new MoveError(
      `group ${move.group} cannot be moved. Nothing was changed. What is missing: ${problems.join('; ')}`,
    );
  }
  await refuseUsedTarget(target, move);
}

async function checkLedger(
  old: Connection,
  { from, group }: Move,
  need: (isMet: boolean, problem: string) => void,
): Promise<void> {
  const newest = readMigrations().at(-1)!.version;
  const [[isThere]] = (await old.runText(
    `SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'schema_version' AND relnamespace = to_regnamespace(${literal(from.schema)}))`,
  )) as [[boolean]];
  if (!isThere)
    return need(false, `the schema ${from.schema} holds no ledger, or its role may not see it`);
  const [[found]] = (await old.runText('SELECT max(version) FROM schema_version')) as [[unknown]];
  need(
    Number(found) === newest,
    `group ${group} has schema version ${found}, and this Ordergate works with ${newest}; start the nodes with this version first`,
  );
  const keyless = await old.runText(
    `SELECT relname FROM pg_class c WHERE relnamespace = to_regnamespace(${literal(from.schema)}) AND relkind IN ('r', 'p')
       AND relreplident NOT IN ('f', 'i')
       AND NOT (relreplident = 'd' AND EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary))
     ORDER BY 1`,
  );
  need(
    keyless.length === 0,
    `tables without a replica identity: ${keyless.join(', ')}; give each a primary key`,
  );
  const copying = await old.runText(`SELECT 1 FROM settings WHERE name = '${TRANSFERRING}'`);
  need(
    copying.length === 0,
    `a ledger is being brought into group ${group}, or that was cut off; end that first`,
  );
}
