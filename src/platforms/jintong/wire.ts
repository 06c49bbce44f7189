// Reads the bytes of a request: three carriers, each read into one envelope.

import type { Refusal } from '../../protocol/checks.ts';
import { parseForm, percentBytes } from '../../protocol/codecs/form.ts';
import { decodeUtf8, describeNotUtf8 } from '../../protocol/codecs/utf8.ts';
import { parseXml, type XmlElement, XmlError } from '../../protocol/codecs/xml.ts';
import type { Code } from './codes.ts';

/** Requirement for Jintong: a document over 64 KiB is refused. */
const LIMITS = { maxBytes: 64 * 1024, keepLineEnds: true } as const;
/** A byte order mark is not part of the document. */
const MARK_BYTES = 3;

/** URL-encoding turns one byte into three; the rest is room for field names. */
export const MAX_CARRIER = 3 * LIMITS.maxBytes + 1024;

type Fields = ReadonlyMap<string, string>;

/** A carried request: a whole document, or the basic parameters as form fields. */
export type Carrier =
  | { readonly kind: 'document'; readonly text: string }
  | { readonly kind: 'fields'; readonly fields: readonly [name: string, value: string][] };

export interface Envelope {
  /** The basic parameters, and all other elements beside them. */
  readonly basic: Fields;
  /** The elements of Param; null if Param is absent or empty. */
  readonly param: Fields | null;
  /** The number of basic parameters before Param. */
  readonly paramAt: number;
  /** The original text of those elements of Param whose line ends differ from XML's. */
  readonly sent: Fields;
}

const startsWithMarkup = (text: string): boolean => /^\uFEFF?[ \t\r\n]*</.test(text);

function refuse<C extends Code>(refused: C, detail: string): Refusal<C> {
  return { refused, detail };
}

/** The offset of the body after a byte order mark, which belongs to no form and no document. */
const afterMark = (body: Buffer): number =>
  body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? MARK_BYTES : 0;

/** As {@link startsWithMarkup}, for bytes that are not decoded. */
function startsWithLess(body: Buffer): boolean {
  let at = afterMark(body);
  while (body[at] === 0x20 || body[at] === 0x09 || body[at] === 0x0d || body[at] === 0x0a) at++;
  return body[at] === 0x3c;
}

function isMultipart(body: Buffer): boolean {
  const at = afterMark(body);
  if (body[at] !== 0x2d || body[at + 1] !== 0x2d) return false;
  return /content-disposition:[ \t]*form-data/i.test(body.toString('latin1', 0, LOOKED_AT));
}

const NAMED_FIELDS = ['Partner', 'Action', 'Sign', 'Param'];

/** The headers of a first part are much shorter than this. */
const LOOKED_AT = 16 * 1024;

/**
 * Recognises the carrier by the bytes, never by Content-Type: a body that starts with `<` is XML.
 */
export function readCarrier(
  body: Buffer,
): { carrier: Carrier } | Refusal<'ArgumentDecryptFail' | 'ArgumentDeserializeFail'> {
  if (isMultipart(body)) {
    return refuse('ArgumentDecryptFail', 'multipart/form-data is not read: URL-encode the form');
  }
  // The length is checked before anything is decoded or searched.
  if (body.length > MAX_CARRIER) return tooLong(body, MAX_CARRIER);
  const isDocument = startsWithLess(body);
  if (isDocument && body.length > LIMITS.maxBytes + MARK_BYTES)
    return tooLong(body, LIMITS.maxBytes);
  const text = decodeUtf8(body);
  if (text === null) {
    return isDocument
      ? refuse('ArgumentDeserializeFail', describeNotUtf8('the document', body))
      : refuse('ArgumentDecryptFail', describeNotUtf8('the form', body));
  }
  if (isDocument) return { carrier: { kind: 'document', text } };

  const form = withoutLastLineEnds(text);
  const fields = parseForm(form);
  if (!fields) return refuse('ArgumentDecryptFail', describeForm(form));
  if (!fields.some(([name]) => NAMED_FIELDS.includes(name))) {
    // A document in a field of any name, or as the whole body, encoded and without a name.
    const documents = fields
      .map(([name, value]) => (startsWithMarkup(value) ? value : name))
      .filter(startsWithMarkup);
    if (documents.length > 1) {
      return refuse('ArgumentDeserializeFail', `${documents.length} fields hold a document`);
    }
    if (documents.length === 1) return { carrier: { kind: 'document', text: documents[0]! } };
  }
  return { carrier: { kind: 'fields', fields } };
}

const tooLong = (body: Buffer, max: number): Refusal<'ArgumentDeserializeFail'> =>
  refuse(
    'ArgumentDeserializeFail',
    `the body has ${body.length} bytes; a document of at most ${LIMITS.maxBytes} takes no more than ${max}`,
  );

/** Many clients end a body with a line end, which belongs to no value. */
function withoutLastLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

function describeForm(form: string): string {
  const { bytes, isWhole } = percentBytes(form);
  if (!isWhole) return 'the form holds a % without two hex digits behind it';
  if (decodeUtf8(bytes) !== null) return 'the form has more fields than any of ours';
  return describeNotUtf8('the form, URL-decoded,', bytes);
}

export function readEnvelope(
  carrier: Carrier,
): { envelope: Envelope } | Refusal<'ArgumentDeserializeFail'> {
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
  let paramAt = 0;
  const basic: XmlElement[] = [];
  for (const child of root.children) {
    if (child.name === 'Param') {
      param = child;
      paramAt = basic.length;
    } else basic.push(child);
  }
  return { basic: leaves(basic), paramAt, ...readParam(param) };
}

function fromFields(fields: readonly [string, string][]): Envelope {
  const basic = new Map<string, string>();
  for (const [name, value] of fields) {
    if (basic.has(name)) throw new ShapeError(`${name} given twice`);
    basic.set(name, value);
  }
  const param = basic.get('Param')?.replace(/^\uFEFF/, '');
  const paramAt = fields.findIndex(([name]) => name === 'Param');
  basic.delete('Param');
  if (!param || param.trim() === '') return { basic, paramAt, ...readParam(undefined) };
  // Param contains the inner XML or a whole <Param> element (settled.md, J1).
  const whole = /^\s*(?:<\?xml|<Param[\s>/])/.test(param) ? param : `<Param>${param}</Param>`;
  const root = parseXml(whole, LIMITS);
  if (root.name !== 'Param') throw new ShapeError(`Param holds <${root.name}>, not <Param>`);
  return { basic, paramAt, ...readParam(root) };
}

const NONE: Fields = new Map();

function readParam(param: XmlElement | undefined): Pick<Envelope, 'param' | 'sent'> {
  if (!param) return { param: null, sent: NONE };
  if (param.children.length > 0) {
    const sent = param.children.filter((child) => child.sent !== undefined);
    return {
      param: leaves(param.children),
      sent: sent.length === 0 ? NONE : new Map(sent.map((child) => [child.name, child.sent!])),
    };
  }
  if (param.text.trim() !== '') throw new ShapeError('<Param> holds text instead of elements');
  return { param: null, sent: NONE };
}

function leaves(elements: readonly XmlElement[]): Fields {
  const fields = new Map<string, string>();
  for (const element of elements) {
    if (element.children.length > 0) throw new ShapeError(`<${element.name}> holds elements`);
    fields.set(element.name, element.text);
  }
  return fields;
}
