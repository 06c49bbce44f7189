// Values of a scenario: names that stand for earlier values, paths into documents, and what has to be equal.

export type Values = ReadonlyMap<string, unknown>;

/** A problem with a value, for the step that has it. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** `given` with `${name}` replaced in every text. A text that is one name alone becomes the value itself. */
export function fill<T>(given: T, values: Values): T {
  if (typeof given === 'string') return fillText(given, values) as T;
  if (Array.isArray(given)) return given.map((one) => fill(one, values)) as T;
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, fill(value, values)]),
  ) as T;
}

function fillText(text: string, values: Values): unknown {
  const look = (name: string): unknown => {
    if (values.has(name)) return values.get(name);
    const known = [...values.keys()];
    const there =
      known.length === 0 ? 'nothing was taken before' : `there are: ${known.join(', ')}`;
    throw new ValueError(`\${${name}} has no value; ${there}`);
  };
  const alone = /^\$\{(\w+)\}$/.exec(text);
  if (alone) return look(alone[1]!);
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => String(look(name)));
}

/** The value at a path such as `items.0.orderSts`. @throws {ValueError} names what there is instead */
export function at(document: unknown, path: string): unknown {
  let value = document;
  const passed: string[] = [];
  for (const key of path.split('.')) {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    if (!isThere) {
      const place = passed.length === 0 ? 'it' : passed.join('.');
      throw new ValueError(`there is no ${path}: ${place} ${contentOf(value)}`);
    }
    value = (value as Record<string, unknown>)[key];
    passed.push(key);
  }
  return value;
}

function contentOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `is ${show(value)}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'is empty' : `has ${keys.slice(0, 12).join(', ')}`;
}

/**
 * The first difference between a document and the part that was expected of it; null if there is
 * none. Objects may have more than is expected; lists have as many items. A text between slashes is
 * a regular expression. Numbers and texts of the same digits are equal.
 */
export function difference(found: unknown, expected: unknown, path = ''): string | null {
  const where = path === '' ? 'it' : path;
  if (typeof expected === 'string' || typeof expected === 'number') {
    const pattern = typeof expected === 'string' && /^\/(.+)\/$/s.exec(expected);
    const isSame = pattern
      ? new RegExp(pattern[1]!).test(String(found))
      : String(found) === String(expected);
    const isPlain = typeof found !== 'object' || found === null;
    return isPlain && isSame && found !== undefined && found !== null
      ? null
      : `${where} is ${show(found)}, and has to be ${pattern ? expected : show(expected)}`;
  }
  if (typeof expected !== 'object' || expected === null) {
    return found === expected
      ? null
      : `${where} is ${show(found)}, and has to be ${show(expected)}`;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) return `${where} is ${show(found)}, and has to be a list`;
    for (const [i, one] of expected.entries()) {
      if (i >= found.length) break;
      const wrong = difference(found[i], one, path === '' ? String(i) : `${path}.${i}`);
      if (wrong !== null) return wrong;
    }
    return found.length === expected.length
      ? null
      : `${where} has ${found.length} items, and has to have ${expected.length}`;
  }
  if (typeof found !== 'object' || found === null) {
    return `${where} is ${show(found)}, and has to hold ${Object.keys(expected).join(', ')}`;
  }
  for (const [key, value] of Object.entries(expected)) {
    const inner = (found as Record<string, unknown>)[key];
    const wrong = difference(inner, value, path === '' ? key : `${path}.${key}`);
    if (wrong !== null) return wrong;
  }
  return null;
}

const LONGEST = 120;

/** A value on one line, for a person. */
export function show(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
