// Values of a scenario: names that stand for earlier values, paths into documents, and what has to be equal.
import { same, ValueError, type Words, words } from './words.ts';

export type Values = ReadonlyMap<string, unknown>;

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
      known.length === 0
        ? words('之前没有取过任何值', 'nothing was taken before')
        : words(`已有：${known.join('、')}`, `there are: ${known.join(', ')}`);
    throw new ValueError(
      words(`\${${name}} 没有值；${there.zh}`, `\${${name}} has no value; ${there.en}`),
    );
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
      const content = contentOf(value);
      throw new ValueError(
        words(
          `没有 ${path}：${passed.join('.') || '内容'}${content.zh}`,
          `there is no ${path}: ${passed.join('.') || 'it'} ${content.en}`,
        ),
      );
    }
    value = (value as Record<string, unknown>)[key];
    passed.push(key);
  }
  return value;
}

function contentOf(value: unknown): Words {
  if (typeof value !== 'object' || value === null) {
    return words(`是 ${show(value).zh}`, `is ${show(value).en}`);
  }
  const keys = Object.keys(value).slice(0, 12);
  return keys.length === 0
    ? words('为空', 'is empty')
    : words(`只有 ${keys.join('、')}`, `has ${keys.join(', ')}`);
}

/**
 * The first difference between a document and the part that was expected of it; null if there is
 * none. Objects may have more than is expected; lists have as many items. A text between slashes is
 * a regular expression. Numbers and texts of the same digits are equal.
 */
export function difference(found: unknown, expected: unknown, path = ''): Words | null {
  if (typeof expected === 'string' || typeof expected === 'number') {
    const pattern = typeof expected === 'string' && /^\/(.+)\/$/s.exec(expected);
    const isSame = pattern
      ? new RegExp(pattern[1]!).test(String(found))
      : String(found) === String(expected);
    const isPlain = typeof found !== 'object' && found !== undefined;
    if (isPlain && isSame) return null;
    return isNot(path, found, pattern ? same(expected as string) : show(expected));
  }
  if (typeof expected !== 'object' || expected === null) {
    return found === expected ? null : isNot(path, found, show(expected));
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found)) return isNot(path, found, words('列表', 'a list'));
    for (const [i, one] of expected.entries()) {
      if (i >= found.length) break;
      const wrong = difference(found[i], one, path === '' ? String(i) : `${path}.${i}`);
      if (wrong !== null) return wrong;
    }
    if (found.length === expected.length) return null;
    const place = placeOf(path);
    return words(
      `${place.zh}有 ${found.length} 项，应为 ${expected.length} 项`,
      `${place.en} has ${found.length} items, and has to have ${expected.length}`,
    );
  }
  if (typeof found !== 'object' || found === null) {
    const keys = Object.keys(expected);
    const place = placeOf(path);
    return words(
      `${place.zh}是 ${show(found).zh}，应含有 ${keys.join('、')}`,
      `${place.en} is ${show(found).en}, and has to hold ${keys.join(', ')}`,
    );
  }
  for (const [key, value] of Object.entries(expected)) {
    const inner = (found as Record<string, unknown>)[key];
    const wrong = difference(inner, value, path === '' ? key : `${path}.${key}`);
    if (wrong !== null) return wrong;
  }
  return null;
}

const placeOf = (path: string): Words =>
  path === '' ? words('内容', 'it') : words(`${path} `, path);

function isNot(path: string, found: unknown, wanted: Words): Words {
  const place = placeOf(path);
  return words(
    `${place.zh}是 ${show(found).zh}，应为 ${wanted.zh}`,
    `${place.en} is ${show(found).en}, and has to be ${wanted.en}`,
  );
}

const LONGEST = 120;

/** A value on one line, for a person. */
export function show(value: unknown): Words {
  if (value === undefined) return words('空缺', 'absent');
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return same(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
