// Reads and writes the XML that order platforms exchange: elements and text only, nothing
// executable.
import { FORBIDDEN } from './xml-characters.ts';
import type { XmlElement } from './xml-element.ts';
import { XmlError, type XmlLimits } from './xml-limits.ts';
import { readPlainXml } from './xml-plain.ts';
import { parseXmlStrictly } from './xml-strict.ts';

export { parseXmlStrictly, type XmlElement, XmlError, type XmlLimits };

/**
 * Reads a document. The plain reader handles usual documents; {@link parseXmlStrictly} handles all
 * others and defines what is refused.
 *
 * @throws {XmlError}
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  // A UTF-16 code unit takes at most three bytes, so that the bytes of most documents need no
  // counting.
  if (text.length * 3 > limits.maxBytes && Buffer.byteLength(text) > limits.maxBytes) {
    throw new XmlError(`document larger than ${limits.maxBytes} bytes`, text, text.length);
  }
  const { maxDepth = 16, repeats = 'refuse' } = limits;
  return readPlainXml(text, maxDepth, repeats === 'refuse') ?? parseXmlStrictly(text, limits);
}

const ESCAPED = /[&<>\r]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};

/** Most texts contain nothing to escape, which one test of this pattern shows. */
const PLAIN = /^[\t\n\x20-\x25\x27-\x3B\x3D\x3F-\uD7FF\uE000-\uFFFD]*$/;

/** Escapes text for the content of an element. Characters that XML cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  const clean = FORBIDDEN.test(text) ? text.replace(new RegExp(FORBIDDEN, 'gu'), '\uFFFD') : text;
  return clean.replace(ESCAPED, (c) => ESCAPES[c]!);
}

/** A tree to write: names with text or with subtrees, in sequence. */
export type XmlTree = readonly (readonly [name: string, content: string | XmlTree])[];

/** Writes elements without white space between them. */
export function writeXml(tree: XmlTree): string {
  let out = '';
  for (const [name, content] of tree) {
    out += `<${name}>${typeof content === 'string' ? escapeXml(content) : writeXml(content)}</${name}>`;
  }
  return out;
}
