// Reads a Content-Encoding header: a compressing coding, or a word that is ignored.
import { shown } from '../protocol/redact.ts';

/**
 * Compressing codings with their older names (RFC 9110, 8.4.1). The server decompresses none of
 * them.
 */
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
  /** The compressing coding; undefined if there is none. */
  readonly compressed: string | undefined;
  /** The ignored words, for the request log; undefined if there are none. */
  readonly note: string | undefined;
}

const PLAIN: ContentEncoding = { compressed: undefined, note: undefined };

/**
 * settled.md, ALL9: a compressing coding (also in a list) gets 415 and a body that names it.
 * Anything else, such as the name of a charset (a habit of Java clients), is ignored and logged.
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
