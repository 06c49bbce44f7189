// What a reply says: success, or the code with its cause and remedy, and why the signature is wrong.

import { UnreadableReplyError } from '../../src/client/errors.ts';
import type { WireOutcome } from '../../src/client/wire-protocol.ts';
import type { Answer } from '../../src/detective/answer.ts';
import type { Lab } from '../../src/reference/lab.ts';
import { LAB_WORDS } from '../../src/reference/lab-words.ts';
import { make } from './elements.ts';
import type { Reply } from './exchange.ts';
import type { Client } from './platforms.ts';
import type { Values } from './values.ts';

export async function outcomeOf(
  { protocol }: Client,
  lab: Lab,
  { party, key }: Values,
  reply: Reply,
): Promise<Node[]> {
  const words = LAB_WORDS[lab.language];
  const requestId = reply.headers.get('x-request-id');
  const read = readReply(protocol, lab.method, protocol.toCredentials(party, key), reply);
  return [
    ...(read.ok
      ? [make('p', { class: 'result' }, make('strong', {}, words.success))]
      : await refusal(protocol, lab, read, requestId)),
    ...(requestId === null
      ? []
      : [make('p', {}, make('a', { href: `/console/requests/${requestId}` }, words.inConsole))]),
  ];
}

type Read = { readonly ok: true } | { readonly ok: false; code: string | null; words: string };

function readReply(
  protocol: Client['protocol'],
  method: string,
  credentials: unknown,
  reply: Reply,
): Read {
  try {
    const outcome: WireOutcome<unknown> = protocol.read(credentials, method, reply);
    return outcome.ok ? { ok: true } : outcome;
  } catch (error) {
    // With a wrong key the reply's own signature cannot be checked; what it says is shown all the same.
    if (error instanceof UnreadableReplyError && error.unproven) {
      return { ok: false, ...error.unproven };
    }
    return { ok: false, code: null, words: error instanceof Error ? error.message : String(error) };
  }
}

async function refusal(
  protocol: Client['protocol'],
  { platform, language }: Lab,
  read: Extract<Read, { readonly ok: false }>,
  requestId: string | null,
): Promise<Node[]> {
  const words = LAB_WORDS[language];
  const { codes } = protocol.contract;
  const row = read.code === null ? null : (protocol.rowOf?.(read.code) ?? read.code);
  const entry = row !== null && Object.hasOwn(codes, row) ? codes[row] : undefined;
  const name = make('code', {}, row ?? '');
  const href = `/docs/${platform}/codes/${encodeURIComponent(row ?? '')}?lang=${language}`;
  return [
    make(
      'p',
      { class: 'result' },
      make('strong', {}, words.refused),
      ...(row === null ? [] : [entry ? make('a', { href }, name) : name, ' ']),
      read.words,
    ),
    ...(entry
      ? [make('p', {}, entry.cause[language]), make('p', {}, words.remedy, entry.remedy[language])]
      : []),
    ...(requestId === null ? [] : await whyOf(platform, requestId, language)),
  ];
}

/** The detective's word on a wrong signature; nothing where the signature was right. */
async function whyOf(
  platform: string,
  requestId: string,
  language: Lab['language'],
): Promise<Node[]> {
  const words = LAB_WORDS[language];
  const response = await fetch(`/docs/${platform}/why/${requestId}`);
  if (response.status !== 200) return [];
  const answer: Answer = await response.json();
  // Without a signature that was examined there is nothing to explain.
  if (answer.ok || answer.received === null) return [];
  const { firstDifference: first, causes } = answer;
  return [
    make('h3', {}, words.why),
    ...causes.map(({ text, fix }) =>
      make('p', {}, make('strong', {}, text[language]), ' ', words.remedy, fix[language]),
    ),
    ...(causes.length === 0 ? [make('p', {}, words.noCause)] : []),
    ...(first
      ? [
          make(
            'p',
            {},
            words.firstDifference
              .replace('{at}', String(first.at))
              .replace('{ours}', () => first.ours)
              .replace('{yours}', () => first.yours),
          ),
        ]
      : []),
  ];
}
