// Judges a caller for `ordergate conformance`: starts a sandbox in this process, plays the platform
// before it, and runs the caller's command or waits for its calls.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig, UsageError } from '../config.ts';
import type { CallerOptions } from '../conformance/caller/run.ts';
import { reachOf } from '../conformance/reach.ts';
import type { Language } from '../conformance/report/words.ts';
import { sandboxTarget } from '../conformance/sandbox-target.ts';
import { matches } from '../conformance/select.ts';
import type { Result } from '../conformance/verdict.ts';
import { type Platform, startOrdergate } from '../main.ts';
import type { Conformance } from '../protocol/conformance.ts';
import { complain } from './output.ts';

export interface CallerFlags {
  readonly command?: string | undefined;
  readonly clause?: readonly string[] | undefined;
  readonly 'callback-url'?: string | undefined;
  readonly 'callback-secret'?: string | undefined;
  readonly timeout?: string | undefined;
}

interface Judged {
  readonly platform: Platform;
  readonly conformance: Conformance;
  readonly flags: CallerFlags;
  readonly config: Config;
  readonly language: Language;
  repeat(id: string): string;
}

const DEFAULT_TIMEOUT_SECONDS = 60;

export async function judgeCaller(judged: Judged): Promise<readonly Result[]> {
  const { platform, conformance, flags, config } = judged;
  const { caller } = conformance;
  if (!caller) throw new UsageError(`${platform.name} states no rules for callers`);
  const timeoutMs = readSeconds(flags.timeout) * 1000;
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-conformance-'));
  const settings = { ORDERGATE_LOG_LEVEL: 'silent' };
  const own = { ...readConfig({ port: '0', data: directory }, settings) };
  const server = await startOrdergate({
    config:
      config.platformsFile === undefined ? own : { ...own, platformsFile: config.platformsFile },
  });
  try {
    const manage = { url: server.url, token: server.adminToken };
    const { clauses } = conformance;
    const target = sandboxTarget({ url: server.url, manage }, clauses, platform.sandboxFile);
    const options: CallerOptions = {
      contract: platform.contract,
      conformance: { ...conformance, caller },
      reach: await reachOf(target),
      upstream: server.url,
      isChosen: (id) => matches(id, flags.clause),
      host: '127.0.0.1',
      port: 0,
      repeat: judged.repeat,
    };
    const { command } = flags;
    if (command !== undefined) {
      const { judgeCommand } = await import('../conformance/caller/run.ts');
      return await judgeCommand({ ...options, command, timeoutMs });
    }
    const { host, port } = config;
    return await waitForCalls({ ...options, host, port }, flags, judged.language);
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function readSeconds(given: string | undefined): number {
  const seconds = given === undefined ? DEFAULT_TIMEOUT_SECONDS : Number(given);
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 3600) return seconds;
  throw new UsageError(`--timeout is "${given}"; it has to be seconds, from 1 to 3600`);
}

/** Plays the platform until the process is asked to end, or until every order was called for. */
async function waitForCalls(
  options: CallerOptions,
  flags: CallerFlags,
  language: Language,
): Promise<readonly Result[]> {
  const { judgeVisitors } = await import('../conformance/caller/visitors.ts');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const { 'callback-url': url, 'callback-secret': secret } = flags;
  return judgeVisitors({
    ...options,
    stopped,
    callbackUrl: url,
    callbackSecret: secret,
    language,
    say: complain,
  });
}
