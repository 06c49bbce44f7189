// Reads `name=value` words of a command into the parameters of a method, by its contract.
import { readFileSync } from 'node:fs';
import { nearest, UsageError } from '../config.ts';
import type { Field, Fields } from '../protocol/contract.ts';

type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [name: string]: Value };
/** A parameter while it is being built. */
type Node = Value | Node[] | { [name: string]: Node };

/**
 * - `name=text`, `name=@FILE`, `name=@-` (standard input), `name=@@text` for a text that begins with @
 * - `name:=JSON` for a value of any form
 * - `group.name=…`, `list[0].name=…`; a list of texts also takes its name several times
 *
 * @param readInput reads standard input
 * @throws {UsageError} names the word, and the nearest field of the contract
 */
export function readParams(
  words: readonly string[],
  fields: Fields,
  readInput: () => string,
): Record<string, Value> {
  const params: { [name: string]: Node } = Object.create(null);
  for (const word of words) {
    const parts = /^([^=]*?)(:?=)(.*)$/s.exec(word);
    if (!parts?.[1]) {
      throw new UsageError(`"${word}" has to be name=value, such as ${exampleOf(fields)}`);
    }
    const [, path, sign, text] = parts as unknown as [string, string, string, string];
    const steps = stepsOf(path, word);
    const field = fieldAt(fields, steps, word);
    const value = sign === ':=' ? readJson(text, word) : textOf(text, readInput);
    put(params, steps, field, word, typeof value === 'string' ? typed(value, field) : value);
  }
  return params as Record<string, Value>;
}

const exampleOf = (fields: Fields): string => {
  const [name = 'name', field] = Object.entries(fields)[0] ?? [];
  return `${name}=${field && 'example' in field ? field.example : 'value'}`;
};

function stepsOf(path: string, word: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const part of path.split('.')) {
    const found = /^([^[\]]+)((?:\[\d{1,4}\])*)$/.exec(part);
    if (!found) throw new UsageError(`"${word}": a path is like group.name or list[0].name`);
    steps.push(found[1]!);
    for (const [, index] of found[2]!.matchAll(/\[(\d+)\]/g)) {
      steps.push(Number(index));
    }
  }
  return steps;
}

/** The field at the end of a path. @throws {UsageError} names the nearest field */
function fieldAt(fields: Fields, steps: readonly (string | number)[], word: string): Field {
  let known: Fields = fields;
  let field: Field | undefined;
  for (const step of steps) {
    if (typeof step === 'number') {
      if (field?.type !== 'list')
        throw new UsageError(`"${word}": what stands before [ is no list`);
      if ('of' in field) field = field.of;
      continue;
    }
    if (field !== undefined && !('fields' in field)) {
      throw new UsageError(`"${word}": what stands before ".${step}" has no fields`);
    }
    if (field !== undefined && 'fields' in field) known = field.fields;
    if (!Object.hasOwn(known, step)) {
      const names = Object.keys(known);
      throw new UsageError(
        `there is no field "${step}"; there are: ${names.join(', ')}. The nearest is: ${nearest(step, names)}`,
      );
    }
    field = known[step]!;
  }
  return field!;
}

function textOf(text: string, readInput: () => string): string {
  if (text.startsWith('@@')) return text.slice(1);
  if (text === '@-') return withoutEnd(readInput());
  if (text.startsWith('@')) return withoutEnd(readFileSync(text.slice(1), 'utf8'));
  return text;
}

/** An editor ends a file with a line end that is no part of the value. */
const withoutEnd = (text: string): string => text.replace(/\r?\n$/, '');

function readJson(text: string, word: string): Value {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`"${word}" is no JSON: ${(error as Error).message}`);
  }
}

/** What is no number stays a text, so that the server judges it. */
const typed = (text: string, { type }: Field): Value =>
  type === 'integer' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;

function put(
  root: { [name: string]: Node },
  steps: readonly (string | number)[],
  field: Field,
  word: string,
  value: Value,
): void {
  let place = root as Record<string | number, Node>;
  for (const [i, step] of steps.entries()) {
    if (Array.isArray(place) && typeof step === 'number' && step > place.length) {
      throw new UsageError(`"${word}": the list has no [${place.length}] yet; give that one first`);
    }
    if (i === steps.length - 1) break;
    place[step] ??= typeof steps[i + 1] === 'number' ? [] : {};
    place = place[step] as Record<string | number, Node>;
  }
  const last = steps.at(-1)!;
  const isList = typeof last === 'string' && field.type === 'list' && !Array.isArray(value);
  if (!isList) place[last] = value;
  else place[last] = [...((place[last] as Value[] | undefined) ?? []), value];
}
