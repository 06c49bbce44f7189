// Money is integer fen inside; yuan with two decimals at the edges.

const YUAN = /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/;

/**
 * Turns `"1280.00"` into 128000. Returns null unless the text is an amount of yuan with at most two
 * decimals.
 */
export function parseYuan(text: string): number | null {
  const found = YUAN.exec(text);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null;
}

/** Turns 128000 into `"1280.00"`. */
export function formatYuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
