// CSV as Excel opens it: UTF-8 with a byte order mark, CRLF, and no cell that a spreadsheet would carry out.
import type { Json } from '../core/order.ts';

export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What a spreadsheet may take for a formula, also behind blanks and in full width (OWASP, "CSV Injection").
 * Whoever sends an order could otherwise have a command run on the machine of who exports it.
 */
const FORMULA = /^[\s\p{C}]*[=+\-@\t\r＝＋－＠]/u;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

function cell(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /["\r\n,;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvLine = (values: readonly (Json | undefined)[]): string =>
  `${values.map(cell).join(',')}\r\n`;

/** No digit stands before a number, but for one of an escape: `%22`, `\u0022`. */
const START = String.raw`(?:(?<!\d)|(?<=%[\da-fA-F]{2}|\\u[\da-fA-F]{4}))`;
/** A mobile number of the mainland, within a text as well, with or without +86, blanks and hyphens. */
const MOBILE = new RegExp(
  String.raw`${START}((?:(?:00)?86[ -]?)?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)`,
  'g',
);
const IDENTITY = new RegExp(String.raw`${START}(\d{6})\d{8}(\d{3}[\dXx])(?![\dXx])`, 'g');

/** What tells who somebody is, as platforms mask it themselves: 188****0804. */
export function maskPersonal(value: Json): Json {
  if (typeof value === 'string') {
    return value.replace(IDENTITY, '$1********$2').replace(MOBILE, '$1****$2');
  }
  if (typeof value === 'number') {
    const text = String(value);
    const masked = maskPersonal(text);
    return masked === text ? value : masked;
  }
  if (Array.isArray(value)) return value.map((one) => maskPersonal(one as Json));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, maskPersonal(one as Json)]),
  );
}
