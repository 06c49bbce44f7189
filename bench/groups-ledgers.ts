// The ledgers that `--groups` compares: one database, and groups of owners on two servers, each on servers of its own and with the same orders.
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Cluster, startCluster } from '../test/cluster.ts';
import { ordersEach } from './groups-load.ts';
import type { BenchOptions } from './options.ts';
import { vacuum } from './postgres-database.ts';
import {
  ordergateCommand,
  privateBytes,
  RunningServer,
  runScript,
  temporaryDirectory,
} from './servers.ts';

const SEED = fileURLToPath(new URL('groups-seed.ts', import.meta.url));
/** No checkpoint in a run, and no text of a statement in the log beside each plan. */
const SERVER_SETTINGS = [
  'max_wal_size = 8GB',
  'checkpoint_timeout = 1h',
  'log_min_error_statement = panic',
];
const TICK_MICROS = 10_000;

/** A PostgreSQL of the run's own; what its processes cost is the cost of one ledger. */
class Database {
  readonly cluster: Cluster;
  readonly #pid: number;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    const [pid] = readFileSync(join(cluster.directory, 'data/postmaster.pid'), 'utf8').split('\n');
    this.#pid = Number(pid);
  }

  /** CPU so far of all its processes, in microseconds; of those that have ended in steps of 10 ms. */
  cpuMicros(): number {
    const children = readFileSync(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8');
    const pids = [this.#pid, ...children.trim().split(' ').map(Number)];
    const living = pids.reduce((sum, pid) => sum + schedulerMicros(pid), 0);
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return living + (Number(fields[13]) + Number(fields[14])) * TICK_MICROS;
  }

  /** The process ids of a node's sessions. */
  async sessions(): Promise<number[]> {
    const rows = await this.ask(
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ordergate%'",
    );
    return rows.map(({ pid }) => Number(pid));
  }

  /**
   * Counts every run of the planner, also those within functions: the server writes a line about
   * each into its log, which no extension is needed for.
   *
   * @returns how many there were, and how much CPU they took, in microseconds
   */
  async countPlans(work: () => Promise<void>): Promise<{ plans: number; micros: number }> {
    const log = join(this.cluster.directory, 'log');
    await this.ask('ALTER SYSTEM SET log_planner_stats = on');
    await this.ask('SELECT pg_reload_conf(), pg_sleep(0.3)');
    const from = statSync(log).size;
    await work();
    const text = readFrom(log, from);
    await this.ask('ALTER SYSTEM RESET log_planner_stats');
    await this.ask('SELECT pg_reload_conf()');
    const each = text.matchAll(/PLANNER STATISTICS\n.*\n\t?!\t([\d.]+) s user, ([\d.]+) s system/g);
    let [plans, micros] = [0, 0];
    for (const [, user, system] of each) {
      plans++;
      micros += (Number(user) + Number(system)) * 1e6;
    }
    return { plans, micros };
  }

  async ask(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.cluster.url);
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  }
}

function schedulerMicros(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1000;
  } catch {
    return 0; // It has ended; its CPU is in that of its parent.
  }
}

function readFrom(path: string, from: number): string {
  const bytes = Buffer.alloc(statSync(path).size - from);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, bytes.length, from);
  closeSync(file);
  return bytes.toString('utf8');
}

export interface Spent {
  readonly node: number;
  readonly database: number;
}

/** One ledger and the node that serves it. */
export class ServedLedger {
  readonly name: string;
  readonly databases: readonly Database[];
  readonly node: RunningServer;

  private constructor(name: string, databases: readonly Database[], node: RunningServer) {
    this.name = name;
    this.databases = databases;
    this.node = node;
  }

  /** @param groups on two servers; undefined for one database */
  static async start(
    name: string,
    options: BenchOptions,
    { groups, checkout }: { readonly groups?: number; readonly checkout?: string | undefined },
  ): Promise<ServedLedger> {
    const count = groups !== undefined && groups > 1 ? 2 : 1;
    const databases = await Promise.all(
      Array.from({ length: count }, async () => {
        const settings = { settings: SERVER_SETTINGS, sharedBuffers: '512MB' };
        return new Database(await startCluster(settings));
      }),
    );
    const urls = databases.map(({ cluster }) => cluster.url);
    const settings = {
      ...(groups === undefined
        ? { ORDERGATE_DATABASE_URL: urls[0]! }
        : { ORDERGATE_GROUPS: groupsFile(urls, groups) }),
      ORDERGATE_KEY: '07'.repeat(32),
      ORDERGATE_ADMIN_TOKEN: 'the-admin-token-of-the-bench',
    };
    const what = [String(options.parties), String(ordersEach(options)), options.secret];
    await runScript([SEED, ...what], settings, checkout);
    for (const url of urls) await vacuum(url);
    const command = ordergateCommand(options.entry, 'serve', '--port', '0');
    return new ServedLedger(
      name,
      databases,
      await RunningServer.start(command, settings, checkout),
    );
  }

  /** CPU so far in microseconds. */
  cpu(): Spent {
    const database = this.databases.reduce((sum, one) => sum + one.cpuMicros(), 0);
    return { node: this.node.cpuMicros(), database };
  }

  async countPlans(work: () => Promise<void>): Promise<{ plans: number; micros: number }> {
    const [first, ...others] = this.databases;
    let rest = { plans: 0, micros: 0 };
    const counted = await first!.countPlans(async () => {
      if (others.length === 0) await work();
      else rest = await others[0]!.countPlans(work);
    });
    return { plans: counted.plans + rest.plans, micros: counted.micros + rest.micros };
  }

  /** Bytes that the node, and each of its sessions at the servers, share with no other process. */
  async memory(): Promise<{ readonly node: number; readonly sessions: readonly number[] }> {
    const pids = await Promise.all(this.databases.map((one) => one.sessions()));
    return { node: this.node.privateBytes(), sessions: pids.flat().map(privateBytes) };
  }

  async stop(): Promise<void> {
    await this.node.stop();
    for (const { cluster } of this.databases) await cluster.remove();
  }
}

/** The home is a schema of its own, on the first server. */
function groupsFile(urls: readonly string[], count: number): string {
  const file = join(temporaryDirectory(), 'groups.json');
  const names = Array.from({ length: count }, (_, i) => String(i).padStart(2, '0'));
  const servers = Object.fromEntries(urls.map((url, i) => ['ab'[i]!, url]));
  const groups = Object.fromEntries(
    names.map((name, i) => [name, { server: 'ab'[i % urls.length]!, schema: `ordergate_${name}` }]),
  );
  const home = { server: 'a', schema: 'ordergate_home' };
  writeFileSync(file, JSON.stringify({ home, servers, groups }));
  return file;
}
