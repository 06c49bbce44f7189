// What tests share: a whole server in this process on a directory of its own, and real bytes to it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after } from 'node:test';
import { pino } from 'pino';
import { type Config, readConfig } from '../src/config.ts';
import type { Clock, Instant } from '../src/core/clock.ts';
import { type Options, type Ordergate, startOrdergate } from '../src/main.ts';
import { platforms } from '../src/platforms/index.ts';
import { databaseOf, skip as noServer, query } from './postgres.ts';

// `after` belongs to what calls it: call these at the top of a file, before its first test (for all of
// them), or inside a test (for that one), never inside a `before`, whose end would close them again.

/** The platforms of this repository, as messages list them. */
export const PLATFORM_NAMES: readonly string[] = platforms.map(({ name }) => name);

/** A directory that is removed afterwards. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-test-'));
  directories.push(directory);
  return directory;
}

/** Not in an `after`: hooks run in the order they were registered in, this one before the server is closed. */
const directories: string[] = [];
process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A clock that stands until a test moves it. */
export class TestClock implements Clock {
  #now: Instant;

  constructor(start: Instant | string = '2026-01-02T03:04:05.678Z') {
    this.#now = new Date(start).getTime();
  }

  now(): Instant {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** ORDERGATE_TEST_ENGINE=postgres runs the same tests on a ledger there. */
export const onPostgres = process.env.ORDERGATE_TEST_ENGINE === 'postgres';
if (onPostgres && noServer) throw new Error(noServer);

/** For what looks into SQLite's files. */
export const sqliteOnly: string | false = onPostgres && 'looks into the files of SQLite';

/** What makes a configuration one of the engine that the tests run on; the same directory, the same ledger. */
export async function engineConfig(dataDirectory: string): Promise<Partial<Config>> {
  if (!onPostgres) return {};
  const databaseUrl = await databaseOf(dataDirectory);
  return { databaseUrl, masterKey: '07'.repeat(32), adminToken: 'the-admin-token-of-tests' };
}

/** Runs a statement behind the back of the server that has the directory open, on either engine. */
export async function breakRows(dataDirectory: string, sql: string): Promise<void> {
  if (onPostgres) {
    await query(sql, await databaseOf(dataDirectory));
    return;
  }
  const db = new DatabaseSync(join(dataDirectory, 'ledger.db'), { timeout: 5000 });
  db.exec(sql);
  db.close();
}

export interface TestOptions extends Omit<Options, 'config'> {
  readonly config?: Partial<Config>;
}

/** Starts a sandbox on a free port; it is closed afterwards. */
export async function startTestServer(options: TestOptions = {}): Promise<Ordergate> {
  const dataDirectory = options.config?.dataDirectory ?? temporaryDirectory();
  const engine = await engineConfig(dataDirectory);
  const config = { ...readConfig({}, {}), port: 0, ...engine, ...options.config, dataDirectory };
  const ordergate = await startOrdergate({
    log: pino({ level: 'silent' }),
    ...options,
    config,
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= ordergate.close();
    return closed;
  };
  after(close);
  return { ...ordergate, close };
}

export interface ManageAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  readonly body: any;
}

/** Calls the management API with the server's own token. */
export async function manage(
  server: Ordergate,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ManageAnswer> {
  const response = await fetch(`${server.url}/manage/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}`, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel(); // A stream has no end; see event-reader.ts.
    return { status: response.status, body: null };
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, body: isJson ? await response.json() : await response.text() };
}
