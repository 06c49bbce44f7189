// What the request log keeps of a body: no signature that could be sent again.
import { maskNamedInForm } from '../../protocol/redact.ts';

/** More than the request log keeps, by more than a signature is long. */
const KEPT = 20 * 1024;
const DIGEST = 32;
const PERCENT = 0x25;

/**
 * A signed request holds for ever, so what is kept of its signature is not enough to send it again.
 *
 * @param sign as the checks have read it; absent where they did not get that far
 */
export function redact(body: string, call: { readonly sign?: string }): string {
  // A newcomer sends the Key along with what it signs.
  return maskNamedInForm(withoutSign(body, call).slice(0, KEPT));
}

function withoutSign(body: string, { sign }: { readonly sign?: string }): string {
  // Not read so far, so it cannot be accepted either; whatever looks like a signature goes all the same.
  if (sign?.length !== DIGEST) return withoutDigests(body.slice(0, KEPT));
  const around = body.split(sign);
  if (around.length > 1) return around.join(masked(sign));
  return '(not kept: its Sign is written with escapes)';
}

// In ASCII, as the body is: one `…` would make a text of two bytes a character of all of it.
const masked = (sign: string): string => `${sign.slice(0, 6)}...`;

/**
 * Masks each 32 hex digits of a run, in one pass over the characters: a pattern costs a look ahead at
 * each digit, or a call for each `%XX`, and a stranger may send nothing else. The digits of a `%XX` are
 * no part of a run: `%3E` before a digest is the end of a tag.
 */
function withoutDigests(text: string): string {
  let out = '';
  let copied = 0;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isHex(code)) {
      run++;
      if (run < DIGEST) continue;
      const from = at + 1 - DIGEST;
      out += text.slice(copied, from) + masked(text.slice(from, at + 1));
      copied = at + 1;
    } else if (
      code === PERCENT &&
      isHex(text.charCodeAt(at + 1)) &&
      isHex(text.charCodeAt(at + 2))
    ) {
      at += 2;
    }
    run = 0;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

function isHex(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66;
}
