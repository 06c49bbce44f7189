// Which characters XML 1.0 can carry, and the references that stand for one.

/** What XML 1.0 does not allow in a document: C0 controls but tab, LF and CR; surrogates; FFFE, FFFF. */
export const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/u;

/** The character that `#10` or `#xA` stands for; empty when XML does not allow it. */
export function characterReference(body: string): string {
  const hex = /^#x([0-9A-Fa-f]{1,6})$/.exec(body);
  const decimal = hex ? null : /^#(\d{1,7})$/.exec(body);
  if (!hex && !decimal) return '';
  const code = hex ? Number.parseInt(hex[1]!, 16) : Number(decimal![1]);
  if (code > 0x10ffff) return '';
  const character = String.fromCodePoint(code);
  return FORBIDDEN.test(character) ? '' : character;
}
