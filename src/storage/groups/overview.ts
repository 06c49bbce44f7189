// What `ordergate groups list` shows: where each group is, what it holds, and whether its server answers.
import { Connection, type Row } from '../postgres/connection.ts';
import { StatementError } from '../postgres/errors.ts';
import type { GroupsFile } from './file.ts';
import { type GroupRow, listGroups, listMoves } from './move/journal.ts';
import { literal, problemOf, quoted, withHome } from './move/sides.ts';

export interface GroupOverview extends GroupRow {
  /** Owners whose orders the group holds; most parties are one owner. */
  readonly owners: number;
  /** Null if the server or the schema did not answer. */
  readonly orders: number | null;
  /** The number of orders is PostgreSQL's estimate, because counting took too long. */
  readonly isEstimate: boolean;
  /** The server that the group is being moved to. */
  readonly movesTo: string | null;
  /** Why there is no number of orders. */
  readonly problem: string | null;
}

type Held = Pick<GroupOverview, 'orders' | 'isEstimate' | 'problem'>;

/** Orders of a server's groups are counted for so long; the numbers of the others are estimates. */
const COUNT_MS = 2000;
/** A statement took longer than its limit. */
const CANCELED = '57014';

/** Asks all servers at once. @throws {UnusableDatabaseError} if the home's server does not answer */
export async function readOverview(file: GroupsFile): Promise<GroupOverview[]> {
  const { groups, moves, owners } = await withHome(file, async (home) => ({
    groups: await listGroups(home),
    moves: (await listMoves(home)).filter(({ endedAt }) => endedAt === null),
    owners: await home.runText('SELECT group_name, count(*) FROM party_groups GROUP BY group_name'),
  }));
  const ownersOf = new Map(owners.map(([name, count]) => [String(name), Number(count)]));
  const byServer = [...Map.groupBy(groups, ({ server }) => server)];
  const held = new Map(
    (await Promise.all(byServer.map(([server, its]) => readServer(file, server, its)))).flat(),
  );
  return groups.map((group) => ({
    ...group,
    owners: ownersOf.get(group.name) ?? 0,
    movesTo: moves.find((move) => move.group === group.name)?.to.server ?? null,
    ...held.get(group.name)!,
  }));
}

async function readServer(
  { servers }: GroupsFile,
  server: string,
  groups: readonly GroupRow[],
): Promise<(readonly [name: string, held: Held])[]> {
  const silent = (problem: string): Held => ({ orders: null, isEstimate: false, problem });
  const url = servers.get(server);
  if (url === undefined) {
    const problem = `the file of ORDERGATE_GROUPS names no server ${server}`;
    return groups.map(({ name }) => [name, silent(problem)]);
  }
  const held = new Map<string, Held>();
  let connection: Connection | undefined;
  try {
    connection = await Connection.open({ url, name: 'ordergate-groups-list', kind: 'long' });
    await connection.runText(`SET statement_timeout = ${COUNT_MS}`);
    const until = performance.now() + COUNT_MS;
    for (const { name, schema } of groups)
      held.set(name, await countOrders(connection, schema, until));
  } catch (error) {
    const problem = problemOf(error);
    for (const { name } of groups) if (!held.has(name)) held.set(name, silent(problem));
  } finally {
    await connection?.close();
  }
  return [...held];
}

async function countOrders(connection: Connection, schema: string, until: number): Promise<Held> {
  const orders = `${quoted(schema)}.orders`;
  const [found] = await connection.runText(`SELECT to_regclass(${literal(orders)}) IS NOT NULL`);
  if (found![0] !== true) {
    return { orders: null, isEstimate: false, problem: `the schema ${schema} is not there` };
  }
  if (performance.now() < until) {
    try {
      const [[count]] = (await connection.runText(`SELECT count(*) FROM ${orders}`)) as [Row];
      return { orders: Number(count), isEstimate: false, problem: null };
    } catch (error) {
      if (!(error instanceof StatementError && error.sqlState === CANCELED)) throw error;
    }
  }
  const [[estimate]] = (await connection.runText(
    `SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_inherits JOIN pg_class ON oid = inhrelid
     WHERE inhparent = to_regclass(${literal(orders)})`,
  )) as [Row];
  return { orders: Math.round(Number(estimate)), isEstimate: true, problem: null };
}
