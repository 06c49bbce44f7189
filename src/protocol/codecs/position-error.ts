// What readers of documents throw: what is wrong, and where.

export abstract class PositionError extends Error {
  /** In UTF-16 code units from the beginning. */
  readonly offset: number;
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;

  constructor(problem: string, text: string, offset: number) {
    // Counted without a list of the lines: a stranger's MiB of line ends would cost a million strings.
    let line = 1;
    let lineFrom = 0;
    for (
      let end = text.indexOf('\n');
      end >= 0 && end < offset;
      end = text.indexOf('\n', lineFrom)
    ) {
      line++;
      lineFrom = end + 1;
    }
    const column = offset - lineFrom + 1;
    super(`${problem} (line ${line}, column ${column})`);
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}
