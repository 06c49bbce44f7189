// Reads a request that somebody pasted: a raw HTTP text, a curl line, or URL, headers and body.
import { readCurl } from './curl.ts';

/** A request as it was pasted; what is not known of it is absent. */
export interface Pasted {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** Names and values, in the order sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** What was pasted cannot be read; the message says where and what to do. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

export type Question =
  | { readonly raw: string }
  | { readonly curl: string }
  | {
      readonly url: string;
      readonly method?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: string | undefined;
      readonly bodyBase64?: string | undefined;
    };

/** @throws {QuestionError} */
export function readPasted(question: Question): Pasted {
  if ('raw' in question) return readRaw(question.raw);
  if ('curl' in question) return readCurl(question.curl);
  const { url, method = 'POST', headers = {}, body, bodyBase64 } = question;
  if (body !== undefined && bodyBase64 !== undefined) {
    throw new QuestionError('bodyBase64', 'give the body either as body or as bodyBase64');
  }
  return {
    method: method.toUpperCase(),
    target: targetOf(url, 'url'),
    headers: Object.entries(headers),
    body: bodyBase64 === undefined ? Buffer.from(body ?? '') : fromBase64(bodyBase64),
  };
}

function fromBase64(text: string): Buffer {
  const compact = text.replace(/\s+/g, '');
  if (/^[0-9A-Za-z+/_-]*={0,2}$/.test(compact)) return Buffer.from(compact, 'base64');
  throw new QuestionError('bodyBase64', 'is not base64');
}

/** Path and query of a URL, or of a path. */
export function targetOf(url: string, field: string): string {
  const found = /^(?:https?:\/\/[^/?#]*)?([^#]*)/i.exec(url.trim());
  const target = found?.[1] ?? '';
  if (target.startsWith('/')) return target;
  if (/^https?:\/\//i.test(url.trim())) return `/${target}`;
  throw new QuestionError(field, `"${url.slice(0, 80)}" is neither a URL nor a path`);
}

const REQUEST_LINE = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;

function readRaw(raw: string): Pasted {
  // `curl -v` shows what it sends behind "> ".
  const text = raw
    .replace(/^\s+/, '')
    .replace(/^(?:> ?.*(?:\r?\n|$))+/, (shown) => shown.replace(/^> ?/gm, ''));
  const end = /\r?\n\r?\n/.exec(text);
  const head = (end ? text.slice(0, end.index) : text).split(/\r?\n/);
  const line = REQUEST_LINE.exec(head[0]!.trimEnd());
  if (!line) {
    throw new QuestionError(
      'raw',
      `its first line is "${head[0]!.slice(0, 80)}"; it has to be like POST /path HTTP/1.1`,
    );
  }
  const headers = head.slice(1).flatMap((one, i): (readonly [string, string])[] => {
    // HTTP/2 has the method, the path and the host among its headers, as `:path`.
    if (one.trim() === '' || /^:[a-z]+:/.test(one)) return [];
    const colon = one.indexOf(':');
    if (colon <= 0) throw new QuestionError('raw', `line ${i + 2} is no header: it has no colon`);
    return [[one.slice(0, colon).trim(), one.slice(colon + 1).trim()]];
  });
  const body = Buffer.from(end ? text.slice(end.index + end[0].length) : '');
  return {
    method: line[1]!,
    target: targetOf(line[2]!, 'raw'),
    headers,
    body: cutToLength(joinedChunks(body, headers), headers),
  };
}

/** Who pastes a text often brings a line end more than was sent. */
function cutToLength(body: Buffer, headers: Pasted['headers']): Buffer {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  if (length === undefined || !/^\d{1,9}$/.test(length)) return body;
  const rest = body.subarray(Number(length));
  return /^[\r\n]*$/.test(rest.toString('latin1')) ? body.subarray(0, Number(length)) : body;
}

/** A body that was copied off the wire in chunks, joined; as it is where it is not in chunks. */
function joinedChunks(body: Buffer, headers: Pasted['headers']): Buffer {
  const isChunked = headers.some(
    ([name, value]) => name.toLowerCase() === 'transfer-encoding' && /\bchunked$/i.test(value),
  );
  if (!isChunked) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = /^([\da-f]{1,7})(?:;[^\r\n]*)?\r?\n/i.exec(body.toString('latin1', at, at + 200));
    if (!line) return body;
    const length = Number.parseInt(line[1]!, 16);
    if (length === 0) return Buffer.concat(chunks);
    const from = at + line[0].length;
    if (from + length > body.length) return body;
    chunks.push(body.subarray(from, from + length));
    at = from + length;
    if (body[at] === 13) at++;
    if (body[at] === 10) at++;
  }
}
