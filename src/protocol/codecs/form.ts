// application/x-www-form-urlencoded, strictly: what does not decode is refused, never guessed.

/**
 * Decodes `%XX` (UTF-8) and `+`. Null when a `%` has no two hex digits behind it, or the bytes are
 * not UTF-8.
 */
export function percentDecode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return null;
  }
}

/** The fields in the order given, duplicates kept; null when one does not decode. */
export function parseForm(text: string): [name: string, value: string][] | null {
  const fields: [string, string][] = [];
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = percentDecode(equals < 0 ? pair : pair.slice(0, equals));
    const value = percentDecode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === null || value === null) return null;
    fields.push([name, value]);
  }
  return fields;
}

// What encodeURIComponent and HttpUtility.UrlEncode leave alone are not the same: .NET keeps
// -_.!*() and letters and digits; JavaScript keeps those and ' and ~ besides.
const DIFFERENT = /%[0-9A-F]{2}|['~]/g;

/** As .NET's HttpUtility.UrlEncode does it: space `+`, lower-case hex, safe set `-_.!*()`. */
export function dotNetUrlEncode(text: string): string {
  return encodeURIComponent(text).replace(DIFFERENT, (found) =>
    found === '%20' ? '+' : found === "'" ? '%27' : found === '~' ? '%7e' : found.toLowerCase(),
  );
}
