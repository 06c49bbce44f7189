// Wraps text into lines that fit a terminal.

/**
 * The usual width of a terminal in columns; a terminal wraps longer lines in the middle of a word.
 */
export const COLUMNS = 80;

/** `text` in lines of at most {@link COLUMNS} columns, each indented by `indent`. */
export function wrapped(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = indent + word;
    else if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] += ` ${word}`;
    else lines.push(indent + word);
  }
  return lines.join('\n');
}
