// Prints rows in columns that fit a terminal; a Chinese character takes two of its columns.

import { COLUMNS, widthOf } from '../protocol/terminal-columns.ts';
import { inOneLine } from './output.ts';

/** The text in at most `columns` columns; a cut one ends in `…`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Rows in columns with two blanks between; the last column is cut where the line would be longer than a
 * terminal. On a pipe nothing is cut, because a program reads it.
 */
export function columns(rows: readonly (readonly string[])[], isTerminal: boolean): string {
  const cells = rows.map((row) => row.map(inOneLine));
  const widths = (cells[0] ?? []).map((_, i) =>
    Math.max(...cells.map((row) => widthOf(row[i] ?? ''))),
  );
  const lines = cells.map((row) => {
    const last = row.length - 1;
    const line = row
      .map((cell, i) => (i === last ? cell : cell + ' '.repeat(widths[i]! - widthOf(cell))))
      .join('  ')
      .trimEnd();
    return isTerminal ? cut(line, COLUMNS) : line;
  });
  return lines.join('\n');
}
