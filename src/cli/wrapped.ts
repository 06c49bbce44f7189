// Wraps text into lines that fit a terminal.
import { COLUMNS } from '../protocol/terminal-columns.ts';

/** `text` in lines of at most {@link COLUMNS} columns, each indented by `indent`. */
export const wrapped = (text: string, indent: string): string =>
  joined(text.split(' '), indent, indent);

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
    else if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] += ` ${word}`;
    else lines.push(others + word);
  }
  return lines.join('\n');
}
