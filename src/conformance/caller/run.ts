// A run that judges a caller: stages an order for each trial, lets the caller do its job, and looks
// at what came.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallerJob, CallerRules } from '../../protocol/caller-rules.ts';
import type { Conformance } from '../../protocol/conformance.ts';
import type { Contract } from '../../protocol/contract.ts';
import type { Reach } from '../reach.ts';
import type { Result } from '../verdict.ts';
import { newSecret, postSigned, postUnsigned, type Receiver } from './callbacks.ts';
import { callerClauses, type TrialClause } from './clauses.ts';
import { listens, startProgram } from './program.ts';
import { type PlatformProxy, type Staged, startProxy } from './proxy.ts';
import type { Observed, Post, Recorded } from './recorded.ts';
import { callerResults } from './results.ts';

export interface CallerOptions {
  readonly contract: Contract;
  readonly conformance: Conformance & { readonly caller: CallerRules };
  /** A sandbox of ours, by its management API. */
  readonly reach: Reach;
  readonly upstream: string;
  /** The clauses to judge, by the patterns of `--clause`. */
  isChosen(id: string): boolean;
  readonly host: string;
  readonly port: number;
  repeat(id: string): string;
}

export interface CommandOptions extends CallerOptions {
  readonly command: string;
  /** For one trial, in milliseconds. */
  readonly timeoutMs: number;
}

/** Between two looks for a call. */
const LOOK_MS = 50;

/** Runs the command once for each trial. */
export async function judgeCommand(options: CommandOptions): Promise<readonly Result[]> {
  const stage = await openStage(options);
  const observed: Observed[] = [];
  try {
    for (const one of stage.staged) observed.push(await runTrial(one, stage, options));
  } finally {
    await stage.proxy.close();
  }
  return callerResults(options, stage.clauses, observed);
}

export interface Stage {
  readonly proxy: PlatformProxy;
  readonly staged: readonly Staged[];
  readonly clauses: readonly TrialClause[];
}

/** Makes the orders, and opens the platform that the caller will talk to. */
export async function openStage(options: CallerOptions): Promise<Stage> {
  const { conformance, contract, reach, upstream, host, port } = options;
  const rules = conformance.caller;
  const clauses = callerClauses(rules).filter(({ id }) => options.isChosen(id));
  const names = new Set(clauses.map(({ trial }) => (trial === 'all' ? 'plain' : trial)));
  const first = randomInt(100_000, 900_000);
  const staged = [...names].map((trial, i): Staged => {
    const job = rules.makeJob(trial === 'limit' ? rules.limit.job : rules.job, first + i);
    return { trial, job, keys: [job.key] };
  });
  const rows = staged.flatMap(({ job }) => job.rows);
  if (rows.length > 0) {
    await reach.manage('POST', '/import', {
      rows: rows.map(({ section, row }, i) => ({
        line: i + 1,
        place: { platform: contract.name, section },
        text: JSON.stringify(row),
      })),
    });
  }
  const proxy = await startProxy({
    ...{ upstream, rules, staged, host, port },
    driver: conformance.driver(),
    context: { now: 0, party: rules.party, secretOf: reach.secretOf },
  });
  return { proxy, staged, clauses };
}

/** What the caller has to know, as environment variables. */
export function variablesFor(
  { trial, job }: Staged,
  { conformance, reach }: CallerOptions,
  url: string,
): Record<string, string> {
  const { party, limit, job: main } = conformance.caller;
  const own = Object.entries(job.variables).map(([name, value]) => [`CONFORMANCE_${name}`, value]);
  return {
    CONFORMANCE_URL: url,
    CONFORMANCE_PARTY: party,
    CONFORMANCE_SECRET: reach.secretOf(party),
    CONFORMANCE_JOB: trial === 'limit' ? limit.job : main,
    ...Object.fromEntries(own),
  };
}

async function runTrial(
  staged: Staged,
  { proxy }: Stage,
  options: CommandOptions,
): Promise<Observed> {
  const { command, timeoutMs } = options;
  const { trial } = staged;
  const variables = variablesFor(staged, options, proxy.url);
  const hasCallbacks = trial === 'callbacks' || trial === 'forged';
  const port = hasCallbacks ? await freePort() : 0;
  const secret = newSecret();
  const program = startProgram(command, {
    ...variables,
    ...(hasCallbacks && {
      CONFORMANCE_CALLBACK_PORT: String(port),
      CONFORMANCE_CALLBACK_SECRET: secret,
    }),
  });
  let exit: number | null = null;
  let posts: readonly Post[] = [];
  try {
    if (!hasCallbacks) exit = await program.ended(timeoutMs);
    else if (await listens(port, timeoutMs)) {
      const url = `http://127.0.0.1:${port}/callback`;
      posts = await callBack(staged, { url, secret, lines: program.lines }, proxy, options);
    }
  } finally {
    await program.stop();
  }
  return seenOf(staged, proxy, options, { posts, exit, said: program.said() });
}

/** Waits until the job is done, and posts the callbacks of its order. */
export async function callBack(
  { trial, job, keys }: Staged,
  receiver: Receiver,
  proxy: PlatformProxy,
  { conformance, contract, reach }: CallerOptions,
  timeoutMs = 10_000,
): Promise<readonly Post[]> {
  const { callbacks, write } = conformance.caller;
  const until = Date.now() + timeoutMs;
  const isDone = (): boolean =>
    proxy.calls.some(
      (call) => call.trial === trial && call.method === write && call.code === contract.success,
    );
  while (!isDone()) {
    if (Date.now() > until) return [];
    await sleep(LOOK_MS, undefined, { ref: false });
  }
  if (callbacks.kind === 'signed') return postSigned(callbacks, job, receiver);
  const orderId = keys.at(-1)!;
  const body = callbacks.body(orderId, job.variables, callbacks.state);
  if (trial === 'forged') return postUnsigned(['forged'], body, receiver);
  const path = `/orders/${contract.name}/${encodeURIComponent(orderId)}/transitions`;
  await reach.manage('POST', path, { to: callbacks.state });
  return postUnsigned(['first', 'again'], body, receiver);
}

/** What was seen of a trial when it has ended. */
export async function seenOf(
  { trial, job }: Staged,
  proxy: PlatformProxy,
  { conformance, contract, reach }: CallerOptions,
  its: Pick<Observed, 'posts' | 'exit' | 'said'>,
): Promise<Observed> {
  const calls = proxy.calls.filter((call) => call.trial === trial);
  const changes =
    job.rows.length === 0
      ? ordersMade(calls, conformance.caller, contract.success)
      : await changesOf(job, contract.name, reach);
  return { ...its, trial, job, calls, changes };
}

/** How many orders the caller has made: a lost or garbled reply follows a call that was carried out. */
function ordersMade(
  calls: readonly Recorded[],
  { write, repeat }: CallerRules,
  success: string,
): number {
  const executed = calls.filter(
    ({ method, code, forced }) =>
      method === write && (code === success || forced === 'reset' || forced === 'garbage'),
  );
  return new Set(executed.map((call) => repeat.sameOf(call))).size;
}

/** How many changes its order has had. */
async function changesOf(job: CallerJob, platform: string, reach: Reach): Promise<number> {
  const path = `/orders/${platform}/${encodeURIComponent(job.key)}`;
  const { history } = await reach.manage<{ history: readonly unknown[] }>('GET', path);
  return history.length - 1;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
