// `ordergate conformance`: judges a server, or a caller, by the clauses of a platform.
import { writeFileSync } from 'node:fs';
import { type Config, readFlags, UsageError } from '../config.ts';
import { baselineOf, readBaseline, withBaseline } from '../conformance/baseline.ts';
import { callerClauses } from '../conformance/caller/clauses.ts';
import { UnreachableError } from '../conformance/exchange.ts';
import { htmlReport } from '../conformance/report/html.ts';
import { jsonReport } from '../conformance/report/json.ts';
import { junitReport } from '../conformance/report/junit.ts';
import { textReport } from '../conformance/report/text.ts';
import { LANGUAGES, type Language } from '../conformance/report/words.ts';
import { judgeServer } from '../conformance/run.ts';
import { sandboxTarget } from '../conformance/sandbox-target.ts';
import { matches } from '../conformance/select.ts';
import { readTarget, TargetError, type TargetFile } from '../conformance/target.ts';
import { hasFailed, type Report } from '../conformance/verdict.ts';
import { type Platform, platformsOf } from '../main.ts';
import type { CallerRules } from '../protocol/caller-rules.ts';
import type { Conformance } from '../protocol/conformance.ts';
import { EXIT, NetworkError } from './errors.ts';
import { wrongUse } from './flags.ts';
import { print, say, visible } from './output.ts';
import { readToken, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { conformance as TEXT } from './texts/develop.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  if (positionals.length > 0) wrongUse(TEXT);
  try {
    return await judge(values, args);
  } catch (error) {
    if (error instanceof UnreachableError) {
      throw new NetworkError(`${error.message}; check that the server runs, and its url`);
    }
    if (error instanceof TargetError) throw new UsageError(error.message);
    throw error;
  }
}

type Values = ReturnType<typeof readFlags<typeof TEXT.flags>>['values'];

async function judge(values: Values, args: readonly string[]): Promise<number> {
  const { config, url } = explicitServer(values);
  const { platform, conformance } = await platformOf(values.platform, await platformsOf(config));
  const language = readLanguage(values.lang);
  const { command, 'as-platform': asPlatform, list, clause } = values;
  const isCaller = command !== undefined || asPlatform;
  const ids = isCaller
    ? callerClauses(callerOf(platform.name, conformance)).map(({ id }) => id)
    : conformance.clauses.clauses.map(({ id }) => id);
  if (list) {
    if (values.json) return print({ platform: platform.name, clauses: ids });
    say(ids.join('\n'));
    return 0;
  }
  if (!ids.some((id) => matches(id, clause))) {
    throw new UsageError(`no clause fits ${clause?.join(' ')}; --list lists them`);
  }
  const readOnly = values['read-only'];
  const judged = { platform, conformance, config, repeat: (id: string) => repeatOf(args, id) };
  const head = { platform: platform.name, at: new Date().toISOString(), readOnly };
  if (isCaller) {
    if (command !== undefined && asPlatform) {
      throw new UsageError('give --command or --as-platform: both say who the caller is');
    }
    const { judgeCaller } = await import('./conformance-caller.ts');
    const results = await judgeCaller({ ...judged, flags: values, language });
    const target = command ?? '--as-platform';
    return write({ ...head, kind: 'caller', target, results }, ids, values, language);
  }
  const target = targetOf(values, url, judged);
  const results = await judgeServer({
    ...{ contract: platform.contract, conformance, target, readOnly },
    clauses: clause,
    repeat: judged.repeat,
  });
  return write({ ...head, kind: 'server', target: target.url, results }, ids, values, language);
}

function callerOf(name: string, { caller }: Conformance): CallerRules {
  if (caller) return caller;
  throw new UsageError(`${name} states no rules for callers`);
}

function targetOf(
  values: Values,
  url: string | undefined,
  { config, platform, conformance }: Judged,
): TargetFile {
  if (values.target !== undefined && url !== undefined) {
    throw new UsageError('give --target, or a server by --url or --profile: both name a server');
  }
  if (values.target !== undefined) return readTarget(values.target);
  const sandbox = {
    url: url ?? `http://${config.host}:${config.port}`,
    manage: { url: url ?? serverUrl(config), token: readToken(config) },
  };
  return sandboxTarget(sandbox, conformance.clauses, platform.sandboxFile);
}

interface Judged {
  readonly platform: Platform;
  readonly conformance: Conformance;
  readonly config: Config;
}

async function platformOf(
  name: string | undefined,
  platforms: readonly Platform[],
): Promise<{ readonly platform: Platform; readonly conformance: Conformance }> {
  const able = platforms.filter(({ conformance }) => conformance !== undefined);
  const platform = able.find((one) => one.name === name);
  if (platform) return { platform, conformance: await platform.conformance!() };
  const known = able.map((one) => one.name).join(', ');
  throw new UsageError(
    name === undefined
      ? `--platform is missing; it has to be one of ${known}`
      : `--platform is "${name}"; it has to be one of ${known}`,
  );
}

function readLanguage(given: string): Language {
  const language = LANGUAGES.find((one) => one === given);
  if (language) return language;
  throw new UsageError(`--lang is "${given}"; it has to be one of ${LANGUAGES.join(', ')}`);
}

/** The flags that change what is judged, and not how it is reported. */
const KEPT = [
  ...['platform', 'platforms', 'target', 'url', 'profile', 'data', 'port', 'host', 'read-only'],
  ...['command', 'as-platform', 'callback-url', 'timeout'],
];

/** The command that judges one clause again: the same one, for that clause alone. */
function repeatOf(args: readonly string[], id: string): string {
  const { values } = readFlags(args, TEXT.flags);
  const flags = KEPT.flatMap((name) => {
    const value = values[name as keyof Values];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, quoted(String(value))];
  });
  return `ordergate conformance ${flags.join(' ')} --clause ${quoted(id)}`;
}

const quoted = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function write(
  bare: Omit<Report, 'stale'>,
  ids: readonly string[],
  values: Values,
  language: Language,
): number {
  const known = values.baseline === undefined ? [] : readBaseline(values.baseline);
  const report = withBaseline(bare, known, ids);
  const files = [
    [values.junit, junitReport(report, language)],
    [values.html, htmlReport(report, language)],
    [values['write-baseline'], baselineOf(report.platform, report.results)],
  ] as const;
  for (const [file, text] of files) if (file !== undefined) writeFileSync(file, text);
  if (values.json) process.stdout.write(visible(jsonReport(report)));
  else say(textReport(report, language));
  return hasFailed(report) ? EXIT.conformance : 0;
}
