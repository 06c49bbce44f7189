// Prints a command's messages. Text from a file or a caller cannot control the terminal.

/**
 * Controls, marks that change the direction of writing, and other invisible characters, except line
 * ends and tabs.
 */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** The text with every invisible character replaced by its number, such as `\x1b`. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => {
    const code = character.charCodeAt(0);
    // JSON.stringify has escaped the first 32 controls; the others are escaped so that the text
    // stays JSON.
    return code < 0x20
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** On one line, so that text from a file cannot look like a line of this program. */
export const inOneLine = (text: string): string =>
  visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');

/** Prints a result to standard output. */
export function say(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Prints a problem to standard error, one line per finding. */
export function complain(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Prints a result as one line of JSON; returns the exit code 0. */
export function print(result: object): 0 {
  say(JSON.stringify(result));
  return 0;
}
