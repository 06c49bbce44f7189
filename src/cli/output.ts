// What a command says to a person; nothing that came from a file or a caller reaches the terminal as a control.

/** Controls, marks that turn the direction of writing, and other invisible characters, but for line ends and tabs. */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** The text with every invisible character as its number, such as `\x1b`. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => {
    const code = character.charCodeAt(0);
    // JSON.stringify has escaped the first 32 itself; what it left has to stay JSON.
    return code < 0x20
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** On one line: what stands in a file must not look like a line of ours. */
export const inOneLine = (text: string): string =>
  visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');

/** The result, on standard output. */
export function say(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** What is wrong, on standard error: a line for each finding. */
export function complain(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}
