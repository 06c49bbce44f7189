// `ordergate scenario`: runs scenarios of calls, clock moves and expectations, and lists and shows the shipped ones.
import { existsSync, readFileSync } from 'node:fs';
import { protocolsOf } from '../callers.ts';
import { ConfigError, nearest, readFlags, UsageError } from '../config.ts';
import { COLUMNS, widthOf, wrapWords } from '../protocol/terminal-columns.ts';
import {
  freshSandboxes,
  runningServer,
  runScenario,
  type Scenario,
  ScenarioError,
  type Stage,
  type StepOutcome,
  scenarioOfFile,
  shippedNames,
  shippedScenario,
  shippedText,
  UnreachableError,
} from '../scenarios-here.ts';
import { EXIT, NetworkError } from './errors.ts';
import { wordOf, wrongUse } from './flags.ts';
import { complain, inOneLine, say } from './output.ts';
import { readToken } from './server.ts';
import { explicitServer } from './target.ts';
import { scenario as TEXT } from './texts/develop.ts';
import { wrapped } from './wrapped.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [word, ...names] = positionals;
  switch (wordOf(word, TEXT)) {
    case 'list':
      return list(values.json);
    case 'show':
      return show(names);
    case 'run':
      return runAll(await stageOf(values), scenariosOf(names, values.all), values.json);
  }
}

function list(isJson: boolean): number {
  const found = shippedNames().map((name) => ({ name, ...shippedScenario(name) }));
  if (isJson) {
    say('{"type":"ready"}');
    for (const { name, title, steps } of found) {
      say(JSON.stringify({ type: 'scenario', name, title, steps: steps.length }));
    }
    return EXIT.done;
  }
  for (const { name, title } of found)
    say(`${name}\n${wrapped(title.en, '    ')}\n${wrapped(title.zh, '    ')}`);
  return EXIT.done;
}

function show([name, ...more]: readonly string[]): number {
  if (name === undefined || more.length > 0) wrongUse(TEXT, 'show takes the name of one scenario');
  requireShipped(name);
  process.stdout.write(shippedText(name));
  return EXIT.done;
}

function requireShipped(name: string): void {
  const known = shippedNames();
  if (known.includes(name)) return;
  throw new UsageError(
    `there is no scenario "${name}", and no file of that name. The nearest that comes with Ordergate is: ${nearest(name, known)} (ordergate scenario list)`,
  );
}

/** @throws {UsageError} for what is no scenario, before anything runs */
function scenariosOf(names: readonly string[], all: boolean): readonly Scenario[] {
  if (all === names.length > 0) wrongUse(TEXT, 'run takes files or names of scenarios, or --all');
  try {
    return (all ? shippedNames() : names).map((name) => {
      if (existsSync(name)) return scenarioOfFile(name);
      requireShipped(name);
      return shippedScenario(name);
    });
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    throw error;
  }
}

type Values = ReturnType<typeof readFlags<typeof TEXT.flags>>['values'];

async function stageOf(values: Values): Promise<Stage> {
  const { client, keys, gateway, reset } = values;
  const { url, config } = explicitServer(values);
  const modules = {
    'ORDERGATE_PLATFORMS (--platforms)': config.platformsFile,
    '--client': client,
  };
  const protocols = Object.values(await protocolsOf(modules));
  if (url === undefined) {
    if (reset || gateway !== undefined || keys !== undefined) {
      wrongUse(
        TEXT,
        '--reset, --gateway and --keys are for a server that --url or --profile names',
      );
    }
    return freshSandboxes(config, protocols);
  }
  const server = {
    url,
    token: readToken(config),
    reset,
    ...(gateway !== undefined && { gateway }),
  };
  return runningServer(server, config, protocols, keys === undefined ? {} : readKeys(keys));
}

function readKeys(file: string): Record<string, string> {
  const problem = `${file} has to be JSON like {"jintong/jane88": "the key"}`;
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigError(problem);
    throw error;
  }
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (!isObject || Object.values(found as object).some((key) => typeof key !== 'string')) {
    throw new ConfigError(problem);
  }
  return found as Record<string, string>;
}

async function runAll(
  stage: Stage,
  scenarios: readonly Scenario[],
  isJson: boolean,
): Promise<number> {
  if (isJson) say(JSON.stringify({ type: 'ready', scenarios: scenarios.length }));
  let failed = 0;
  for (const scenario of scenarios) {
    const { file, title } = scenario;
    if (isJson) say(JSON.stringify({ type: 'scenario', file, title }));
    else say(`${inOneLine(file)}\n${wrapped(title.en, '  ')}`);
    const tell = (outcome: StepOutcome): void => {
      if (isJson) say(JSON.stringify(rowOf(outcome, file)));
      else say(lineOf(outcome, file));
    };
    const ok = await runOne(stage, scenario, tell);
    if (!ok) failed++;
    if (isJson) say(JSON.stringify({ type: 'end', file, ok }));
  }
  const passed = scenarios.length - failed;
  if (isJson) say(JSON.stringify({ type: 'done', passed, failed }));
  else if (failed > 0) complain(`${failed} of ${scenarios.length} scenarios failed`);
  else say(passed === 1 ? '1 scenario passed' : `${passed} scenarios passed`);
  return failed > 0 ? EXIT.refused : EXIT.done;
}

async function runOne(
  stage: Stage,
  scenario: Scenario,
  tell: (outcome: StepOutcome) => void,
): Promise<boolean> {
  try {
    const { world, close } = await stage.open();
    try {
      return await runScenario(scenario, world, { onStep: tell });
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof UnreachableError) throw new NetworkError(error.message);
    throw error;
  }
}

const rowOf = ({ what, result, ...outcome }: StepOutcome, file: string): object => ({
  ...{ type: 'step', file },
  ...outcome,
  what: what.en,
  result: result.en,
});

const RESULT_AT = 47;
const INDENT = ' '.repeat(10);

/** A step on one line, with its result behind it where both fit; a failure has its place below. */
function lineOf({ number, what, result, ok, line }: StepOutcome, file: string): string {
  const mark = `  ${ok ? 'ok  ' : 'FAIL'} ${String(number).padStart(2)} `;
  const [said, step] = [inOneLine(result.en), inOneLine(what.en)];
  const gap = RESULT_AT - widthOf(mark) - widthOf(step);
  if (ok && gap > 0 && RESULT_AT + widthOf(said) <= COLUMNS) {
    return `${mark}${step}${' '.repeat(gap)}${said}`;
  }
  const lines = [wrapWords(step, mark), wrapWords(said, INDENT)];
  if (!ok) lines.push(wrapWords(`${inOneLine(file)}, step ${number}, line ${line}`, INDENT));
  return lines.join('\n');
}
