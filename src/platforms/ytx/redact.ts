// Prepares a body for the request log: no complete mobile number, and nothing that signs.
import { maskNamedInJson } from '../../protocol/redact.ts';

const DIGIT_ESCAPE = /\\u003([0-9])/gi;
/**
 * A mobile number with or without its country code, in half or full width, grouped by blanks or
 * hyphens, anywhere; ids of 16 digits do not match. At most three characters separate two digits,
 * so that the cost is proportional to the text's length.
 */
const MOBILE = (() => {
  const digit = '[0-9０-９]';
  const gap = '[\\s\\u2010-\\u2015\\u2212\\uFF0D-]{0,3}';
  const digits = (count: number): string => Array(count).fill(digit).join(gap);
  const country = `(?:(?:[0０]${gap}[0０]|[+＋])${gap})?(?:[8８]${gap}[6６]${gap})?`;
  const head = `[1１]${gap}[3-9３-９]${gap}${digit}`;
  return new RegExp(
    `(?<!${digit})(${country}${head})${gap}${digits(4)}${gap}(${digits(4)})(?!${digit})`,
    'g',
  );
})();
/** The account to top up, even if malformed; up to the end of the text if it has no end. */
const ACCOUNT = /("rechargeAccount"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^",}\s]+)/g;

/** Signing values, wherever an unknown caller may have put them. */
const SIGNING = /("(?:auth_?token|sign|authorization)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^",}\s]+)/gi;

/** Longer than the logged text, so that the cut here is not visible there. */
const KEPT = 20 * 1024;

/** @param secrets texts that must not be kept, such as the Sign, which is valid for 24 hours */
export function redactBody(body: string, secrets: readonly string[]): string {
  let text = body.slice(0, KEPT).replaceAll('\0', '');
  if (text.includes('\\')) text = text.replace(DIGIT_ESCAPE, '$1');
  for (const secret of secrets) {
    if (secret === '' || !text.includes(secret)) continue;
    text = text.replaceAll(secret, (found) => `${found.slice(0, 6)}…`);
  }
  return maskMobiles(
    maskNamedInJson(text)
      .replace(SIGNING, '$1"****"')
      .replace(ACCOUNT, (_, name: string, value: string) => name + maskAccount(value)),
  );
}

/** Longer than any necessary quotation. */
const QUOTED = 300;

/** A caller's text for the log; it may contain a mobile number, even in a wrong field. */
export function quotable(text: string): string {
  return maskMobiles(text.slice(0, QUOTED));
}

function maskMobiles(text: string): string {
  return text.replace(MOBILE, '$1****$2');
}

function maskAccount(value: string): string {
  const inner = value.replaceAll('"', '');
  const shown = /^\d{11}$/.test(inner) ? `${inner.slice(0, 3)}****${inner.slice(-4)}` : '****';
  return `"${shown}"`;
}
