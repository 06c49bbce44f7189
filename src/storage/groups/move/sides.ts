// The connections of a move: to the home schema, to the old side and to the new side.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotConnectError } from '../../postgres/connect-errors.ts';
import { Connection } from '../../postgres/connection.ts';
import { ConnectionLostError, UnusableDatabaseError } from '../../postgres/errors.ts';
import { type GroupPlace, type GroupsFile, schemaUrl } from '../file.ts';

/** The move cannot begin, or has gone back. Nothing of the group was changed. */
export class MoveError extends Error {
  readonly code = 'ERR_GROUP_MOVE';
  override readonly name = 'MoveError';
}

export interface Sides {
  readonly home: Connection;
  readonly old: Connection;
  /** Writes at the old side while `old` holds the fence. */
  readonly beside: Connection;
  readonly target: Connection;
  /** Administrators' URLs without a schema: the target's server connects to the first. */
  readonly oldUrl: string;
  readonly targetUrl: string;
  close(): Promise<void>;
}

/** URLs of roles that may replicate, in the place of those of the file. */
export interface AdminUrls {
  readonly adminFrom?: string | undefined;
  readonly adminTo?: string | undefined;
}

export async function openSides(
  file: GroupsFile,
  home: Connection,
  { from, to }: { readonly from: GroupPlace; readonly to: GroupPlace },
  { adminFrom, adminTo }: AdminUrls,
): Promise<Sides> {
  const oldUrl = adminFrom ?? file.servers.get(from.server)!;
  const targetUrl = adminTo ?? file.servers.get(to.server)!;
  const opened: Connection[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((connection) => connection.close()));
  };
  const open = async (url: string, schema: string): Promise<Connection> => {
    const connection = await openSide(url, schema);
    opened.push(connection);
    return connection;
  };
  try {
    const old = await open(oldUrl, from.schema);
    const beside = await open(oldUrl, from.schema);
    const target = await open(targetUrl, to.schema);
    return { home, old, beside, target, oldUrl, targetUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export function openSide(url: string, schema: string): Promise<Connection> {
  const name = `ordergate-move-${randomBytes(6).toString('hex')}`;
  return Connection.open({ url: schemaUrl(url, schema), name, kind: 'long' });
}

/** What a person reads of a server that cannot be reached; its URL is in the file of the groups. */
export const problemOf = (error: unknown): string =>
  (error as Error).message.replaceAll('ORDERGATE_DATABASE_URL', 'the file of ORDERGATE_GROUPS');

/**
 * Works with a connection to the home schema, and perhaps with others.
 *
 * @throws {UnusableDatabaseError} if a server cannot be reached, or was lost
 */
export async function withHome<T>(
  { home, servers }: GroupsFile,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await openSide(servers.get(home.server)!, home.schema);
    const [row] = await connection.runText("SELECT to_regclass('groups') IS NOT NULL");
    if (row![0] !== true) {
      throw new UnusableDatabaseError(
        `the home schema ${home.schema} on server ${home.server} has no groups; start a node with this file first`,
      );
    }
    return await work(connection);
  } catch (error) {
    if (!(error instanceof CannotConnectError || error instanceof ConnectionLostError)) throw error;
    throw new UnusableDatabaseError(problemOf(error), { cause: error });
  } finally {
    await connection?.close();
  }
}

/** How long the home schema is tried after a fence was completed. */
const SWITCH_PATIENCE_MS = 60_000;
const SWITCH_PAUSE_MS = 200;

/** Until a switch succeeds, changes wait or are refused, so that it is tried for a minute. */
export async function switchHome(
  file: GroupsFile,
  home: Connection,
  attempt: (home: Connection) => Promise<void>,
): Promise<void> {
  for (const until = performance.now() + SWITCH_PATIENCE_MS; ; await sleep(SWITCH_PAUSE_MS)) {
    try {
      return await (home.isLost ? withHome(file, attempt) : attempt(home));
    } catch (error) {
      if (performance.now() >= until) throw error;
    }
  }
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
