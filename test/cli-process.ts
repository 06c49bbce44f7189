// `ordergate` as an operator runs it: real processes, everything they print kept, no secret among it.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import { openWorkplace } from '../src/main.ts';
import { KEYS } from './jintong.ts';
import type { Ended } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

export const CLI = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));

const printed: string[] = [];
const secrets = new Set<string>(Object.values(KEYS));
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface Process {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `ordergate ARGS`, to be stopped or killed. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeout = 60_000,
): Process {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // One that does not end by itself fails its test instead of holding up all others.
    timeout,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      running.delete(child);
      printed.push(stdout, stderr);
      resolve({ code, signal, stdout, stderr });
    }),
  );
  return { child, ended };
}

/** Runs `ordergate ARGS` to its end. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(args, env).ended;
}

export interface Serving extends Process {
  readonly url: string;
}

/** Resolves when `ordergate serve`, on a free port, says that it listens. */
export async function serve(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const { child, ended } = start(['serve', '--port', '0', ...args], env);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (more: string) => {
      text += more;
      const found = /^ordergate listening on (\S+)\n/.exec(text);
      if (found) resolve(found[1]!);
    });
    ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  return { child, ended, url };
}

/** Sends the signal and waits for the end. */
export function stop(
  { child, ended }: Process,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<Ended> {
  child.kill(signal);
  return ended;
}

/** A directory with a sandbox's ledger, as a first start leaves it. */
export async function makeLedger(data = temporaryDirectory()): Promise<string> {
  const { storage } = await openWorkplace({ config: readConfig({ data }, {}) });
  await storage.close();
  return data;
}

/** A mistake that is explained: one line on standard error, nothing on standard output, exit 1. */
export function isExplained({ code, stdout, stderr }: Ended, problem: RegExp, exit = 1): void {
  match(stderr, problem);
  match(stderr, /^ordergate: [^\n]+\n$/, 'one line, without a stack');
  ok(!/^ordergate: \w*Error/.test(stderr), stderr);
  deepEqual([code, stdout], [exit, '']);
}

/** Asks the management API with the token of the data directory. */
export async function ask(url: string, data: string, path: string) {
  const token = readSecrets(data)[0]!;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/manage/v1${path}`, { headers });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the server answers.
  return { status: response.status, body: (await response.json()) as any };
}

/** The files' texts: admin.token and master.key. */
export function readSecrets(data: string): string[] {
  const files = ['admin.token', 'master.key'];
  const found = files.map((name) => readFileSync(join(data, name), 'utf8').trim());
  keepSecret(...found);
  return found;
}

/** From now on nothing that was or will be printed may hold these. */
export function keepSecret(...given: readonly string[]): void {
  for (const secret of given) secrets.add(secret);
}

/** The last test of a file: no process of it printed a secret. */
export function nothingWasBetrayed(atLeast: {
  readonly texts: number;
  readonly secrets: number;
}): void {
  ok(
    printed.length >= atLeast.texts && secrets.size >= atLeast.secrets,
    'there was something to look for',
  );
  const everything = printed.join('\n');
  const betrayed = [...secrets].filter((secret) => everything.includes(secret));
  equal(betrayed.length, 0, `printed: ${betrayed.map((secret) => secret.slice(0, 4))}…`);
}
