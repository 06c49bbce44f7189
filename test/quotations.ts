// Finds quotations in sources: in comments and in the titles of tests.

export interface Quotation {
  readonly line: number;
  /** The words between the quotation marks. */
  readonly words: string;
  /** The comment or the title that holds them. */
  readonly within: string;
  /** The same with its marks, as it stands in the source. */
  readonly start: number;
  readonly end: number;
}

const QUOTED = /"([^"]+)"|“([^”]+)”/g;
const COMMENTS = /(?:^[ \t]*\/\/.*\n)+|[ \t]\/\/ .*$|\/\*[\s\S]*?\*\//gm;
const TITLES = /\b(?:test|describe)\(\s*(['`])((?:\\.|(?!\1)[^\\])*)\1/g;

/**
 * What counts as a quotation: a text in double quotation marks, straight or curly, with a Chinese
 * character or at least three words. Shorter ones are names and values. Code stands in backticks.
 */
export function quotationsIn(source: string): Quotation[] {
  const found: Quotation[] = [];
  const take = (text: string, offset: number): void => {
    for (const quoted of text.matchAll(QUOTED)) {
      const words = clean(quoted[1] ?? quoted[2]!);
      const isLong = words.split(' ').length >= 3;
      if (!/\p{Script=Han}/u.test(words) && !isLong) continue;
      const start = offset + quoted.index;
      const line = source.slice(0, start).split('\n').length;
      found.push({ line, words, within: clean(text), start, end: start + quoted[0].length });
    }
  };
  for (const comment of source.matchAll(COMMENTS)) {
    take(withoutCode(comment[0]), comment.index);
  }
  for (const title of source.matchAll(TITLES)) {
    const isTemplate = title[1] === '`';
    const text = isTemplate ? title[2]! : withoutCode(title[2]!);
    take(text, title.index + title[0].indexOf(title[2]!));
  }
  return found;
}

/** Code in backticks is no quotation, whatever it holds; as long as before, so that places stay. */
const withoutCode = (text: string): string =>
  text.replaceAll(/`[^`\n]*`/g, (code) => '`'.padEnd(code.length, '·'));

/** Without the signs that begin a line of a comment, and without escapes. */
const clean = (text: string): string =>
  text
    .replaceAll(/\n[ \t]*(?:\/\/|\*(?!\/))?/g, ' ')
    .replaceAll(/\\(.)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
