// The words of a pasted shell line, each byte of it as one character.
import { QuestionError } from './question.ts';

const wrong = (message: string): QuestionError => new QuestionError('curl', message);

/** Words are kept as bytes, since $'\xb3\xe4' need not be UTF-8. */
export const bytesOf = (word: string): Buffer => Buffer.from(word, 'latin1');
export const textOf = (word: string): string => bytesOf(word).toString('utf8');
const wordOf = (text: string): string => Buffer.from(text).toString('latin1');

/** A line that was copied for the Windows command prompt, which escapes with ^, without its escapes. */
export function ofCommandPrompt(line: string): string {
  if (!/\s\^["\r\n]/.test(line)) return line;
  return line.replace(/\^(\r?\n|.)/gs, (_, next: string) => (next.endsWith('\n') ? '' : next));
}

/**
 * The words of a POSIX shell. What a shell would replace is refused: its value is not in the line.
 * @throws {QuestionError}
 */
export function shellWords(text: string): string[] {
  const line = wordOf(text);
  const words: string[] = [];
  let word: string | undefined;
  let i = 0;
  const add = (more: string): void => {
    word = (word ?? '') + more;
  };
  while (i < line.length) {
    const c = line[i]!;
    if (c === '\\') {
      const next = line[i + 1];
      if (next === '\r' && line[i + 2] === '\n') i++;
      else if (next !== undefined && next !== '\n') add(next);
      i += 2;
    } else if (c === "'" || (c === '$' && line[i + 1] === "'")) {
      const ansi = c === '$';
      const [inner, end] = quoted(line, i + (ansi ? 2 : 1), "'", ansi);
      add(inner);
      i = end;
    } else if (c === '"') {
      const [inner, end] = quoted(line, i + 1, '"', false);
      add(inner);
      i = end;
    } else if (/[ \t\r\n]/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      i++;
    } else if (c === '|' || c === ';' || c === '>' || c === '<') {
      break; // What stands behind is another command, or where the answer goes.
    } else {
      refuseVariable(line, i);
      add(c);
      i++;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function refuseVariable(line: string, at: number): void {
  const found = /^(?:\$[\w{(]+|`)/.exec(line.slice(at, at + 20));
  if (!found) return;
  throw wrong(
    `it holds ${found[0]}, which your shell replaces: paste the line with the value itself, or send the raw request`,
  );
}

/** @returns the text, and where the line goes on */
function quoted(line: string, from: number, mark: string, ansi: boolean): [string, number] {
  let text = '';
  for (let i = from; i < line.length; i++) {
    const c = line[i]!;
    if (c === mark) return [text, i + 1];
    if (c === '\\' && ansi) {
      const [meant, length] = escapeAt(line, i);
      text += meant;
      i += length - 1;
      continue;
    }
    if (c === '\\' && mark === '"') {
      const next = line[++i] ?? '';
      if ('"\\$`'.includes(next)) text += next;
      else if (next !== '\n') text += `\\${next}`;
      continue;
    }
    if (mark === '"') refuseVariable(line, i);
    text += c;
  }
  throw wrong(`a ${mark} is not closed`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
};
/** Two halves of one character, as browsers copy it; a character; a byte in hexadecimal or octal digits. */
const NUMBERED =
  /^\\(?:u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|x([\da-fA-F]{1,2})|([0-7]{1,3}))/;

/** What an escape of $'…' means, and how long it is. */
function escapeAt(line: string, at: number): [string, number] {
  const found = NUMBERED.exec(line.slice(at, at + 12));
  if (!found) {
    const next = line[at + 1] ?? '';
    const isKnown = Object.hasOwn(ESCAPES, next) || '\\\'"?'.includes(next);
    return [isKnown ? (ESCAPES[next] ?? next) : `\\${next}`, 2];
  }
  const [all, high, low, short, long, hex, octal] = found;
  const hexOf = (digits: string): number => Number.parseInt(digits, 16);
  if (high && low) return [wordOf(String.fromCharCode(hexOf(high), hexOf(low))), all.length];
  if (hex) return [String.fromCharCode(hexOf(hex)), all.length];
  if (octal) return [String.fromCharCode(Number.parseInt(octal, 8) & 255), all.length];
  const code = hexOf(short ?? long ?? '0');
  return [code <= 0x10ffff ? wordOf(String.fromCodePoint(code)) : '\ufffd', all.length];
}
