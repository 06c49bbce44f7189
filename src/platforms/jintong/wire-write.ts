// Writes documents as bytes: a reply, URL-encoded like .NET, and a request in a form.
import { dotNetUrlEncode, isUrlSafe } from '../../protocol/codecs/form.ts';
import { escapeXml, writeXml, type XmlTree } from '../../protocol/codecs/xml.ts';

/** A reply or a request as an object: its elements in the sequence in which they are written. */
export type Document = { readonly [name: string]: string | Document };

function toTree(document: Document): XmlTree {
  return Object.entries(document).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : toTree(value),
  ]);
}

const DECLARATION = dotNetUrlEncode('<?xml version="1.0"?>');
/** A cache of encoded tags, because our replies use only about a dozen names. */
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
