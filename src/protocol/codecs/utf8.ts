// Decodes UTF-8 strictly, and describes bytes that are not UTF-8.
import { isAscii, isUtf8 } from 'node:buffer';

/** Returns null if the bytes are not valid UTF-8. A byte order mark stays in the text. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  // Checks before decoding, because a decoder that throws would cost an exception for each invalid
  // body. Most bodies are ASCII, which needs no decoding at all.
  if (isAscii(bytes)) return asBuffer(bytes).toString('latin1');
  return isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : null;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The beginning of the body suffices to recognise an encoding, and limits the cost of a refused
 * body.
 */
const LOOKED_AT = 64 * 1024;

/**
 * Explains for the request log why bytes are not UTF-8. Most often they are GB18030, which includes
 * GBK and GB2312.
 *
 * @param what names the source of the bytes, such as "the document"
 */
export function describeNotUtf8(what: string, bytes: Uint8Array): string {
  return readsAsGb18030(bytes)
    ? `${what} is not UTF-8; its bytes read as GB18030 (GBK, GB2312): it has to be sent as UTF-8`
    : `${what} is not UTF-8`;
}

function readsAsGb18030(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  try {
    // Decodes as a stream, so that a character that the limit cuts in two is no error.
    decoder.decode(bytes.subarray(0, LOOKED_AT), { stream: bytes.length > LOOKED_AT });
    return true;
  } catch {
    return false;
  }
}
