// A PostgreSQL of a test's own, to be stopped, killed and started again while others work.
import { execFile, spawnSync } from 'node:child_process';
import {
  accessSync,
  appendFileSync,
  chownSync,
  constants,
  globSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** `nobody`: a server refuses to run as root. */
const UNPRIVILEGED = 65_534;
const isRoot = process.getuid?.() === 0;
/** Who may run a server. */
export const as = isRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

/** The folder of initdb and pg_ctl; null where they are not installed. */
function findPrograms(): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ];
  const holds = (folder: string): boolean => {
    try {
      for (const name of ['initdb', 'pg_ctl', 'pg_basebackup', 'postgres']) {
        accessSync(join(folder, name), constants.X_OK);
      }
      return true;
    } catch {
      return false;
    }
  };
  return folders.find(holds) ?? null;
}

const programs = findPrograms();

/** Why tests that need a server of their own are skipped; false where they can run. */
export const skip: string | false =
  programs === null &&
  'no PostgreSQL programs: initdb, pg_ctl, pg_basebackup and postgres are neither on the PATH nor in /usr/lib/postgresql';

export interface Cluster {
  readonly url: string;
  readonly port: number;
  /** Holds the data, the log and the socket; the server may read what stands in it. */
  readonly directory: string;
  start(): Promise<void>;
  /** `fast` ends every session, `immediate` is as if it had crashed. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** A standby becomes the primary. */
  promote(): Promise<void>;
  /** A file in `directory` that its server may read. @returns its path */
  write(name: string, content: string): string;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

export interface ClusterOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
  /** Default: 64MB. */
  readonly sharedBuffers?: string;
  /** Lines of pg_hba.conf, in the place of `trust` for all. */
  readonly access?: readonly string[];
  /** Whose standby it is, by the name `STANDBY`. */
  readonly standbyOf?: Cluster;
  /** Default: a free one. */
  readonly port?: number;
}

/** The name that `synchronous_standby_names` knows a standby of `startCluster` by. */
export const STANDBY = 'ordergate_standby';

export async function startCluster(given: ClusterOptions = {}): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-cluster-'));
  if (isRoot) chownSync(directory, UNPRIVILEGED, UNPRIVILEGED);
  const data = join(directory, 'data');
  const options = { ...as, cwd: directory, env: { ...process.env, HOME: directory } };
  const port = given.port ?? (await freePort());
  const program = (name: string) => join(programs!, name);
  const write = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (isRoot) chownSync(file, UNPRIVILEGED, UNPRIVILEGED);
    return file;
  };
  if (given.standbyOf) {
    const from = `host=127.0.0.1 port=${given.standbyOf.port} user=postgres application_name=${STANDBY}`;
    const how = ['-R', '-X', 'stream', '-c', 'fast', '-D', data, '-d', from];
    await run(program('pg_basebackup'), how, options);
  } else {
    const how = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    await run(program('initdb'), ['-D', data, ...how], options);
  }
  if (given.access) write('data/pg_hba.conf', `${given.access.join('\n')}\n`);
  if (given.settings) {
    appendFileSync(join(data, 'postgresql.conf'), `${given.settings.join('\n')}\n`);
  }
  const settings = `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${directory} -c shared_buffers=${given.sharedBuffers ?? '64MB'}`;
  const control = (...args: string[]) =>
    run(program('pg_ctl'), ['-D', data, '-w', '-t', '60', '-l', join(directory, 'log'), ...args], {
      ...options,
    });
  const start = async (): Promise<void> => {
    await control('-o', settings, 'start');
  };
  const stop = async (mode: 'fast' | 'immediate'): Promise<void> => {
    await control('-m', mode, 'stop');
  };
  await start();
  const end = (): void => {
    spawnSync(program('pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], options);
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', end);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    directory,
    start,
    stop,
    async promote() {
      await control('promote');
    },
    write,
    async remove() {
      process.off('exit', end);
      end();
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
