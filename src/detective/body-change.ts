// A mistake that changes the bytes of a body before they are signed.
import { detail, type Mistake, STAGE } from './mistake.ts';

export const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
export const hasMark = (bytes: Buffer): boolean => bytes.subarray(0, 3).equals(MARK);

/** A change of the text; a byte order mark stays where it is. */
export const onText =
  (change: (text: string) => string | null) =>
  (bytes: Buffer): Buffer | null => {
    const marked = hasMark(bytes);
    const changed = change((marked ? bytes.subarray(3) : bytes).toString('utf8'));
    if (changed === null) return null;
    return marked ? Buffer.concat([MARK, Buffer.from(changed)]) : Buffer.from(changed);
  };

export function ofBody(
  id: Mistake['id'],
  what: readonly [zh: string, en: string],
  weight: number,
  bytes: NonNullable<Mistake['bytes']>,
  stage: number = STAGE.body,
  group: string = id,
): Mistake {
  return { id, detail: detail(what[0], what[1]), stage, weight, group, bytes };
}

/**
 * A change of layout. The white space around the body is another matter and stays, or goes with it where
 * `trims` is true: who parses a body and writes it anew loses it, too.
 */
export const relaid =
  (change: (text: string) => string | null, trims: boolean) =>
  (text: string): string | null => {
    const inner = text.trim();
    const changed = change(inner);
    if (changed === null || changed === inner) return null;
    // Other line ends are no other layout: `body-newline` tries them.
    if (withLf(changed) === withLf(inner)) return null;
    if (trims) return inner === text ? null : changed;
    return text.replace(inner, () => changed);
  };

const withLf = (text: string): string => text.replaceAll('\r\n', '\n');

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names of the document in its order; others behind them, as they stand. */
export function asDocumented(names: readonly string[]): (a: string, b: string) => number {
  const place = (name: string): number => {
    const at = names.indexOf(name);
    return at < 0 ? names.length : at;
  };
  return (a, b) => place(a) - place(b);
}
