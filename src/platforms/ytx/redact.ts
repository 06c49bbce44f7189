// What the request log keeps of a body: no whole mobile number, and nothing that signs.
import { maskNamedInJson } from '../../protocol/redact.ts';

const DIGIT_ESCAPE = /\\u003([0-9])/gi;
/**
 * A mobile number with or without its country code, in half or full width, grouped by blanks or hyphens,
 * wherever it stands; ids of 16 digits are none. At most three characters separate two digits, so that
 * the cost stays that of the text's length.
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
/** Whatever was given as the account to top up, a malformed one too; to the end where it has none. */
const ACCOUNT = /("rechargeAccount"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^",}\s]+)/g;

/** What signs, wherever a caller that is not known, or not yet, may have put it. */
const SIGNING = /("(?:auth_?token|sign|authorization)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^",}\s]+)/gi;

/** Longer than the request log keeps, so that what is cut here is not missed there. */
const KEPT = 20 * 1024;

/** @param secrets what must not be kept at all, such as the Sign that holds for 24 hours */
export function redactBody(body: string, secrets: readonly string[]): string {
  let text = body.slice(0, KEPT).replaceAll('\0', '').replace(DIGIT_ESCAPE, '$1');
  for (const secret of secrets) {
    if (secret !== '') text = text.replaceAll(secret, (found) => `${found.slice(0, 6)}…`);
  }
  return maskMobiles(
    maskNamedInJson(text)
      .replace(SIGNING, '$1"****"')
      .replace(ACCOUNT, (_, name: string, value: string) => name + maskAccount(value)),
  );
}

/** Longer than what is quoted ever has to be. */
const QUOTED = 300;

/** What a caller sent, as the log may quote it: it may hold a number, in a wrong field too. */
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
