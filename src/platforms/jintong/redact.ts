// Prepares a body for the request log, without a reusable signature.
import { maskNamedInForm } from '../../protocol/redact.ts';

/** Longer than the logged text by more than a signature. */
const KEPT = 20 * 1024;
const DIGEST = 32;
const PERCENT = 0x25;

/**
 * A signed request stays valid for ever, so the log keeps too little of its signature to send it
 * again.
 *
 * @param sign the signature that the checks read; absent if they did not get that far
 */
export function redact(body: string, call: { readonly sign?: string }): string {
  // A beginner may send the Key together with the signed fields.
  return maskNamedInForm(withoutSign(body, call).slice(0, KEPT));
}

function withoutSign(body: string, { sign }: { readonly sign?: string }): string {
  // The checks did not read this far, so the call cannot be accepted. Whatever resembles a
  // signature is removed nevertheless.
  if (sign?.length !== DIGEST) return withoutDigests(body.slice(0, KEPT));
  const around = body.split(sign);
  if (around.length > 1) return around.join(masked(sign));
  return '(not kept: its Sign is written with escapes)';
}

// In ASCII like the body, because one `…` would double the memory of the whole text.
const masked = (sign: string): string => `${sign.slice(0, 6)}...`;

/**
 * Masks every 32 consecutive hex digits in one pass, because a stranger may send only hex digits,
 * and a pattern would need a look-ahead at each digit or a call for each `%XX`. The digits of a
 * `%XX` do not count: `%3E` before a digest is the end of a tag.
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
