// Wraps text into lines that fit a terminal.
import { COLUMNS, widthOf, wrapWords } from '../protocol/terminal-columns.ts';

/**
 * `text` in lines of at most {@link COLUMNS} columns, each indented by `indent`. Chinese breaks
 * between any two characters; a word that is wider than a line, such as a path, stays whole.
 */
export const wrapped = (text: string, indent: string): string => wrapWords(text, indent);

/**
 * A usage in lines of at most {@link COLUMNS} columns. What stands in brackets stays together, and
 * the lines after the first are indented by six more.
 */
export const wrappedUsage = (usage: string, indent: string): string =>
  joined(usage.match(/(?:\[[^[\]]*\]|[^ ])+/g) ?? [], indent, `${indent}      `);

function joined(words: readonly string[], first: string, others: string): string {
  const lines = [''];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = first + word;
    else if (widthOf(last) + 1 + widthOf(word) <= COLUMNS) lines[lines.length - 1] += ` ${word}`;
    else lines.push(others + word);
  }
  return lines.join('\n');
}
