// Text in lines that fit a terminal.

/** The columns of a terminal as it is opened; longer lines wrap in the middle of a word. */
export const COLUMNS = 80;

/** `text` in lines of at most {@link COLUMNS}, each after `indent`. */
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
