// Reads XML or JSON, by the Format header, into one tree of elements, and writes replies in either
// format.
import { decodeUtf8, describeNotUtf8 } from '../../protocol/codecs/utf8.ts';
import {
  parseXml,
  writeXml,
  type XmlElement,
  XmlError,
  type XmlTree,
} from '../../protocol/codecs/xml.ts';
import type { Cards } from './cards.ts';
import { JsonTextError } from './json-literals.ts';
import { isKnownName } from './methods.ts';
import { readJsonMembers } from './wire-json.ts';

export type Format = 'xml' | 'json';

/** An element of a request with children or with text. Several elements of one name form a list. */
export interface Element extends XmlElement {
  readonly children: readonly Element[];
  /** The element is an item of a JSON list, where even an empty element counts. */
  readonly isItem?: true;
  /** The element stands for a whole list of cards, and has no children of its own. */
  readonly cards?: Cards;
}

/** A document over 1 MiB is refused (settled.md, ALL13); a reply may be longer. */
const MAX_BYTES = 1024 * 1024;

/** The documents' own samples nest 5 deep. */
const MAX_DEPTH = 16;

/** The body is no document of its format. The message states the problem and its position. */
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
  if (text === null) throw new UnreadableBodyError(describeNotUtf8('the body', body));
  try {
    return format === 'xml'
      ? parseXml(text, { maxBytes, repeats: 'allow' })
      : jsonRoot(readJsonMembers(text, { maxBytes, maxDepth: MAX_DEPTH }));
  } catch (error) {
    if (error instanceof XmlError) throw new UnreadableBodyError(withKnownNames(error.message));
    if (error instanceof JsonTextError) throw new UnreadableBodyError(error.message);
    throw error;
  }
}

/**
 * XML readers name tags and attributes in errors; unknown names may be card codes and are hidden.
 */
function withKnownNames(message: string): string {
  return message
    .replace(/<([^<>\s]*)>/g, (tag, name: string) => (isKnownName(name) ? tag : 'an element'))
    .replace(/^(attribute) [^\s;]+/, '$1');
}

function jsonRoot(members: readonly Element[]): Element {
  const [root] = members;
  if (!root || members.length > 1) {
    throw new UnreadableBodyError('the document has to be an object with sn_request alone');
  }
  return root;
}

/**
 * An object whose names are all non-negative integers. PHP's json_encode writes a list in this form
 * after an element was removed. No name of a contract, and no XML name, begins with a digit.
 */
export function isNumbered({ children }: Element): boolean {
  return children.length > 0 && children.every(({ name }) => /^\d+$/.test(name));
}

/**
 * A reply or a request: its elements in the sequence in which they are written; an array is a list
 * of one name.
 */
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
