// What the request log keeps of a body: all of it, where it holds no card codes, tokens or signatures.
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

/** Names whose values are not kept, in any case; below `cardList` nothing is. */
const SECRET =
  /^(?:card.*|sign.*|cd-?key|pin|pin-?code|.*(?:secret|token|passw(?:or)?d|pwd|卡密|卡号|密码|口令))$/i;
/** Names of digits only come from PHP's lists with gaps. They name no secret, and a document may contain ten thousand. */
const DIGITS = /^\d*$/;
const isNamedSecret = (name: string): boolean =>
  !DIGITS.test(name) && (SECRET.test(name) || isSecretName(name));
const MASK = '***';
const OTHER: Record<Format, Format> = { xml: 'json', json: 'xml' };

/** Where a text that is no document may begin to tell what must not be kept. */
const SUSPICIOUS =
  /card|sec|token|sign|passw|pwd|cd[-_]?key|cvv|kami|key|私钥|秘钥|提货码|兑换码|激活码|\bpin|卡密|卡号|密码|口令|\\|&#|<!/i;

/**
 * Room for a call without cards. A longer body that the checks have not read is not read for the log
 * either: whoever sent it may be nobody, and reading costs up to forty times what looking through does.
 */
const READ_FOR_LOG = 2 * 1024;
/** More than the request log keeps. */
const KEPT = 20 * 1024;

/**
 * A body that parses is judged by what it means: one without secrets is kept as it came, one with
 * them is written anew without. What does not parse, or is long and from nobody knows whom, is kept
 * up to the first sign of one.
 */
export function redact(body: string, call: { readonly root?: Element } & Start): string {
  const isRead = call.root !== undefined || body.length <= READ_FOR_LOG;
  const kept = isRead
    ? (redactDocument(body, call) ?? redactText(body))
    : redactText(body.slice(0, KEPT));
  const sent = ['access_token', 'signInfo'].flatMap((name) => headerValues(call, name));
  return sent.reduce((text, one) => (one.length < 8 ? text : text.replaceAll(one, MASK)), kept);
}

/** Null where the body is no document of either format. */
function redactDocument(body: string, call: { readonly root?: Element } & Start): string | null {
  const format = readFormat(header(call, 'Format')) ?? 'xml';
  if (call.root) return redactTree(body, call.root, format);
  // It was refused before it was read, perhaps because it is not of the format that it says.
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
  // A comment is not in the tree, and may hold anything.
  const hidesNothing = format === 'json' || !body.includes('<!');
  if (hidesNothing && !holdsSecret(root)) return body;
  return writeDocument({ [root.name]: withoutSecrets(root) }, format);
}

function holdsSecret({ name, text, children }: Element): boolean {
  if (children.length === 0) return text !== '' && isSecret(name, text);
  return isNamedSecret(name) || children.some(holdsSecret);
}

/** A text may hold JSON again, and in it the names that are looked for. */
const isSecret = (name: string, text: string): boolean =>
  isNamedSecret(name) || (looksLikeJson(text) && SUSPICIOUS.test(text));

function withoutSecrets({ name, text, children }: Element): string | Document {
  if (children.length === 0) return text !== '' && isSecret(name, text) ? MASK : text;
  if (isNamedSecret(name)) return MASK;
  // In a map: a stranger's document may hold a hundred thousand names, and one called __proto__.
  const kept = new Map<string, { written: string | Document; count: number }>();
  for (const child of children) {
    const before = kept.get(child.name);
    // Of a list the first is kept; how many there were is what matters of the others.
    if (before) before.count++;
    else kept.set(child.name, { written: withoutSecrets(child), count: 1 });
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
