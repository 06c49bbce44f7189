// Says in plain words what a schema refuses: a missing field, a wrong type, an unknown choice, a value
// that is too long or too large.
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

type Issue<Code> = Extract<z.core.$ZodRawIssue, { code: Code }>;

/**
 * The error map of a parse: what is wrong, without the name of the field. It leaves alone what a
 * schema says in its own words. For undefined, Zod's words are taken.
 */
export function schemaProblem(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'invalid_union') {
    return issue.code === 'invalid_value'
      ? `is missing; it has to be ${oneOf(issue.values)}`
      : 'is missing';
  }
  if (issue.code === 'invalid_value') return `has to be ${oneOf(issue.values)}`;
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'too_big') return tooBig(issue);
  const kind = issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined;
  return kind && `has to be ${kind}`;
}

/** What a bound counts: the value itself if it is a number, else its parts. */
const PARTS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  record: ['entry', 'entries'],
};
const NUMBERS: readonly string[] = ['number', 'int', 'bigint'];

function tooSmall({ origin, minimum, inclusive, exact }: Issue<'too_small'>): string | undefined {
  if (NUMBERS.includes(origin)) {
    return `has to be ${inclusive === false ? 'more than' : 'at least'} ${minimum}`;
  }
  if (exact) return partsOf(origin, 'has to have exactly', minimum);
  if (minimum === 1) return PARTS[origin] && 'may not be empty';
  return partsOf(origin, 'has to have at least', minimum);
}

function tooBig({ origin, maximum, inclusive, exact }: Issue<'too_big'>): string | undefined {
  if (NUMBERS.includes(origin)) {
    return `has to be ${inclusive === false ? 'less than' : 'at most'} ${maximum}`;
  }
  return partsOf(origin, exact ? 'has to have exactly' : 'may have at most', maximum);
}

function partsOf(origin: string, verb: string, count: number | bigint): string | undefined {
  const names = PARTS[origin];
  return names && `${verb} ${count} ${names[count === 1 ? 0 : 1]}`;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.map(String);
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}
