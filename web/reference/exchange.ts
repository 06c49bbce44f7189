// Sends a signed call to the sandbox that serves the page, and shows what went out and what came back.
import type { WireRequest } from '../../src/client/wire-protocol.ts';
import { digestOf } from '../../src/protocol/signature-scheme.ts';
import type { Lab } from '../../src/reference/lab.ts';
import { LAB_WORDS } from '../../src/reference/lab-words.ts';
import { codeBlock, make } from './elements.ts';
import { outcomeOf } from './outcome.ts';
import type { Client } from './platforms.ts';
import type { Values } from './values.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export async function sendFrom(
  form: HTMLFormElement,
  client: Client,
  lab: Lab,
  values: Values,
): Promise<void> {
  const words = LAB_WORDS[lab.language];
  const shown = form.querySelector('.exchange')!;
  const button = form.querySelector('button')!;
  const own = form.querySelector<HTMLInputElement>('[name=signature]')!.value.trim();
  const request = requestOf(client, lab, values, own);
  shown.replaceChildren(make('p', { class: 'soft' }, words.sending));
  button.disabled = true;
  try {
    const { http: method, path, headers, body } = request;
    const response = await fetch(path, { method, headers, body, credentials: 'omit' });
    const reply = {
      status: response.status,
      headers: response.headers,
      body: await response.text(),
    };
    shown.replaceChildren(
      ...(await outcomeOf(client, lab, values, reply)),
      ...titled(words.sent, requestText(request)),
      ...titled(words.got, replyText(reply)),
      ...decoded(reply.body, words.decoded),
    );
  } catch (error) {
    const why = `${words.failed}${error instanceof Error ? error.message : error}`;
    shown.replaceChildren(
      make('p', { class: 'problem' }, why),
      ...titled(words.sent, requestText(request)),
    );
  } finally {
    button.disabled = false;
  }
}

/** The bytes that the platform's client sends. @param own a signature to send in place of the right one */
function requestOf(
  { protocol, signing }: Client,
  { method }: Lab,
  { party, key, params, now }: Values,
  own: string,
): WireRequest {
  const credentials = protocol.toCredentials(party, key);
  const request = protocol.write(credentials, method, params as never, now);
  if (own === '') return request;
  const right = digestOf(
    signing.scheme.algorithm,
    signing.parts({ party, method, params, now }),
    key,
  );
  const put = (text: string): string => text.replaceAll(right, encodeURIComponent(own));
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    value.replaceAll(right, own),
  ]);
  return {
    ...request,
    path: put(request.path),
    body: put(request.body),
    headers: Object.fromEntries(headers),
  };
}

function requestText({ http, path, headers, body }: WireRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${http} ${path}`, ...lines, '', body].join('\n');
}

function replyText({ status, headers, body }: Reply): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP ${status}`, ...lines, '', body].join('\n');
}

const titled = (title: string, text: string): Node[] => [
  make('h3', {}, title),
  codeBlock(title, text),
];

/** A reply that is URL-encoded, once more in characters that people read. */
function decoded(body: string, title: string): Node[] {
  if (!/^[\w.+*()!%-]+$/.test(body) || !body.includes('%')) return [];
  try {
    return titled(title, decodeURIComponent(body.replaceAll('+', ' ')));
  } catch {
    return [];
  }
}
