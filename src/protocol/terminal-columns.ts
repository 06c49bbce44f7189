// Lays text out in the columns of a terminal, where a Chinese character takes two.

/** The usual width of a terminal in columns; a terminal wraps longer lines in the middle of a word. */
export const COLUMNS = 80;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Fills up with blanks to a width. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Words, and single Chinese characters with the marks that may not begin a line. */
const PIECES =
  /[\u2e80-\u303e\u3041-\ua4cf\uf900-\ufaff\uff00-\uff60][，。；：、！？）》”’]*| +|[^ \u2e80-\u303e\u3041-\ua4cf\uf900-\ufaff\uff00-\uff60]+/gu;

/**
 * The text in lines of at most {@link COLUMNS} columns; a word that is wider than a line is cut.
 *
 * @param first what the first line begins with; the others are indented by as much
 */
export const wrap = (text: string, first = ''): string => laidOut(text, first, cut);

/** As {@link wrap}, but a word that is wider than a line stays whole, so that it can be copied. */
export const wrapWords = (text: string, first = ''): string =>
  laidOut(text, first, (piece) => [piece]);

function laidOut(
  text: string,
  first: string,
  parts: (piece: string, room: number) => readonly string[],
): string {
  const indent = ' '.repeat(widthOf(first));
  const room = COLUMNS - indent.length;
  const lines: string[] = [''];
  let used = 0;
  for (const piece of text.match(PIECES) ?? []) {
    for (const part of parts(piece, room)) {
      const width = widthOf(part);
      if (used + width > room && part.trim() !== '') {
        lines.push('');
        used = 0;
      }
      if (used === 0 && part.trim() === '') continue;
      lines[lines.length - 1] += part;
      used += width;
    }
  }
  return lines.map((line, i) => (i === 0 ? first : indent) + line.trimEnd()).join('\n');
}

function cut(piece: string, room: number): string[] {
  if (widthOf(piece) <= room) return [piece];
  const parts: string[] = [''];
  for (const character of piece) {
    if (widthOf(parts.at(-1)!) + widthOf(character) > room) parts.push('');
    parts[parts.length - 1] += character;
  }
  return parts;
}

/** One word of a shell: what stands in quotation marks stays together. */
const SHELL_WORDS = /(?:'[^']*'|\\'|[^\s'])+/g;

/** A command in lines that can be pasted: all but the last end with a backslash. */
export function wrapCommand(command: string, first: string): string {
  const indent = ' '.repeat(widthOf(first));
  const lines = [''];
  for (const word of command.match(SHELL_WORDS) ?? []) {
    const last = lines.at(-1)!;
    // Two columns stay free for the backslash.
    const fits = widthOf(indent + last) + 1 + widthOf(word) <= COLUMNS - 2;
    if (last === '') lines[lines.length - 1] = word;
    else if (fits) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines.map((line, i) => (i === 0 ? first : indent) + line).join(' \\\n');
}
