// Opens a session: tries the URL's hosts one after the other, sends Ordergate's settings and reads
// them back.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CannotConnectError, explainConnect, placeOf } from './connect-errors.ts';
import { type DatabaseHost, type DatabaseTarget, readDatabaseUrl } from './database-url.ts';
import { UnusableDatabaseError } from './errors.ts';
import { type Tls, tlsAttempts } from './server-tls.ts';
import {
  isWanted,
  POOLER,
  READ_BACK,
  type SessionKind,
  type SessionState,
  sessionProblem,
  sessionSettings,
  settingsText,
  toSessionState,
  unwanted,
} from './session.ts';
import { splitOptions } from './startup-options.ts';
import type { SessionAttrs } from './url-parameters.ts';

export interface ConnectionOptions {
  readonly url: string;
  /**
   * Unique among all connections of all gateways, so that an old connection can be found and ended.
   */
  readonly name: string;
  readonly kind?: SessionKind;
  /**
   * The schema of the node's other sessions; undefined for the first session, which determines it.
   */
  readonly schema?: string | undefined;
}

/**
 * The limit per host, so that a host that does not answer does not use up the callers' patience.
 */
const CONNECT_TIMEOUT_MS = 3000;
const ONE_OF_MANY_TIMEOUT_MS = 1500;

const INT8 = 20;
/** Reads 64-bit numbers as JavaScript numbers: instants, and sequences far below 2^53. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as never,
};

export interface OpenSession {
  readonly client: pg.Client;
  readonly state: SessionState;
  /** Whether a pooler answers instead of the server process. */
  readonly isPooled: boolean;
}

/** The last successful host by URL, which is tried first. */
const lastGood = new Map<string, string>();

/**
 * @throws {CannotConnectError} no host could be connected to, or none satisfies
 * `target_session_attrs`
 * @throws {UnusableDatabaseError} an invalid URL, or a session that must not be used
 */
export async function openSession(options: ConnectionOptions): Promise<OpenSession> {
  const target = readDatabaseUrl(options.url);
  const { sessionAttrs } = target;
  const passes: readonly SessionAttrs[] =
    sessionAttrs === 'prefer-standby' ? ['standby', 'any'] : [sessionAttrs];
  const failures: string[] = [];
  for (const attrs of passes) {
    for (const host of inOrder(target, options.url)) {
      try {
        const session = await openOn(host, target, attrs, options);
        lastGood.set(options.url, placeOf(host));
        return session;
      } catch (error) {
        if (!(error instanceof CannotConnectError)) throw error;
        failures.push(error.message);
        if (error.isFinal) throw new CannotConnectError(failures.join('; '));
      }
    }
  }
  throw new CannotConnectError([...new Set(failures)].join('; '));
}

function inOrder({ hosts, sessionAttrs, isShuffled }: DatabaseTarget, url: string): DatabaseHost[] {
  if (hosts.length === 1) return [...hosts];
  if (isShuffled) return hosts.toSorted(() => Math.random() - 0.5);
  if (sessionAttrs !== 'read-write' && sessionAttrs !== 'primary') return [...hosts];
  const good = lastGood.get(url);
  const isGood = (host: DatabaseHost) => Number(placeOf(host) === good);
  return hosts.toSorted((a, b) => isGood(b) - isGood(a));
}

async function openOn(
  host: DatabaseHost,
  target: DatabaseTarget,
  attrs: SessionAttrs,
  options: ConnectionOptions,
): Promise<OpenSession> {
  const client = await connect(host, target, options.name);
  try {
    const { bySet } = splitOptions(target.settings);
    const settings = sessionSettings(options.name, options.kind ?? 'hot', bySet);
    await client.query(settingsText(settings));
    const { rows } = await client.query({ text: READ_BACK, rowMode: 'array' });
    const state = toSessionState(rows[0]!);
    if (!isWanted(state, attrs)) throw unwanted(placeOf(host), state, attrs);
    const problem = sessionProblem(state, settings, options.schema);
    if (problem !== undefined) throw new UnusableDatabaseError(problem);
    const { processID } = client as unknown as { readonly processID: number };
    return { client, state, isPooled: processID !== state.processId };
  } catch (error) {
    client.end().catch(() => {});
    if (error instanceof CannotConnectError || error instanceof UnusableDatabaseError) throw error;
    const { code, message, severity } = error as pg.DatabaseError;
    if (code === undefined || severity === undefined || severity === 'FATAL') {
      throw explainConnect({ ...(code && { code }), message }, host, target);
    }
    throw new UnusableDatabaseError(
      `a setting of the session is refused: ${message} (${code}); correct options in ORDERGATE_DATABASE_URL, or what lies between Ordergate and the database`,
    );
  }
}

async function connect(
  host: DatabaseHost,
  target: DatabaseTarget,
  name: string,
): Promise<pg.Client> {
  const ways = tlsAttempts(target, host);
  for (const [i, ssl] of ways.entries()) {
    const client = newClient(host, target, name, ssl);
    client.on('error', () => {}); // Errors during connect() also reject its promise.
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.end().catch(() => {});
      const explained = explainConnect(error as pg.DatabaseError, host, target);
      if (!explained.isAboutTls || i === ways.length - 1) throw explained;
    }
  }
  throw new Error('there is always one way to connect');
}

function newClient(
  { host, address, port }: DatabaseHost,
  { hosts, user, password, database, settings, ssl: given, connectTimeoutMs }: DatabaseTarget,
  name: string,
  ssl: Tls,
): pg.Client {
  const usual = hosts.length > 1 ? ONE_OF_MANY_TIMEOUT_MS : CONNECT_TIMEOUT_MS;
  const { atStart } = splitOptions(settings);
  const isDirect = ssl !== false && given.sslnegotiation === 'direct';
  const config: pg.ClientConfig & { readonly sslnegotiation?: string } = {
    host: address ?? host,
    port,
    user,
    database,
    ssl,
    ...(password !== undefined && { password }),
    sslnegotiation: isDirect ? 'direct' : 'postgres',
    ...(atStart !== '' && { options: atStart }),
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs ?? usual,
    keepAlive: true,
    types,
  };
  return new pg.Client(config);
}

/**
 * Whether a pooler gives each transaction another session. The function opens two sessions and
 * checks that the first is unchanged: a pooler in transaction mode gives its server session to the
 * second, or to another one.
 *
 * @throws {UnusableDatabaseError} if so
 */
export async function refuseTransactionPooling(options: ConnectionOptions): Promise<void> {
  const first = await openSession(options);
  if (!first.isPooled) return void (await first.client.end());
  try {
    const second = await openSession({ ...options, name: `${options.name}.second` });
    try {
      await second.client.query('BEGIN');
      const asked = first.client.query({ text: READ_BACK, rowMode: 'array' });
      // If the second session holds the only server session, no answer arrives.
      const answer = await Promise.race([asked, sleep(CONNECT_TIMEOUT_MS, null, { ref: false })]);
      asked.catch(() => {});
      const now = answer && toSessionState(answer.rows[0]!);
      const isSame = now?.name === options.name && now.processId === first.state.processId;
      if (!isSame) throw new UnusableDatabaseError(POOLER);
    } finally {
      await second.client.end();
    }
  } catch (error) {
    const { severity, message } = error as pg.DatabaseError;
    // Statement mode allows no transaction at all.
    if (severity !== undefined && /transaction/.test(message))
      throw new UnusableDatabaseError(POOLER);
    throw error;
  } finally {
    await first.client.end();
  }
}
