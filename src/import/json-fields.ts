// Finds errors in the JSON of a row that JSON.parse accepts: a repeated key, and bytes that were
// not valid text.
import type { Json } from '../core/order.ts';

/**
 * A container that is being read: the path of its current member, and the keys of an object so far.
 */
interface Level {
  readonly path: string;
  readonly keys: Set<string> | null;
  key: string | null;
  index: number;
}

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gs;

/**
 * The path of the first repeated key of an object, such as `lines.0.state`; null if there is none.
 * JSON.parse silently keeps the last of the two values.
 *
 * @param text valid JSON
 */
export function findKeyTwice(text: string): string | null {
  const levels: Level[] = [];
  let expectsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      const path = level ? pathOf(level) : '';
      levels.push({ path, keys: token === '{' ? new Set() : null, key: null, index: 0 });
      expectsKey = token === '{';
    } else if (token === '}' || token === ']') {
      levels.pop();
      expectsKey = false;
    } else if (token === ',') {
      level!.index++;
      expectsKey = level!.keys !== null;
    } else if (token === ':') expectsKey = false;
    else if (expectsKey && level?.keys) {
      // An escape may spell a key that also occurs in plain form.
      level.key = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1);
      if (level.keys.has(level.key!)) return pathOf(level);
      level.keys.add(level.key!);
      expectsKey = false;
    }
  }
  return null;
}

const pathOf = ({ path, keys, key, index }: Level): string =>
  join(path, keys ? String(key) : String(index));

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The path of the first text or key that contains U+FFFD; null if none does. */
export function findNoText(value: Json, path = ''): string | null {
  if (typeof value === 'string') return value.includes('\uFFFD') ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const its = join(path, name);
    if (name.includes('\uFFFD')) return its;
    const found = findNoText(member as Json, its);
    if (found !== null) return found;
  }
  return null;
}
