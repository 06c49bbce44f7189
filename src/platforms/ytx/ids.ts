// requestId: the orders of a query, in all forms in which clients write a list.
import type { Json } from '../../core/order.ts';
import { MAX_ID_LENGTH, MAX_IDS } from './methods.ts';

/** The requested orders: a single plain id is answered with an object, any list with an array. */
export interface Asked {
  readonly ids: readonly string[];
  readonly list: boolean;
}

/**
 * The longest text with {@link MAX_IDS} ids: twice an id's length leaves room for quotes, a prefix,
 * a separator and blanks. Longer texts are not split, so that a megabyte of commas costs nothing.
 */
export const MAX_IDS_TEXT = MAX_IDS * MAX_ID_LENGTH * 2;

const SEPARATORS = /[\s,，]+/;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
/** `'a'`, `"a"`, and Python's `u'a'` and `b'a'`. */
const QUOTED = /^[ub]?(["'])(.*)\1$/i;
/** Python 2 prints a long integer of a list in this form. */
const PYTHON_LONG = /^(\d+)L$/;

/**
 * Reads `a`; `a,b` (the document's message sample); the string `[a,b]` (its .Net sample); a JSON array;
 * and a list as JSON or Python prints it, with `,`, `，` or white space between the ids. a list is what
 * has brackets, a comma, or two ids. A string says what is wrong instead.
 *
 * @param value with numbers as the text of their digits
 */
export function readIds(value: Json | undefined): Asked | string {
  if (Array.isArray(value)) return readArray(value);
  if (value === undefined || value === null) return { ids: [], list: false };
  if (typeof value !== 'string') return `requestId is of type ${typeof value}, no text or list`;
  const text = value.trim();
  if (text.length > MAX_IDS_TEXT) return tooLong(text);
  const hasBrackets = text.length > 1 && CLOSING[text[0]!] === text.at(-1);
  const ids = splitIds(hasBrackets ? text.slice(1, -1) : text);
  const list = hasBrackets || /[,，]/.test(text) || ids.length > 1;
  return bounded({ ids: hasBrackets ? ids.map((id) => id.replace(PYTHON_LONG, '$1')) : ids, list });
}

function readArray(values: readonly Json[]): Asked | string {
  const ids: string[] = [];
  let length = 0;
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'string') return `requestId[${i}] is no text`;
    if (value === '') continue; // An empty text is no id, and a list may contain ten thousand.
    length += value.length;
    if (length > MAX_IDS_TEXT) return tooLong({ length });
    ids.push(...splitIds(value));
    if (ids.length > MAX_IDS) break;
  }
  return bounded({ ids, list: true });
}

function splitIds(text: string): string[] {
  return text
    .split(SEPARATORS)
    .map((id) => id.replace(QUOTED, '$2'))
    .filter((id) => id !== '');
}

const bounded = (asked: Asked): Asked | string =>
  asked.ids.length <= MAX_IDS ? asked : `requestId holds more than ${MAX_IDS} ids`;

const tooLong = ({ length }: { readonly length: number }): string =>
  `requestId has ${length} characters or more, and ${MAX_IDS} ids need at most ${MAX_IDS_TEXT}`;
