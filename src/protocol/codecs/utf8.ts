// Bytes to text: UTF-8 or nothing, and what to tell who sent something else.
import { isUtf8 } from 'node:buffer';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Null when the bytes are not valid UTF-8. A byte order mark stays in the text. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  // Judged first: a decoder that throws would cost an exception for each body of a stranger.
  return isUtf8(bytes) ? decoder.decode(bytes) : null;
}

/** Enough to tell an encoding, and a bound to what a stranger's MiB may cost after it was refused. */
const LOOKED_AT = 64 * 1024;

/**
 * Why bytes that are not UTF-8 were refused, for the request log: most often they are GB18030, which
 * GBK and GB2312 are parts of.
 *
 * @param what names what the bytes are of, such as "the document"
 */
export function describeNotUtf8(what: string, bytes: Uint8Array): string {
  return readsAsGb18030(bytes)
    ? `${what} is not UTF-8; its bytes read as GB18030 (GBK, GB2312): it has to be sent as UTF-8`
    : `${what} is not UTF-8`;
}

function readsAsGb18030(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  try {
    // As of a stream, a character that the bound cuts in two is no fault.
    decoder.decode(bytes.subarray(0, LOOKED_AT), { stream: bytes.length > LOOKED_AT });
    return true;
  } catch {
    return false;
  }
}
