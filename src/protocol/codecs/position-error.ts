// What readers of documents throw: what is wrong, and where.

export abstract class PositionError extends Error {
  /** In UTF-16 code units from the beginning. */
  readonly offset: number;
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;

  constructor(problem: string, text: string, offset: number) {
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    super(`${problem} (line ${line}, column ${column})`);
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}
