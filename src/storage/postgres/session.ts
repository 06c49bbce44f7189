// The settings of a session: sent with SET and read back, because a pooler may drop them.
import { CannotConnectError } from './connect-errors.ts';
import type { SessionAttrs } from './url-parameters.ts';

/** The server's own limit. A hot statement takes a few milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5000;
/** The limit for a statement that reads the whole ledger. */
export const LONG_MS = 6 * 3_600_000;

/** Read back to check whether a session is still the same. */
export const SESSION_NAME = 'ordergate.session';

const DURABLE = {
  synchronous_commit: 'on',
  // The cancelled wait for a standby is reported only by a warning.
  client_min_messages: 'warning',
};

/** Stronger values that a URL may request; weaker ones are ignored. */
const STRONGER: Readonly<Record<keyof typeof DURABLE, RegExp>> = {
  synchronous_commit: /^remote_apply$/,
  client_min_messages: /^(debug[1-5]|log|notice)$/,
};

/**
 * Every statement has an index, and its plan is made once per connection. The settings prevent a
 * bad plan that would result from a small table, or from wrong statistics, at that moment.
 */
const HOT = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
};

/** For queries that may take long: the best plan without a time limit. */
const LONG = {
  jit: 'off',
  statement_timeout: String(LONG_MS),
  lock_timeout: String(LOCK_TIMEOUT_MS),
};

export type SessionKind = 'hot' | 'long';

/** @param own the URL's settings; they apply only if they are more durable */
export function sessionSettings(
  name: string,
  kind: SessionKind,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const stronger = Object.entries(own).filter(([setting, value]) =>
    STRONGER[setting as keyof typeof DURABLE]?.test(value),
  );
  const ours = { ...DURABLE, ...Object.fromEntries(stronger) };
  return { ...own, ...ours, ...(kind === 'long' ? LONG : HOT), [SESSION_NAME]: name };
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Citus plans a statement for its values only, and refuses a generic plan. The catalog is read by
 * the statement that sends the settings, so that it costs no round trip.
 */
const CITUS = "EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')";
const settingValue = ([name, value]: readonly [string, string]): string =>
  name === 'plan_cache_mode'
    ? `CASE WHEN ${CITUS} THEN 'auto' ELSE ${literal(value)} END`
    : literal(value);

/**
 * One statement, which is one round trip. With standard strings, a backslash has no special
 * meaning.
 */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  const calls = Object.entries(settings).map(
    (setting) => `set_config(${literal(setting[0])}, ${settingValue(setting)}, false)`,
  );
  return `SELECT ${calls.join(', ')}`;
}

/** Runs in its own transaction, to see the settings that the next transaction gets. */
export const READ_BACK = `SELECT current_setting('${SESSION_NAME}', true), current_setting('synchronous_commit'),
  current_setting('search_path'), current_schema(), pg_backend_pid(), current_setting('transaction_read_only'),
  pg_is_in_recovery(), current_setting('server_version_num')`;

export interface SessionState {
  readonly name: string | null;
  readonly synchronousCommit: string;
  readonly searchPath: string;
  readonly schema: string | null;
  readonly processId: number;
  readonly isReadOnly: boolean;
  readonly isStandby: boolean;
  /** Such as 150004. */
  readonly serverVersion: number;
}

export function toSessionState(row: readonly unknown[]): SessionState {
  const [name, synchronousCommit, searchPath, schema, processId, readOnly, isStandby, version] =
    row;
  return {
    name: name as string | null,
    synchronousCommit: String(synchronousCommit),
    searchPath: String(searchPath),
    schema: schema as string | null,
    processId: Number(processId),
    isReadOnly: readOnly === 'on',
    isStandby: isStandby === true,
    serverVersion: Number(version),
  };
}

const POOLER =
  'a pooler between Ordergate and the database gives each transaction another session (transaction or statement mode), and with it other settings; set pool_mode=session there, or connect to the database itself';

/**
 * Why this session must not be used; undefined if it may.
 * @param schema the schema of the node's other sessions
 */
export function sessionProblem(
  state: SessionState,
  asked: Readonly<Record<string, string>>,
  schema: string | undefined,
): string | undefined {
  if (state.name !== asked[SESSION_NAME]) return POOLER;
  if (state.synchronousCommit !== asked.synchronous_commit) {
    return `synchronous_commit is ${state.synchronousCommit} although ${asked.synchronous_commit} was asked for, so that acknowledged changes could be lost; find what lies between Ordergate and the database and drops SET`;
  }
  const path = asked.search_path;
  if (path !== undefined && state.searchPath !== path) {
    return `search_path is ${state.searchPath} although ${path} was asked for; find what lies between Ordergate and the database and drops SET`;
  }
  if (schema !== undefined && state.schema !== schema) {
    return `the schema of the session is ${state.schema ?? 'none'}, and that of this node ${schema}; set search_path in ORDERGATE_DATABASE_URL (?options=-c%20search_path%3D${schema}), so that all sessions have the same`;
  }
  return undefined;
}

/** Whether the server satisfies `target_session_attrs`. */
export function isWanted(state: SessionState, attrs: SessionAttrs): boolean {
  if (attrs === 'read-write') return !state.isReadOnly;
  if (attrs === 'read-only') return state.isReadOnly;
  if (attrs === 'primary') return !state.isStandby;
  if (attrs === 'standby' || attrs === 'prefer-standby') return state.isStandby;
  return true;
}

export function unwanted(
  place: string,
  state: SessionState,
  attrs: SessionAttrs,
): CannotConnectError {
  const is = state.isStandby
    ? 'a standby'
    : state.isReadOnly
      ? 'read-only'
      : 'one that takes changes';
  return new CannotConnectError(
    `${place} is ${is}, and target_session_attrs=${attrs} asks for another`,
  );
}

export { POOLER };
