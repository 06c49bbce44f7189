// The characters that XML 1.0 allows in documents and in names.

/**
 * Characters that XML 1.0 forbids: C0 controls except tab, LF and CR; surrogates; FFFE and FFFF.
 */
export const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

// Names of XML 1.0, fifth edition, without a colon, because no platform uses prefixes.
const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NC_NAME = `[${START}][${START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`;
export const NAME = new RegExp(NC_NAME, 'uy');
export const ATTRIBUTE_NAME = new RegExp(`${NC_NAME}(?::${NC_NAME})?`, 'uy');

const COLON = 0x3a;
const NAME_START = 1;
const IN_NAME = 2;
/** The roles that each ASCII character may have in a name. */
const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (
    (/[A-Za-z_]/.test(character) ? NAME_START : 0) |
    (/[A-Za-z_0-9.-]/.test(character) ? IN_NAME : 0)
  );
});

// Beyond the end of a text a character code is NaN, which has none of these roles.

export const startsAsciiName = (code: number): boolean =>
  code < 128 && (ASCII_KINDS[code]! & NAME_START) !== 0;

export const continuesAsciiName = (code: number): boolean =>
  code < 128 && (ASCII_KINDS[code]! & IN_NAME) !== 0;

/**
 * The end of the ASCII name that begins at `from`. The result is -1 if no such name begins there, or if a
 * character beyond ASCII follows the name: only the patterns above can judge that character.
 */
export function asciiNameEnd(text: string, from: number, mayHavePrefix = false): number {
  if (!startsAsciiName(text.charCodeAt(from))) return -1;
  let at = from + 1;
  while (continuesAsciiName(text.charCodeAt(at))) at++;
  const after = text.charCodeAt(at);
  if (after === COLON && mayHavePrefix) return asciiNameEnd(text, at + 1);
  return after >= 128 ? -1 : at;
}
