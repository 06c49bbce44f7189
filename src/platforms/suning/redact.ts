// Prepares a body for the request log: unchanged unless it contains card codes, tokens or
// signatures.
import type { Start } from '../../protocol/platform.ts';
import { isSecretName } from '../../protocol/redact.ts';
import { header, headerValues } from './headers.ts';
import {
  type Document,
  type Element,
  type Format,
  readBody,
  readFormat,
  writeDocument,
} from './wire.ts';
import { looksLikeJson } from './wire-json.ts';

/** Names whose values are removed, in any case; below `cardList` everything is removed. */
const SECRET =
  /^(?:card.*|sign.*|cd-?key|pin|pin-?code|.*(?:secret|token|passw(?:or)?d|pwd|卡密|卡号|密码|口令))$/i;
/** Names of digits only come from PHP's lists with gaps. They name no secret, and a document may contain ten thousand. */
const DIGITS = /^\d*$/;
/** Names that were judged before: bodies repeat a few, and judging one takes 0.3 µs. */
const judged = new Map<string, boolean>();
/** A stranger may send any names, and names of any length. */
const JUDGED_NAMES = 500;
const JUDGED_LENGTH = 40;

function isNamedSecret(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isOne = !DIGITS.test(name) && (SECRET.test(name) || isSecretName(name));
  if (judged.size >= JUDGED_NAMES) judged.clear();
  if (name.length <= JUDGED_LENGTH) judged.set(name, isOne);
  return isOne;
}

const MASK = '***';
const OTHER: Record<Format, Format> = { xml: 'json', json: 'xml' };

/** Where secret data may begin in a text that is no valid document. */
const SUSPICIOUS =
  /card|sec|token|sign|passw|pwd|cd[-_]?key|cvv|kami|key|私钥|秘钥|提货码|兑换码|激活码|\bpin|卡密|卡号|密码|口令|\\|&#|<!/i;

/**
 * Enough for a call without cards. A longer body that the checks have not read is not parsed for
 * the log, because its sender may be a stranger, and parsing costs up to forty times as much as
 * searching.
 */
const READ_FOR_LOG = 2 * 1024;
/** Longer than the logged text. */
const KEPT = 20 * 1024;

/**
 * A valid body is judged by its content: without secrets it is kept unchanged, otherwise it is
 * rewritten without them. An invalid body, or a long one from an unknown caller, is kept up to the
 * first sign of a secret.
 */
export function redact(body: string, call: { readonly root?: Element } & Start): string {
  const isRead = call.root !== undefined || body.length <= READ_FOR_LOG;
  const kept = isRead
    ? (redactDocument(body, call) ?? redactText(body))
    : redactText(body.slice(0, KEPT));
  const sent = ['access_token', 'signInfo'].flatMap((name) => headerValues(call, name));
  return sent.reduce((text, one) => (one.length < 8 ? text : text.replaceAll(one, MASK)), kept);
}

/** Returns null if the body is no document of either format. */
function redactDocument(body: string, call: { readonly root?: Element } & Start): string | null {
  const format = readFormat(header(call, 'Format')) ?? 'xml';
  if (call.root) return redactTree(body, call.root, format);
  // The call was refused before the body was read, perhaps because the body has another format than
  // stated.
  for (const candidate of [format, OTHER[format]]) {
    try {
      return redactTree(body, readBody(call.request.body, candidate), candidate);
    } catch {
      // Neither is any other reading of it.
    }
  }
  return null;
}

function redactTree(body: string, root: Element, format: Format): string {
  // The tree omits comments, which may contain anything.
  const hidesNothing = format === 'json' || !body.includes('<!');
  if (hidesNothing && !holdsSecret(root)) return body;
  return writeDocument({ [root.name]: withoutSecrets(root) }, format);
}

function holdsSecret({ name, text, children, cards }: Element): boolean {
  if (cards) return true;
  if (children.length === 0) return text !== '' && isSecret(name, text);
  if (isNamedSecret(name)) return true;
  for (const child of children) {
    // An element without content holds no secret, and a document may contain 32,000 of them.
    if (child.text === '' && child.children.length === 0 && !child.cards) continue;
    if (holdsSecret(child)) return true;
  }
  return false;
}

/** A text may contain JSON with the secret names. */
const isSecret = (name: string, text: string): boolean =>
  isNamedSecret(name) || (looksLikeJson(text) && SUSPICIOUS.test(text));

function withoutSecrets({ name, text, children, cards }: Element): string | Document {
  if (cards) return MASK;
  if (children.length === 0) return text !== '' && isSecret(name, text) ? MASK : text;
  if (isNamedSecret(name)) return MASK;
  // A map, because a stranger's document may contain a hundred thousand names, or one called
  // __proto__.
  const kept = new Map<string, { written: string | Document; count: number }>();
  for (const child of children) {
    const before = kept.get(child.name);
    // The log keeps the first item of a list, and the number of the others.
    const count = child.cards?.length ?? 1;
    if (before) before.count += count;
    else kept.set(child.name, { written: withoutSecrets(child), count });
  }
  return Object.fromEntries(
    [...kept].map(([name, { written, count }]) => [
      name,
      count > 1 && written === MASK ? `${MASK} (${count})` : written,
    ]),
  );
}

function redactText(body: string): string {
  if (/[\0\uFFFD]/.test(body)) return '(not kept: not UTF-8 text)';
  if (!/^\uFEFF?\s*[<{[]/.test(body))
    return body.trim() === '' ? '' : '(not kept: neither XML nor JSON)';
  const at = body.search(SUSPICIOUS);
  return at < 0 ? body : `${body.slice(0, at)}… (the rest is not kept)`;
}
