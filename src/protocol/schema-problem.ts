// Says in plain words what a schema refuses: a missing field, a wrong type, an unknown choice.
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
  const kind = issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined;
  return kind && `has to be ${kind}`;
}

function oneOf(values: readonly unknown[]): string {
  const names = values.map(String);
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}
