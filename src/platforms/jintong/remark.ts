// Decodes a Remark, which arrives URL-encoded or plain, in UTF-8 or GB18030.
import { percentBytes } from '../../protocol/codecs/form.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import { holdsSeparator } from './signature.ts';

/** Maximum length of a stored Remark in characters. [ours] */
export const MAX_REMARK = 500;

/**
 * The maximum length of a sent text: a character takes at most four bytes, and a byte takes three
 * characters as `%XX`.
 */
const MAX_SENT = MAX_REMARK * 4 * 3;

const GB18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * f(t) of the settled protocol, except line ends: returns `text` with all `%XX` decoded, or
 * unchanged. The bytes are decoded as UTF-8. If that fails and all other characters are ASCII, the
 * whole text is decoded as GB18030, whose characters may end in an ASCII byte (`%E9F` is 镕). A `%`
 * without two hex digits stays. A `+` becomes a space only if something is decoded.
 *
 * A text that is too long for a Remark is returned unchanged, because it is refused anyway and
 * decoding it would waste time on a stranger.
 */
export function decodeRemark(text: string): string {
  if (text.length > MAX_SENT || !text.includes('%')) return text;
  const { bytes, escapes, isAscii } = percentBytes(text.replaceAll('+', ' '));
  if (escapes === 0) return text;
  return decodeUtf8(bytes) ?? (isAscii ? decodeGb18030(bytes) : null) ?? text;
}

/** Throws and catches at most one exception per call, for a text of limited length. */
function decodeGb18030(bytes: Uint8Array): string | null {
  try {
    return GB18030.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * The strings over which a Remark may be signed, usually one. The received text comes first: with
 * its original line ends, and with those that XML reads. A Remark that was signed before it was
 * encoded comes next, but only if decoding it again changes nothing, because otherwise two texts
 * with different meanings could share a string to sign.
 *
 * @param text as XML reads it
 * @param sent with its original line ends
 */
export function signedForms(text: string, sent: string): readonly string[] {
  const forms = [sent];
  if (text !== sent) forms.push(text);
  for (const arrived of [...forms]) {
    const decoded = decodeRemark(arrived);
    const meansItself = decodeRemark(decoded) === decoded;
    if (!meansItself || holdsSeparator(decoded) || forms.includes(decoded)) continue;
    forms.push(decoded);
  }
  return forms;
}

/**
 * The stored meaning of a Remark. It depends only on the signed text, so that one string to sign
 * has one meaning. CR LF and a lone CR become LF.
 */
export function remarkMeaning(signedAs: string): string {
  return decodeRemark(signedAs).replace(/\r\n?/g, '\n');
}
