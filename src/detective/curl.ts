// A curl line as a request: its words as a shell reads them, and the options that make a request.
import { type Pasted, QuestionError, targetOf } from './question.ts';

const wrong = (message: string): QuestionError => new QuestionError('curl', message);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** The words of a POSIX shell. What a shell would replace is refused: its value is not in the line. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let i = 0;
  const add = (text: string): void => {
    word = (word ?? '') + text;
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
      const [text, end] = quoted(line, i + (ansi ? 2 : 1), "'", ansi);
      add(text);
      i = end;
    } else if (c === '"') {
      const [text, end] = quoted(line, i + 1, '"', false);
      add(text);
      i = end;
    } else if (/\s/.test(c)) {
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
    if (c === '\\' && (ansi || mark === '"')) {
      const next = line[++i] ?? '';
      const unicode = ansi && next === 'u' ? /^u([0-9a-f]{4})/i.exec(line.slice(i)) : null;
      if (unicode) {
        text += String.fromCharCode(Number.parseInt(unicode[1]!, 16));
        i += 4;
      } else if (ansi) text += ESCAPES[next] ?? next;
      else if ('"\\$`'.includes(next)) text += next;
      else if (next !== '\n') text += `\\${next}`;
      continue;
    }
    if (mark === '"') refuseVariable(line, i);
    text += c;
  }
  throw wrong(`a ${mark} is not closed`);
}

/** Options that take a word and change nothing of what is signed. */
const TAKES_A_WORD = new Set([
  ...['-u', '--user', '-o', '--output', '-m', '--max-time', '--connect-timeout', '-x', '--proxy'],
  ...[
    '-w',
    '--write-out',
    '--cacert',
    '--cert',
    '--key',
    '--resolve',
    '--retry',
    '-c',
    '--cookie-jar',
  ],
  ...['--oauth2-bearer', '--interface', '-E', '-T', '--upload-file', '--proxy-user', '--ciphers'],
]);
const HEADERS: Readonly<Record<string, string>> = {
  '-A': 'User-Agent',
  '--user-agent': 'User-Agent',
  '-e': 'Referer',
  '--referer': 'Referer',
  '-b': 'Cookie',
  '--cookie': 'Cookie',
};
const DATA = new Set(['-d', '--data', '--data-ascii', '--data-raw', '--data-binary', '--json']);
const SHORT_WITH_WORD = /^-([dHXAebum])(.+)$/s;

/** @throws {QuestionError} */
export function readCurl(line: string): Pasted {
  const words = shellWords(line.trim().replace(/^\$ /, ''));
  const start = words.findIndex((word) => /(?:^|\/)curl(?:\.exe)?$/.test(word));
  if (start < 0) throw wrong('it does not begin with curl');
  let url: string | undefined;
  let method: string | undefined;
  let asQuery = false;
  const headers: [string, string][] = [];
  const data: string[] = [];
  const rest = words.slice(start + 1).flatMap(split);
  for (let i = 0; i < rest.length; i++) {
    const option = rest[i]!;
    const value = (): string => {
      const next = rest[++i];
      if (next === undefined) throw wrong(`${option} has nothing behind it`);
      return next;
    };
    if (option === '-X' || option === '--request') method = value();
    else if (option === '--url') url = value();
    else if (option === '-G' || option === '--get') asQuery = true;
    else if (option === '-H' || option === '--header') {
      const header = value();
      const colon = header.indexOf(':');
      if (colon > 0) headers.push([header.slice(0, colon).trim(), header.slice(colon + 1).trim()]);
    } else if (DATA.has(option)) {
      const text = value();
      if (text.startsWith('@') && option !== '--data-raw') throw fileIn(text);
      data.push(text);
      if (option === '--json') headers.push(['Content-Type', 'application/json']);
    } else if (option === '--data-urlencode') data.push(urlEncoded(value()));
    else if (option === '-F' || option === '--form')
      throw wrong('it sends a multipart form, which no platform reads');
    else if (HEADERS[option]) headers.push([HEADERS[option], value()]);
    else if (TAKES_A_WORD.has(option)) value();
    else if (!option.startsWith('-')) url ??= option;
  }
  if (url === undefined) throw wrong('it has no URL');
  const body = data.join('&');
  const target = targetOf(/^[\w.-]+(?::\d+)?\//.test(url) ? `http://${url}` : url, 'curl');
  if (asQuery && body !== '') {
    const joined = `${target}${target.includes('?') ? '&' : '?'}${body}`;
    return { method: method ?? 'GET', target: joined, headers, body: Buffer.alloc(0) };
  }
  const sent = method ?? (data.length > 0 ? 'POST' : 'GET');
  return { method: sent, target, headers, body: Buffer.from(body) };
}

/** `-dTEXT` and `--data=TEXT` as two words. */
function split(word: string): string[] {
  const short = SHORT_WITH_WORD.exec(word);
  if (short && !word.startsWith('--')) return [`-${short[1]}`, short[2]!];
  const long = /^(--[\w-]+)=(.*)$/s.exec(word);
  return long ? [long[1]!, long[2]!] : [word];
}

const fileIn = (text: string): QuestionError =>
  wrong(
    `it reads ${text.slice(0, 60)}, a file that is not here: give its content as bodyBase64, with url and headers`,
  );

/** `content`, `=content`, `name=content`; the content is encoded. */
function urlEncoded(text: string): string {
  const at = text.indexOf('=');
  if (at < 0 && text.includes('@')) throw fileIn(text);
  const [name, content] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
  const encoded = encodeURIComponent(content).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return name === '' ? encoded : `${name}=${encoded}`;
}
