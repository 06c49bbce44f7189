// Carries a scenario out, step by step, and tells of each; the first step that fails ends it.
import type { Scenario, Step, StepOf } from './format.ts';
import { at, difference, fill, show, ValueError, type Values } from './values.ts';
import { ownerOf, type World } from './world.ts';

export interface StepOutcome {
  /** From 1. */
  readonly number: number;
  readonly line: number;
  readonly kind: Step['kind'];
  /** The step in a few words. */
  readonly what: string;
  /** What came of it, in a few words; of a step that failed, why. */
  readonly result: string;
  readonly ok: boolean;
  readonly milliseconds: number;
}

/** Resolves to whether every step was as it had to be. @throws what is no fault of the scenario */
export async function runScenario(
  { steps }: Scenario,
  world: World,
  onStep: (outcome: StepOutcome) => void,
): Promise<boolean> {
  const values = new Map<string, unknown>();
  try {
    for (const [i, step] of steps.entries()) {
      const started = performance.now();
      const { kind, line } = step;
      const tell = (ok: boolean, result: string): void =>
        onStep({
          ...{ number: i + 1, line, kind, what: whatOf(step, values), result, ok },
          milliseconds: Math.round(performance.now() - started),
        });
      try {
        tell(true, await carryOut(step, world, values));
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        tell(false, error.message);
        return false;
      }
    }
    return true;
  } finally {
    await world.close();
  }
}

/** The step in a few words; a name that its author gave comes first. */
function whatOf(one: Step, values: Values): string {
  return wordsOf(one).replace(/\$\{(\w+)\}/g, (text, name) => String(values.get(name) ?? text));
}

function wordsOf(one: Step): string {
  if (one.step.name !== undefined) return one.step.name;
  const { kind, step } = one;
  switch (kind) {
    case 'call':
      return `call ${step.call}${step.force === undefined ? '' : ` with force ${step.force}`}`;
    case 'advance':
      return `advance the clock by ${step.advance}`;
    case 'order':
      return `order ${step.order}`;
    case 'move':
      return `move ${step.move} to ${step.to}`;
    case 'listen':
      return `listen to ${step.listen}`;
    case 'callbacks':
      return `callbacks of ${step.callbacks}`;
    case 'rule':
      return `force ${step.force} for ${step.rule}`;
  }
}

/** Resolves to what came of it. @throws {ValueError} why it is not as it has to be */
async function carryOut(one: Step, world: World, values: Map<string, unknown>): Promise<string> {
  switch (one.kind) {
    case 'call':
      return call(fill(one.step, values), world, values);
    case 'advance':
      return advance(one.step, world);
    case 'order':
      return order(fill(one.step, values), world, values);
    case 'move':
      return move(fill(one.step, values), world);
    case 'listen': {
      const { listen, answers } = fill(one.step, values);
      await world.listen(listen, answers);
      return `answers ${answers.join(', ')}`;
    }
    case 'callbacks':
      return callbacks(fill(one.step, values), world, values);
    case 'rule': {
      const { rule, ...rest } = fill(one.step, values);
      const [platform, party] = ownerOf(rule);
      const { name: _, ...body } = rest;
      await world.manage('POST', '/sandbox/forces', { platform, party, ...body });
      return `${rest.calls} calls`;
    }
  }
}

async function call(
  step: StepOf<'call'>,
  world: World,
  values: Map<string, unknown>,
): Promise<string> {
  const { platform, as, call: method, with: params, force, expect = {}, take } = step;
  const heard = await world.call(platform, as, method, params, force);
  const { code = expect.broken ? undefined : 'success', words, reply, broken } = expect;
  if ('broken' in heard) {
    if (broken) return heard.broken;
    throw new ValueError(`${heard.broken}; a reply was expected`);
  }
  if (broken) throw new ValueError(`the reply is whole (${heard.code}), and had to be broken`);
  const isExpected =
    heard.code === code || (heard.code === 'success' && world.isSuccess(platform, code!));
  if (!isExpected) {
    const said = heard.words === null ? '' : ` (${heard.words})`;
    throw new ValueError(`the platform answers ${heard.code}${said}, and has to answer ${code}`);
  }
  if (words !== undefined) check(heard.words, words, 'words');
  if (reply !== undefined) check(heard.reply, reply, 'reply');
  keep(heard.reply, take, values);
  return heard.words === null ? heard.code : `${heard.code} ${heard.words}`;
}

const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;

async function advance({ advance: by }: StepOf<'advance'>, world: World): Promise<string> {
  const [, number, unit] = /^(\d+) ?(s|min|h|d)$/.exec(by)!;
  const advanceSeconds = Number(number) * UNITS[unit as keyof typeof UNITS];
  const { now } = (await world.manage('POST', '/clock', { advanceSeconds })) as { now: string };
  return `it is ${now.slice(0, 19)}Z`;
}

const orderPath = (text: string): string => {
  const [platform, id] = ownerOf(text);
  return `/orders/${encodeURIComponent(platform)}/${encodeURIComponent(id)}`;
};

async function order(
  step: StepOf<'order'>,
  world: World,
  values: Map<string, unknown>,
): Promise<string> {
  const found = await world.manage('GET', orderPath(step.order));
  check(found, step.expect, '');
  keep(found, step.take, values);
  const { state, stateName } = found as { state: string; stateName?: string };
  return stateName === undefined ? state : `${state} ${stateName}`;
}

async function move(step: StepOf<'move'>, world: World): Promise<string> {
  const { move: target, to, line, note = 'a scenario', expect } = step;
  const moved = await world.manage('POST', `${orderPath(target)}/transitions`, {
    ...{ to, note },
    ...(line !== undefined && { line }),
  });
  if (expect !== undefined) check(moved, expect, '');
  return (moved as { state: string }).state;
}

async function callbacks(
  step: StepOf<'callbacks'>,
  world: World,
  values: Map<string, unknown>,
): Promise<string> {
  const { callbacks: owner, expect, take } = step;
  const arrived = await world.received(owner, expect.length, step);
  const wrong = difference(arrived, expect);
  if (wrong !== null) {
    const came =
      arrived.map(({ type, data }) => `${type} ${show(data.version)}`).join(', ') || 'none';
    throw new ValueError(`${wrong}. Arrived: ${came}`);
  }
  keep(arrived, take, values);
  return expect.length === 0 ? 'none arrived' : `${expect.length} arrived, signed`;
}

/** @throws {ValueError} */
function check(found: unknown, expected: unknown, path: string): void {
  const wrong = difference(found, expected, path);
  if (wrong !== null) throw new ValueError(wrong);
}

function keep(
  document: unknown,
  take: Readonly<Record<string, string>> | undefined,
  values: Map<string, unknown>,
): void {
  for (const [name, path] of Object.entries(take ?? {})) values.set(name, at(document, path));
}
