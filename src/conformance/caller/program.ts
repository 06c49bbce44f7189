// Runs a caller's command for one trial, and keeps what it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  /** The lines of standard output so far. */
  readonly lines: readonly string[];
  /** The end of standard error. */
  said(): string;
  /** Resolves to the exit code; null: a signal ended it, or it did not end in time. */
  ended(timeoutMs: number): Promise<number | null>;
  /** Asks it to end, and ends it after a second. */
  stop(): Promise<void>;
}

const KEPT = 2000;
const GRACE_MS = 1000;

export function startProgram(
  command: string,
  variables: Readonly<Record<string, string>>,
): Program {
  const child = spawn(command, {
    shell: true,
    // A group of its own, so that the command ends with the shell that runs it.
    detached: true,
    env: { ...withoutOwn(process.env), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let [rest, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    lines.push(...parts.map((line) => line.trim()));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT);
  });
  const closed = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  return {
    lines,
    said: () => errors.trim(),
    ended: (timeoutMs) => Promise.race([closed, sleep(timeoutMs, null, { ref: false })]),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signal(child, 'SIGTERM');
      await Promise.race([closed, sleep(GRACE_MS)]);
      if (child.exitCode === null && child.signalCode === null) signal(child, 'SIGKILL');
      await closed;
    },
  };
}

/** A caller is not the operator's program: it gets no token and no key of this one. */
const withoutOwn = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ORDERGATE_')));

/** To the whole group of the child. */
function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Resolves to whether something listens at the port of this machine in time. */
export async function listens(port: number, timeoutMs: number): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return true;
    await sleep(50);
  }
  return false;
}
