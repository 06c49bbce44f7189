// A real Ordergate in a process of its own, for tests that kill it or run a second one beside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LIFETIME_MS = 60_000;

function start(args: readonly string[], env: Record<string, string> = {}, timeout = LIFETIME_MS) {
  // Nothing of this process's environment: a developer's ORDERGATE_DATA is not a test's.
  const child = spawn(process.execPath, [...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ORDERGATE_LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // One that does not end by itself fails its test instead of holding up all others.
    timeout,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    }),
  );
  return { child, ended };
}

/** Runs a module's text to its end; it imports by absolute URLs. */
export async function runModule(source: string): Promise<Ended> {
  // In a file: `node --input-type=module` would be handed down to its threads, which refuse it.
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-module-'));
  const path = join(directory, 'module.mjs');
  writeFileSync(path, source);
  try {
    return await start([path]).ended;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs `node ARGS` to its end. */
export const runNode = (args: readonly string[]): Promise<Ended> => start(args).ended;

/** Runs `ordergate ARGS` to its end. @param cli another version's `ordergate` */
export function runOrdergate(
  args: readonly string[],
  env?: Record<string, string>,
  cli = CLI,
): Promise<Ended> {
  return start([cli, ...args], env).ended;
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly adminToken: string;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process has ended. */
  stop(): Promise<Ended>;
}

/**
 * Starts `ordergate serve` on a free port; resolves when it listens. It is killed when its lifetime ends.
 *
 * @param cli another version's `ordergate`
 */
export async function startServerProcess(
  dataDirectory: string,
  env: Record<string, string> = {},
  lifetimeMs?: number,
  flags: readonly string[] = [],
  cli = CLI,
): Promise<ServerProcess> {
  const args = [cli, 'serve', '--port', '0', '--data', dataDirectory, ...flags];
  const { child, ended } = start(args, env, lifetimeMs);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (more: string) => {
      text += more;
      const found = /^ordergate listening on (\S+)\n/m.exec(text);
      if (found) resolve(found[1]!);
    });
    ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const stop = (): Promise<Ended> => {
    child.kill('SIGTERM');
    return ended;
  };
  const adminToken =
    env.ORDERGATE_ADMIN_TOKEN ?? readFileSync(join(dataDirectory, 'admin.token'), 'utf8').trim();
  return { url, pid: child.pid!, adminToken, kill, stop };
}
