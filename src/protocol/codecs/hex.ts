// Reads hexadecimal digits by their character codes, because a pattern match for each escape is expensive.

/** The value of a digit by its character code; 16 if the code is no digit, or NaN. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : 16;
}

/** The value of `count` digits from the index `from` on; -1 if the text has fewer digits there. */
export function hexAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit === 16) return -1;
    value = value * 16 + digit;
  }
  return value;
}
