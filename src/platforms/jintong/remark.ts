// Remark arrives URL-encoded or plain, in UTF-8 or in GB18030; this is what it means either way.
import { percentBytes } from '../../protocol/codecs/form.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import { holdsSeparator } from './signature.ts';

/** What is kept has at most so many characters. [ours] */
export const MAX_REMARK = 500;

/**
 * No longer text can mean a Remark that is kept: a character takes at most four bytes, and a byte
 * three characters as `%XX`.
 */
const MAX_SENT = MAX_REMARK * 4 * 3;

const GB18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * f(t) of the settled protocol, but for the ends of lines: `text` with all of its `%XX` decoded, or
 * itself. They are decoded as UTF-8; else, where all other characters are ASCII, the whole text's
 * bytes are read as GB18030, whose characters may end in an ASCII byte (`%E9F` is 镕). A `%` without
 * two hex digits stays as it is. A `+` is a space only where something decodes.
 *
 * A text that is too long to be a Remark is returned as it is: it is refused whatever it means, and
 * decoding it would be a stranger's free ride.
 */
export function decodeRemark(text: string): string {
  if (text.length > MAX_SENT || !text.includes('%')) return text;
  const { bytes, escapes, isAscii } = percentBytes(text.replaceAll('+', ' '));
  if (escapes === 0) return text;
  return decodeUtf8(bytes) ?? (isAscii ? decodeGb18030(bytes) : null) ?? text;
}

/** At most one exception for a call, of a text that is bounded. */
function decodeGb18030(bytes: Uint8Array): string | null {
  try {
    return GB18030.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * The strings that a Remark may be signed as, most often one. Those over what arrived come first: with
 * its line ends as they were sent, and as XML reads them. A Remark that was signed before it was
 * encoded comes next, but only where the decoded text means itself: else two texts that differ in
 * meaning could share a string to sign.
 *
 * @param text as XML reads it
 * @param sent with its line ends as they were sent
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
 * What is kept of a Remark: a function of the very text that was signed, so that one string to sign
 * has one meaning. CR LF and a lone CR are one LF.
 */
export function remarkMeaning(signedAs: string): string {
  return decodeRemark(signedAs).replace(/\r\n?/g, '\n');
}
