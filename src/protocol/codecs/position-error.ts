// The error that readers of documents throw: the problem and its position.

export abstract class PositionError extends Error {
  /** In UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  /** Line and column numbers start at 1. */
  readonly line: number;
  readonly column: number;

  constructor(problem: string, text: string, offset: number) {
    // Counts without a list of lines, because a document of line ends only would need a million
    // strings.
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
