// A curl line as a request: the options that make a request of the words of a shell.
import { type Pasted, QuestionError, targetOf } from './question.ts';
import { bytesOf, ofCommandPrompt, shellWords, textOf } from './shell-words.ts';

const wrong = (message: string): QuestionError => new QuestionError('curl', message);

/** Short options that take no word: they may stand together, as in -sSX POST. */
const SHORT_WITH_WORD = new Set('AbcCdDeEFHKmoPQrtTuUwxXyYz');
/** Options that take a word and change nothing of what is signed. */
const TAKES_A_WORD = new Set(
  (
    '-c -C -D -E -K -m -o -P -Q -r -t -T -u -U -w -x -y -Y -z --user --output --max-time ' +
    '--connect-timeout --proxy --write-out --cacert --capath --cert --cert-type --key --key-type ' +
    '--pass --resolve --connect-to --retry --retry-delay --retry-max-time --cookie-jar --config ' +
    '--oauth2-bearer --interface --local-port --upload-file --proxy-user --proxy-header --noproxy ' +
    '--preproxy --socks4 --socks4a --socks5 --socks5-hostname --ciphers --tls-max --pinnedpubkey ' +
    '--max-redirs --max-filesize --limit-rate --rate --speed-limit --speed-time --range ' +
    '--dump-header --output-dir --stderr --trace --trace-ascii --unix-socket --dns-servers --proto ' +
    '--keepalive-time --expect100-timeout --netrc-file --time-cond --variable'
  ).split(' '),
);
const HEADERS: Readonly<Record<string, string>> = {
  '-A': 'User-Agent',
  '--user-agent': 'User-Agent',
  '-e': 'Referer',
  '--referer': 'Referer',
  '-b': 'Cookie',
  '--cookie': 'Cookie',
};
const DATA = new Set(['-d', '--data', '--data-ascii', '--data-raw', '--data-binary', '--json']);

/** @throws {QuestionError} */
export function readCurl(line: string): Pasted {
  const words = shellWords(ofCommandPrompt(line.trim().replace(/^\$ /, '')));
  const start = words.findIndex((word) => /(?:^|[/\\])curl(?:\.exe)?$/.test(word));
  if (start < 0) throw wrong('it does not begin with curl');
  const given: string[] = [];
  let url: string | undefined;
  let method: string | undefined;
  let asQuery = false;
  const headers: [string, string][] = [];
  // Each character stands for a byte, as in `words`: what is sent need not be UTF-8.
  const data: string[] = [];
  const rest = words.slice(start + 1);
  while (rest.length > 0) {
    const [option = '', ...behind] = split(rest.shift()!);
    rest.unshift(...behind);
    const value = (): string => {
      const next = rest.shift();
      if (next === undefined) throw wrong(`${option} has nothing behind it`);
      return next;
    };
    if (option === '-X' || option === '--request') method = value();
    else if (option === '--url') url = value();
    else if (option === '-G' || option === '--get') asQuery = true;
    else if (option === '-H' || option === '--header') {
      const header = textOf(value());
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
    else if (HEADERS[option]) headers.push([HEADERS[option], textOf(value())]);
    else if (TAKES_A_WORD.has(option)) value();
    else if (!option.startsWith('-')) given.push(option);
  }
  url ??= urlAmong(given);
  if (url === undefined) throw wrong('it has no URL');
  const body = data.join('&');
  const address = textOf(url);
  const target = targetOf(
    /^[\w.-]+(?::\d+)?\//.test(address) ? `http://${address}` : address,
    'curl',
  );
  if (asQuery && body !== '') {
    const joined = `${target}${target.includes('?') ? '&' : '?'}${textOf(body)}`;
    return { method: method ?? 'GET', target: joined, headers, body: Buffer.alloc(0) };
  }
  const sent = method ?? (data.length > 0 ? 'POST' : 'GET');
  return { method: sent, target, headers, body: bytesOf(body) };
}

/** Of words that belong to no option that is known here, the one that looks most like a URL. */
const urlAmong = (given: readonly string[]): string | undefined =>
  given.find((word) => /^https?:\/\//i.test(word)) ??
  given.find((word) => word.includes('/')) ??
  given[0];

/** `-sXPOST`, `-dTEXT` and `--data=TEXT`, the option and its word apart. */
function split(word: string): string[] {
  const long = /^(--[\w-]+)=(.*)$/s.exec(word);
  if (long) return [long[1]!, long[2]!];
  if (!/^-[^-]./s.test(word)) return [word];
  const first = word.slice(0, 2);
  const behind = word.slice(2);
  return [first, SHORT_WITH_WORD.has(word[1]!) ? behind : `-${behind}`];
}

const fileIn = (text: string): QuestionError =>
  wrong(
    `it reads ${textOf(text).slice(0, 60)}, a file that is not here: give its content as bodyBase64, with url and headers`,
  );

/** `content`, `=content`, `name=content`; the bytes of the content are encoded. */
function urlEncoded(text: string): string {
  const at = text.indexOf('=');
  if (at < 0 && text.includes('@')) throw fileIn(text);
  const [name, content] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
  const encoded = content.replace(
    /[^\w.~-]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return name === '' ? encoded : `${name}=${encoded}`;
}
