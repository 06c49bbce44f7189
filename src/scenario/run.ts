// Carries a scenario out, step by step, and tells of each; the first step that fails ends it.
import type { Scenario, Step, StepOf } from './format.ts';
import { at, difference, fill, show, type Values } from './values.ts';
import { same, ValueError, type Words, words } from './words.ts';
import { ownerOf, type World } from './world.ts';

export interface OrderName {
  readonly platform: string;
  readonly orderId: string;
}

export interface StepOutcome {
  /** From 1. */
  readonly number: number;
  readonly line: number;
  readonly kind: Step['kind'];
  /** The step in a few words. */
  readonly what: Words;
  /** What came of it, in a few words; of a step that failed, why. */
  readonly result: Words;
  readonly ok: boolean;
  readonly milliseconds: number;
  /** The number of a call in the server's request log; null without a reply. */
  readonly requestId: string | null;
  /** The orders that the step was about. */
  readonly orders: readonly OrderName[];
}

/** What came of a step, and what it was about. */
interface Done {
  readonly result: Words;
  readonly orders?: readonly OrderName[];
}

export interface Watch {
  /** Called before each step. */
  readonly onBegin?: (number: number) => void;
  readonly onStep: (outcome: StepOutcome) => void;
  /** Ends the run before the next step. */
  readonly signal?: AbortSignal | undefined;
}

/** Resolves to whether every step was as it had to be. @throws what is no fault of the scenario */
export async function runScenario(
  { steps }: Scenario,
  world: World,
  { onBegin, onStep, signal }: Watch,
): Promise<boolean> {
  const values = new Map<string, unknown>();
  try {
    for (const [i, step] of steps.entries()) {
      if (signal?.aborted) return false;
      onBegin?.(i + 1);
      const started = performance.now();
      const { kind, line } = step;
      const tell = (ok: boolean, { result, orders = [] }: Done): void =>
        onStep({
          ...{ number: i + 1, line, kind, what: whatOf(step, values), result, ok, orders },
          milliseconds: Math.round(performance.now() - started),
          requestId: kind === 'call' ? world.lastRequestId : null,
        });
      try {
        tell(true, await carryOut(step, world, values));
      } catch (error) {
        if (signal?.aborted) return false;
        if (!(error instanceof ValueError)) throw error;
        tell(false, { result: error.words, orders: aboutOf(step, values) });
        return false;
      }
    }
    return true;
  } finally {
    await world.close();
  }
}

/** The steps before they are carried out. */
export const plan = (steps: readonly Step[]) =>
  steps.map((step, i) => ({
    ...{ number: i + 1, line: step.line, kind: step.kind },
    what: whatOf(step, new Map()),
  }));

/** The step in a few words; a name that its author gave comes first. */
function whatOf(one: Step, values: Values): Words {
  const filled = (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (whole, name) => String(values.get(name) ?? whole));
  const { zh, en } = one.step.name ?? wordsOf(one);
  return words(filled(zh), filled(en));
}

function wordsOf(one: Step): Words {
  const { kind, step } = one;
  switch (kind) {
    case 'call':
      return step.force === undefined
        ? words(`调用 ${step.call}`, `call ${step.call}`)
        : words(
            `调用 ${step.call}，强制 ${step.force}`,
            `call ${step.call} with force ${step.force}`,
          );
    case 'advance':
      return words(`时钟拨快 ${inChinese(step.advance)}`, `advance the clock by ${step.advance}`);
    case 'order':
      return words(`订单 ${step.order}`, `order ${step.order}`);
    case 'move':
      return words(`${step.move} 变更为 ${step.to}`, `move ${step.move} to ${step.to}`);
    case 'listen':
      return words(`接收 ${step.listen} 的回调`, `listen to ${step.listen}`);
    case 'callbacks':
      return words(`${step.callbacks} 收到的回调`, `callbacks of ${step.callbacks}`);
    case 'rule':
      return words(`${step.rule} 强制 ${step.force}`, `force ${step.force} for ${step.rule}`);
  }
}

/** The order that a step names, as far as its name is known. */
function aboutOf({ kind, step }: Step, values: Values): readonly OrderName[] {
  if (kind !== 'order' && kind !== 'move') return [];
  const text = kind === 'order' ? step.order : step.move;
  try {
    return [orderName(String(fill(text, values)))];
  } catch {
    return []; // The step failed because of this name.
  }
}

/** @throws {ValueError} why the step is not as it has to be */
async function carryOut(one: Step, world: World, values: Map<string, unknown>): Promise<Done> {
  switch (one.kind) {
    case 'call':
      return { result: await call(fill(one.step, values), world, values) };
    case 'advance':
      return { result: await advance(one.step, world) };
    case 'order': {
      const result = await order(fill(one.step, values), world, values);
      return { result, orders: aboutOf(one, values) };
    }
    case 'move': {
      const result = await move(fill(one.step, values), world);
      return { result, orders: aboutOf(one, values) };
    }
    case 'listen': {
      const { listen, answers } = fill(one.step, values);
      await world.listen(listen, answers);
      const told = answers.join(', ');
      return { result: words(`以 ${told} 应答`, `answers ${told}`) };
    }
    case 'callbacks':
      return callbacks(fill(one.step, values), world, values);
    case 'rule': {
      const { rule, ...rest } = fill(one.step, values);
      const [platform, party] = ownerOf(rule);
      const { name: _, ...body } = rest;
      await world.manage('POST', '/sandbox/forces', { platform, party, ...body });
      return { result: words(`${rest.calls} 次调用`, `${rest.calls} calls`) };
    }
  }
}

async function call(
  step: StepOf<'call'>,
  world: World,
  values: Map<string, unknown>,
): Promise<Words> {
  const { platform, as, call: method, with: params, force, expect = {}, take } = step;
  const heard = await world.call(platform, as, method, params, force);
  const { code = expect.broken ? undefined : 'success', reply, broken } = expect;
  if ('broken' in heard) {
    if (broken) return heard.broken;
    const { zh, en } = heard.broken;
    throw new ValueError(words(`${zh}；应收到应答`, `${en}; a reply was expected`));
  }
  if (broken) {
    const whole = words(
      `应答完整（${heard.code}），应为损坏的应答`,
      `the reply is whole (${heard.code}), and had to be broken`,
    );
    throw new ValueError(whole);
  }
  const isExpected =
    heard.code === code || (heard.code === 'success' && world.isSuccess(platform, code!));
  if (!isExpected) {
    const said = heard.words === null ? '' : ` (${heard.words})`;
    throw new ValueError(
      words(
        `平台应答 ${heard.code}${said}，应为 ${code}`,
        `the platform answers ${heard.code}${said}, and has to answer ${code}`,
      ),
    );
  }
  if (expect.words !== undefined) check(heard.words, expect.words, 'words');
  if (reply !== undefined) check(heard.reply, reply, 'reply');
  keep(heard.reply, take, values);
  return same(heard.words === null ? heard.code : `${heard.code} ${heard.words}`);
}

const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;

const UNITS_ZH = { s: '秒', min: '分钟', h: '小时', d: '天' } as const;

const inChinese = (advance: string): string =>
  advance.replace(/ ?(s|min|h|d)$/, (_, unit: keyof typeof UNITS_ZH) => ` ${UNITS_ZH[unit]}`);

export function secondsOf(advance: string): number {
  const [, number, unit] = /^(\d+) ?(s|min|h|d)$/.exec(advance)!;
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

async function advance({ advance: by }: StepOf<'advance'>, world: World): Promise<Words> {
  const advanceSeconds = secondsOf(by);
  const { now } = (await world.manage('POST', '/clock', { advanceSeconds })) as { now: string };
  return words(`现在是 ${now.slice(0, 19)}Z`, `it is ${now.slice(0, 19)}Z`);
}

const orderName = (text: string): OrderName => {
  const [platform, orderId] = ownerOf(text);
  return { platform, orderId };
};

const orderPath = (text: string): string => {
  const { platform, orderId } = orderName(text);
  return `/orders/${encodeURIComponent(platform)}/${encodeURIComponent(orderId)}`;
};

async function order(
  step: StepOf<'order'>,
  world: World,
  values: Map<string, unknown>,
): Promise<Words> {
  const found = await world.manage('GET', orderPath(step.order));
  check(found, step.expect, '');
  keep(found, step.take, values);
  const { state, stateName } = found as { state: string; stateName?: string };
  return same(stateName === undefined ? state : `${state} ${stateName}`);
}

async function move(step: StepOf<'move'>, world: World): Promise<Words> {
  const { move: target, to, line, note = 'a scenario', expect } = step;
  const moved = await world.manage('POST', `${orderPath(target)}/transitions`, {
    ...{ to, note },
    ...(line !== undefined && { line }),
  });
  if (expect !== undefined) check(moved, expect, '');
  return same((moved as { state: string }).state);
}

async function callbacks(
  step: StepOf<'callbacks'>,
  world: World,
  values: Map<string, unknown>,
): Promise<Done> {
  const { callbacks: owner, expect, take } = step;
  const arrived = await world.received(owner, expect.length, step);
  const wrong = difference(arrived, expect);
  if (wrong !== null) {
    const came = arrived.map(({ type, data }) => `${type} ${show(data.version).en}`).join(', ');
    throw new ValueError(
      words(`${wrong.zh}。已收到：${came || '无'}`, `${wrong.en}. Arrived: ${came || 'none'}`),
    );
  }
  keep(arrived, take, values);
  const [platform] = ownerOf(owner);
  const ids = new Set(arrived.map(({ data }) => data.orderId).filter((id) => id !== undefined));
  return {
    result:
      expect.length === 0
        ? words('没有收到回调', 'none arrived')
        : words(`收到 ${expect.length} 个，签名有效`, `${expect.length} arrived, signed`),
    orders: [...ids].map((id) => ({ platform, orderId: String(id) })),
  };
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
