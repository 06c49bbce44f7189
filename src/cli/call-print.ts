// Prints an exchange with a gateway for a person, or as a curl line.
import type { Exchange } from '../callers.ts';
import { readableBody } from '../protocol/readable-body.ts';

/** The request and its reply, with what is secret masked; bodies are decoded for reading. */
export function exchangeText({ request, reply, milliseconds }: Exchange): string {
  const { http, url, headers, body } = request;
  const lines = [`${http} ${url}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push('', readable(body));
  if (!reply) return lines.join('\n');
  const id = reply.requestId === null ? '' : `, request ${reply.requestId}`;
  lines.push('', `HTTP ${reply.status} after ${Math.round(milliseconds)} ms${id}`);
  if (reply.body !== '') lines.push(readable(reply.body));
  return lines.join('\n');
}

function readable(body: string): string {
  const text = readableBody(body);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.includes('</') ? indented(text) : text;
  }
}

/** XML with an element a line; an element that holds only text stays in one line. */
function indented(xml: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const part of xml.replaceAll(/>\s*</g, '>\n<').split('\n')) {
    const isEnd = part.startsWith('</');
    if (isEnd) depth = Math.max(0, depth - 1);
    lines.push(`${'  '.repeat(depth)}${part}`);
    const opens = /<[\w:][^<>]*[^/]?>$/.test(part) && !part.endsWith('/>') && !part.includes('</');
    if (opens) depth++;
  }
  return lines.join('\n');
}

/** The very bytes of a call as a curl line, signature included. */
export function curlOf(sent: RequestInit & { readonly url: string }): string {
  const { url, method = 'GET', headers, body } = sent;
  const words = ['curl', '-sS', '-X', method, quoted(url)];
  for (const [name, value] of Object.entries(headers ?? {}))
    words.push('-H', quoted(`${name}: ${value}`));
  if (typeof body === 'string' && body !== '') words.push('--data-binary', quoted(body));
  return words.join(' ');
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
