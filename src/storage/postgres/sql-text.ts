// Splits SQL into its statements, so that each is sent by itself.

/** A quoted text, a comment, or a semicolon. A dollar quote ends with the tag that it began with. */
const PIECES =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1|;/gi;

/**
 * The statements of a text without their semicolons; texts that hold only comments are left out.
 * Citus passes the whole text of a query on to its other servers with each statement that defines a
 * table or a function. So a text must not hold several such statements.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let begin = 0;
  for (const { 0: piece, index } of sql.matchAll(PIECES)) {
    if (piece !== ';') continue;
    statements.push(sql.slice(begin, index));
    begin = index + 1;
  }
  statements.push(sql.slice(begin));
  const isEmpty = (text: string): boolean => text.replaceAll(/--[^\n]*/g, '').trim() === '';
  return statements.map((text) => text.trim()).filter((text) => !isEmpty(text));
}
