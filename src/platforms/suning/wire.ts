// The bytes: XML or JSON by the Format header, both into one tree of elements, and replies back into either.
import { JsonError, type JsonValue, parseRelaxedJson } from '../../protocol/codecs/json.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';
import {
  parseXml,
  writeXml,
  type XmlElement,
  XmlError,
  type XmlTree,
} from '../../protocol/codecs/xml.ts';

export type Format = 'xml' | 'json';

/** An element of a request: with children, or with text. Several of one name are a list. */
export type Element = XmlElement;

/** "a document over … 1 MiB (Suning)" is refused; a reply may be longer. */
const MAX_BYTES = 1024 * 1024;

/** The body is no document of its format; the message says what is wrong and where. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
}

/** "默认xml,可指定格式为xml,json", in any case. Null for any other. */
export function readFormat(header: string | undefined): Format | null {
  const format = (header || 'xml').toLowerCase();
  return format === 'xml' || format === 'json' ? format : null;
}

/**
 * The document's root, `sn_request`.
 *
 * @param maxBytes the document's size in UTF-8
 * @throws {UnreadableBodyError}
 */
export function readBody(body: Uint8Array, format: Format, maxBytes = MAX_BYTES): Element {
  const text = decodeUtf8(body);
  if (text === null) throw new UnreadableBodyError('the body is not UTF-8');
  try {
    return format === 'xml'
      ? parseXml(text, { maxBytes, repeats: 'allow' })
      : jsonRoot(parseRelaxedJson(text, { maxBytes, numbers: 'text' }));
  } catch (error) {
    if (error instanceof XmlError || error instanceof JsonError) {
      throw new UnreadableBodyError(error.message);
    }
    throw error;
  }
}

function jsonRoot(value: JsonValue): Element {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (Array.isArray(value) || names.length !== 1) {
    throw new UnreadableBodyError('the document has to be an object with sn_request alone');
  }
  const [root, ...others] = toElements(names[0]!, (value as Record<string, JsonValue>)[names[0]!]!);
  if (!root || others.length > 0) throw new UnreadableBodyError(`${names[0]} is a list`);
  return root;
}

/** A list becomes elements of its name, an empty one none; null becomes an empty element. */
function toElements(name: string, value: JsonValue): Element[] {
  if (Array.isArray(value)) {
    if (value.some(Array.isArray)) throw new UnreadableBodyError(`${name} is a list of lists`);
    return value.flatMap((one) => toElements(name, one));
  }
  if (typeof value !== 'object' || value === null) {
    return [{ name, text: value === null ? '' : String(value), children: [] }];
  }
  const children: Element[] = [];
  for (const child in value) children.push(...toElements(child, value[child]!));
  return [{ name, text: '', children }];
}

/** A reply or a request: its elements in the order to write them; an array is a list of one name. */
export interface Document {
  readonly [name: string]: string | Document | readonly Document[];
}

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  xml: 'text/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

export function writeDocument(document: Document, format: Format): string {
  return format === 'json' ? JSON.stringify(document) : writeXml(toTree(document));
}

function toTree(document: Document): XmlTree {
  const tree: [name: string, content: string | XmlTree][] = [];
  for (const [name, content] of Object.entries(document)) {
    if (typeof content === 'string') tree.push([name, content]);
    else for (const one of [content].flat()) tree.push([name, toTree(one as Document)]);
  }
  return tree;
}
