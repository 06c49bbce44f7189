// What a Content-Encoding header means for us: a coding that compresses, or a word to pass over.
import { shown } from '../protocol/redact.ts';

/** Codings that compress, with their older names (RFC 9110, 8.4.1). None of them is unpacked here. */
const COMPRESSES: ReadonlySet<string> = new Set([
  'gzip',
  'x-gzip',
  'deflate',
  'br',
  'zstd',
  'dcb',
  'dcz',
  'compress',
  'x-compress',
]);

export interface ContentEncoding {
  /** The coding that compresses; undefined where none does. */
  readonly compressed: string | undefined;
  /** What was passed over, for the request log; undefined where nothing was. */
  readonly note: string | undefined;
}

const PLAIN: ContentEncoding = { compressed: undefined, note: undefined };

/**
 * settled.md, ALL9: a coding that compresses (…, in a list, too) gets 415 and a body that names it. The name
 * of a charset there (a habit of Java clients), or anything else, is passed over and logged.
 */
export function readContentEncoding(header: string | undefined): ContentEncoding {
  if (header === undefined) return PLAIN;
  for (const item of header.split(',')) {
    const name = item
      .split(';', 1)[0]!
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase();
    if (COMPRESSES.has(name)) return { compressed: name, note: undefined };
  }
  const value = shown(header.trim());
  const note = value === '' ? undefined : `Content-Encoding "${value}" was passed over`;
  return { compressed: undefined, note };
}
