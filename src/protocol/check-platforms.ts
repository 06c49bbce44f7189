// Checks that a platform loaded from an operator's file can be served, and says in words what
// prevents it.
import type { Contract, HttpPlace } from './contract.ts';
import type { Platform } from './platform.ts';
import type { RetrySchedule } from './retry-schedule.ts';

/** A platform's name appears in URLs, metrics and the ledger. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** First path segments that the server uses itself. */
const RESERVED = new Set(['', 'manage', 'healthz', 'readyz', 'metrics', 'docs', 'console']);

/** Names of pages below /docs that are no platform's, and below a platform that are no method's. */
const DOCS_NAMES = new Set(['manage', 'search', 'assets']);
const PAGE_NAMES = new Set(['codes', 'events', 'signature']);

/** The members that every platform must have, and the type of each. */
const MEMBERS: Readonly<Record<string, 'text' | 'object' | 'list' | 'function'>> = {
  title: 'text',
  contract: 'object',
  paths: 'list',
  model: 'object',
  actions: 'list',
  checkParty: 'function',
  checks: 'object',
  verifiedBy: 'text',
  execute: 'function',
  refusal: 'function',
  successCode: 'text',
  changing: 'object',
  reply: 'function',
  summary: 'function',
  redact: 'function',
  import: 'object',
  sandboxFile: 'object',
  seed: 'object',
};

/**
 * The reasons why the platforms cannot be served together, one sentence each; empty if they can.
 */
export function platformProblems(platforms: readonly unknown[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const paths = new Map<string, string>();
  for (const value of platforms) {
    const name = nameOf(value);
    if (name === null) {
      problems.push(NO_PLATFORM);
      continue;
    }
    const say = (problem: string): void => void problems.push(`platform ${name}: ${problem}`);
    if (!NAME.test(name)) {
      say('its name has to be 1 to 32 lower-case letters, digits or hyphens, a letter first');
    }
    if (DOCS_NAMES.has(name)) {
      say(`/docs/${name} is a page of the reference already; give it another name`);
    }
    if (names.has(name)) say('its name is taken by another platform; give it one of its own');
    names.add(name);
    const missing = missingMembers(value as object);
    for (const problem of missing) say(problem);
    if (missing.length > 0) continue;
    const platform = value as Platform;
    const shapes = shapeProblems(platform);
    for (const problem of shapes.length > 0 ? shapes : ownProblems(platform)) say(problem);
    if (shapes.length > 0) continue;
    for (const { method, path } of [...platform.paths, ...(platform.endpoints ?? [])]) {
      const key = `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
      const other = paths.get(key);
      if (other !== undefined) say(`${method} ${path} is a path of platform ${other} already`);
      paths.set(key, name);
    }
  }
  return problems;
}

const NO_PLATFORM =
  'is no platform: export what definePlatform({…}) returns, or a list of such values';

function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('name' in value)) return null;
  return typeof value.name === 'string' ? value.name : null;
}

function missingMembers(value: object): string[] {
  return Object.entries(MEMBERS).flatMap(([member, kind]) => {
    const its: unknown = (value as Record<string, unknown>)[member];
    const isRight =
      kind === 'list'
        ? Array.isArray(its)
        : kind === 'object'
          ? typeof its === 'object' && its !== null
          : typeof its === (kind === 'text' ? 'string' : 'function');
    return isRight ? [] : [`${member} is missing, or is no ${kind}`];
  });
}

/**
 * Checks the shape that the other checks rely on. The file may be JavaScript, which no compiler has
 * checked.
 */
function shapeProblems({ checks, contract, paths, endpoints = [] }: Platform): string[] {
  const problems: string[] = [];
  if (!Array.isArray(checks.names) || !Array.isArray(checks.stated)) {
    problems.push('checks is no list of checks: make it with Checks.from().step(…)');
  }
  if (typeof contract.envelope?.path !== 'string') {
    problems.push('its contract has no envelope: make it with defineContract({…})');
  }
  if (![...paths, ...endpoints].every((one) => typeof one?.path === 'string')) {
    problems.push("paths has to be a list of { method: 'POST', path: '/…' }");
  }
  return problems;
}

function ownProblems(platform: Platform): string[] {
  const { name, contract, paths, endpoints = [], checks, verifiedBy, callbacks } = platform;
  const problems: string[] = [];
  if (contract.name !== name) problems.push(`its contract is of "${contract.name}"`);
  if (!checks.names.includes(verifiedBy)) {
    problems.push(`verifiedBy is "${verifiedBy}", which is none of its checks`);
  }
  if (paths.length === 0) problems.push('paths is empty: it would listen nowhere');
  for (const { method, path } of [...paths, ...endpoints]) {
    if (!METHODS.includes(method)) problems.push(`${path}: there is no method ${method}`);
    const [empty, first, ...rest] = path.split('/');
    const takesAll = first?.startsWith('{') && rest.every((segment) => segment.startsWith('{'));
    if (empty !== '' || RESERVED.has(first!) || takesAll) {
      problems.push(
        `${path} is no path for a platform: it has to begin with a segment of its own, such as /${name}`,
      );
    }
  }
  problems.push(...contractProblems(contract, platform));
  if (callbacks?.schedule) problems.push(...scheduleProblems(callbacks.schedule));
  return problems;
}

function contractProblems(contract: Contract, { paths, actions, checks }: Platform): string[] {
  const { codes, methods, envelope } = contract;
  if (!codes || Object.keys(codes).length === 0) {
    return [
      'its contract has no codes: no refusal could be explained. List them in contract.codes',
    ];
  }
  if (!methods || Object.keys(methods).length === 0) {
    return ['its contract has no methods: nothing could be called. List them in contract.methods'];
  }
  const problems: string[] = [];
  for (const { name, refuses } of checks.stated) {
    for (const code of Object.keys(refuses)) {
      if (!Object.hasOwn(codes, code)) {
        problems.push(`check ${name} refuses with ${code}, which contract.codes does not have`);
      }
    }
  }
  const isServed = ({ http, path }: HttpPlace): boolean =>
    paths.some((one) => one.method === http && one.path === path);
  for (const [method, { at = envelope, codes: its }] of Object.entries(methods)) {
    if (PAGE_NAMES.has(method) || method.endsWith('.md')) {
      problems.push(
        `method ${method}: /docs/${contract.name}/${method} is a page of the reference already; give the method another name`,
      );
    }
    if (!actions.includes(method)) problems.push(`actions lacks the method ${method}`);
    if (!isServed(at)) {
      problems.push(
        `method ${method} is called at ${at.http} ${at.path}, which paths does not list`,
      );
    }
    for (const code of its) {
      if (!Object.hasOwn(codes, code)) {
        problems.push(`method ${method} answers ${code}, which contract.codes does not have`);
      }
    }
  }
  return problems;
}

function scheduleProblems({ waits, jitter }: RetrySchedule): string[] {
  const problems: string[] = [];
  const isTime = (wait: number): boolean => Number.isSafeInteger(wait) && wait >= 0;
  if (waits.length === 0 || waits[0] !== 0 || !waits.every(isTime)) {
    problems.push('callbacks.schedule.waits has to be whole milliseconds, and the first of them 0');
  }
  if (!(jitter >= 0 && jitter < 1)) {
    problems.push('callbacks.schedule.jitter has to be from 0 up to 1, such as 0.2');
  }
  return problems;
}
