// The processes under test: starting them, what they cost the machine, and that none outlives the run.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a start may take, a check of a file of gigabytes included. */
const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 15_000;
/** Longer than a batch of the request log may wait, so that a pause in between is not taken for idle. */
const IDLE_WINDOW_MS = 400;
/** A hundredth of what the cheapest phase costs; a server that only looks at its deadlines stays below. */
const IDLE_MICROS = 4000;
const IDLE_WAITS = 12;

const alive = new Set<ChildProcess>();
const directories = new Set<string>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
  for (const path of directories) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** A directory that goes when this process does. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'ordergate-bench-'));
  directories.add(path);
  return path;
}

/** The settings of whoever runs the bench are not what it measures. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(ORDERGATE_|NODE_|PORT$|HOST$)/.test(name),
  );
  return { ...Object.fromEntries(own), NODE_ENV: 'production', ORDERGATE_LOG_LEVEL: 'warn' };
}

/** The command line of Ordergate, started as `npm start` does it. */
export function ordergateCommand(entry: string, ...command: string[]): string[] {
  const cached = entry.endsWith('.ts') ? ['--import', './scripts/compile-cache.js'] : [];
  return [...cached, entry, ...command];
}

/** Variables of the server under test. */
type Settings = Readonly<Record<string, string>>;

/** Runs a script of this project, or of the one at `cwd`, to its end. @throws when it fails */
export function runScript(
  args: readonly string[],
  settings: Settings = {},
  cwd = ROOT,
): Promise<void> {
  const child = launch(args, 'ignore', settings, cwd);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(' ')} ended with ${code ?? signal}`));
    });
  });
}

function launch(
  args: readonly string[],
  stdout: 'ignore' | 'pipe',
  settings: Settings,
  cwd: string,
): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...environment(), ...settings },
    stdio: ['ignore', stdout, 'inherit'],
  });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

export class RunningServer {
  readonly port: number;
  /** From the call that makes the process to the line that says where it listens. */
  readonly startMillis: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, startMillis: number) {
    this.#child = child;
    this.port = port;
    this.startMillis = startMillis;
  }

  /** Starts a script that prints `… listening on http://HOST:PORT`. */
  static start(
    args: readonly string[],
    settings: Settings = {},
    cwd = ROOT,
  ): Promise<RunningServer> {
    const started = performance.now();
    const child = launch(args, 'pipe', settings, cwd);
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        child.kill('SIGKILL');
        reject(new Error(`${args.join(' ')}: ${why}`));
      };
      const timer = setTimeout(() => fail('does not come to listen'), START_PATIENCE_MS);
      child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
      child.once('error', (error) => fail(error.message));
      createInterface(child.stdout!).on('line', (line) => {
        const found = /listening on http:\/\/.*:(\d+)/.exec(line);
        if (!found) return;
        const millis = performance.now() - started;
        clearTimeout(timer);
        child.removeAllListeners('exit').once('exit', () => alive.delete(child));
        resolve(new RunningServer(child, Number(found[1]), millis));
      });
    });
  }

  /**
   * CPU time so far of all its threads, user and system, in microseconds. The scheduler's own
   * count in nanoseconds: the ticks of /proc/PID/stat are 10 ms, a tenth of a short phase.
   */
  cpuMicros(): number {
    const tasks = `/proc/${this.#child.pid}/task`;
    let nanos = 0;
    for (const id of readdirSync(tasks)) {
      nanos += Number(readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ', 1)[0]);
    }
    return nanos / 1000;
  }

  /** CPU time once nothing is left to do: what an answer leaves to later counts, too. */
  async cpuMicrosWhenIdle(): Promise<number> {
    let before = this.cpuMicros();
    for (let waits = 0; waits < IDLE_WAITS; waits++) {
      await sleep(IDLE_WINDOW_MS);
      const now = this.cpuMicros();
      if (now - before < IDLE_MICROS) return now;
      before = now;
    }
    return before;
  }

  /** Resident memory in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  /** Memory in bytes that it shares with no other process. */
  privateBytes(): number {
    return privateBytes(this.#child.pid!);
  }

  async stop(): Promise<void> {
    if (!alive.has(this.#child)) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_PATIENCE_MS);
    this.#child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
}

/** Memory in bytes that a process shares with no other. */
export function privateBytes(pid: number): number {
  const sizes = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = sizes.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm);
  return [...kilobytes].reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}
