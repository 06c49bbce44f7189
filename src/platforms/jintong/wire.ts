// The bytes: three carriers in, one URL-encoded reply out.

import type { Refusal } from '../../protocol/checks.ts';
import { dotNetUrlEncode, isUrlSafe, parseForm } from '../../protocol/codecs/form.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import {
  escapeXml,
  parseXml,
  writeXml,
  type XmlElement,
  XmlError,
  type XmlTree,
} from '../../protocol/codecs/xml.ts';
import type { Code } from './codes.ts';

/** Asked of Jintong: a document over 64 KiB is refused. */
const LIMITS = { maxBytes: 64 * 1024 } as const;

/** URL-encoding makes three bytes of one; the rest is room for field names. */
export const MAX_CARRIER = 3 * LIMITS.maxBytes + 1024;

type Fields = ReadonlyMap<string, string>;

/** A request as it was carried: a whole document, or the basic parameters as form fields. */
export type Carrier =
  | { readonly kind: 'document'; readonly text: string }
  | { readonly kind: 'fields'; readonly fields: readonly [name: string, value: string][] };

export interface Envelope {
  /** The basic parameters, and whatever else was beside them. */
  readonly basic: Fields;
  /** The elements of Param; null when there is no Param, or nothing in it. */
  readonly param: Fields | null;
}

const startsWithMarkup = (text: string): boolean => /^\uFEFF?[ \t\r\n]*</.test(text);

function refuse(refused: Code, detail: string): Refusal<Code> {
  return { refused, detail };
}

/** Told apart by the bytes, never by Content-Type: a body that starts with `<` is XML. */
export function readCarrier(body: Buffer): { carrier: Carrier } | Refusal<Code> {
  const text = decodeUtf8(body);
  if (text === null) {
    const isXml = startsWithMarkup(
      body.toString('latin1', 0, 256).replace(/^\u00EF\u00BB\u00BF/, ''),
    );
    return isXml
      ? refuse('ArgumentDeserializeFail', 'the document is not UTF-8')
      : refuse('ArgumentDecryptFail', 'the form is not UTF-8');
  }
  if (startsWithMarkup(text)) return { carrier: { kind: 'document', text } };

  if (body.length > MAX_CARRIER) {
    return refuse(
      'ArgumentDeserializeFail',
      `no document under ${LIMITS.maxBytes} bytes is carried in more than ${MAX_CARRIER}`,
    );
  }
  const fields = parseForm(text);
  if (!fields) return refuse('ArgumentDecryptFail', 'the form does not URL-decode to UTF-8');
  if (fields.length === 1) {
    const first = fields[0]!;
    // A document in a field of any name, or as the whole body, encoded and without a name.
    const document = [first[1], first[0]].find(startsWithMarkup);
    if (document !== undefined) return { carrier: { kind: 'document', text: document } };
  }
  return { carrier: { kind: 'fields', fields } };
}

export function readEnvelope(carrier: Carrier): { envelope: Envelope } | Refusal<Code> {
  try {
    const envelope =
      carrier.kind === 'document' ? fromDocument(carrier.text) : fromFields(carrier.fields);
    return { envelope };
  } catch (error) {
    if (error instanceof XmlError || error instanceof ShapeError) {
      return refuse('ArgumentDeserializeFail', error.message);
    }
    throw error;
  }
}

class ShapeError extends Error {}

function fromDocument(text: string): Envelope {
  const root = parseXml(text, LIMITS);
  if (root.name !== 'Request') throw new ShapeError(`the root is <${root.name}>, not <Request>`);
  if (root.text.trim() !== '') throw new ShapeError('<Request> holds text');
  let param: XmlElement | undefined;
  const basic: XmlElement[] = [];
  for (const child of root.children) {
    if (child.name === 'Param') param = child;
    else basic.push(child);
  }
  return { basic: leaves(basic), param: param ? paramFields(param) : null };
}

function fromFields(fields: readonly [string, string][]): Envelope {
  const basic = new Map<string, string>();
  for (const [name, value] of fields) {
    if (basic.has(name)) throw new ShapeError(`${name} given twice`);
    basic.set(name, value);
  }
  const param = basic.get('Param')?.replace(/^\uFEFF/, '');
  basic.delete('Param');
  if (!param || param.trim() === '') return { basic, param: null };
  // "Param holding the inner XML or a whole <Param> element".
  const whole = /^\s*(?:<\?xml|<Param[\s>/])/.test(param) ? param : `<Param>${param}</Param>`;
  const root = parseXml(whole, LIMITS);
  if (root.name !== 'Param') throw new ShapeError(`Param holds <${root.name}>, not <Param>`);
  return { basic, param: paramFields(root) };
}

function paramFields(param: XmlElement): Fields | null {
  if (param.children.length > 0) return leaves(param.children);
  if (param.text.trim() !== '') throw new ShapeError('<Param> holds text instead of elements');
  return null;
}

function leaves(elements: readonly XmlElement[]): Fields {
  const fields = new Map<string, string>();
  for (const element of elements) {
    if (element.children.length > 0) throw new ShapeError(`<${element.name}> holds elements`);
    fields.set(element.name, element.text);
  }
  return fields;
}

/** A reply, or a request, as an object: its elements in the order to write them. */
export type Document = { readonly [name: string]: string | Document };

function toTree(document: Document): XmlTree {
  return Object.entries(document).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : toTree(value),
  ]);
}

const DECLARATION = dotNetUrlEncode('<?xml version="1.0"?>');
/** Encoded once: the names are those of our own replies, a dozen. */
const encodedTags = new Map<string, readonly [open: string, close: string]>();

/** "Url 解码后的返回结果": the document, then URL-encoded as .NET's HttpUtility does it. */
export function writeReply(reply: Document): string {
  return DECLARATION + writeEncoded('Response', reply);
}

function writeEncoded(name: string, content: string | Document): string {
  let tags = encodedTags.get(name);
  if (!tags) {
    tags = [dotNetUrlEncode(`<${name}>`), dotNetUrlEncode(`</${name}>`)];
    encodedTags.set(name, tags);
  }
  if (typeof content === 'string') {
    const written = isUrlSafe(content) ? content : dotNetUrlEncode(escapeXml(content));
    return tags[0] + written + tags[1];
  }
  let inside = '';
  for (const child in content) inside += writeEncoded(child, content[child]!);
  return tags[0] + inside + tags[1];
}

/** Carrier (b): the document in a field named `request`. */
export function writeRequest(request: Document): string {
  return `request=${encodeURIComponent(writeXml([['Request', toTree(request)]]))}`;
}
