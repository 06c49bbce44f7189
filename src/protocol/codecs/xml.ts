// A strict reader and writer for the XML that order platforms exchange: elements and text, nothing that executes.
import { PositionError } from './position-error.ts';
import { characterReference, FORBIDDEN } from './xml-characters.ts';
import type { XmlElement } from './xml-element.ts';
import { readPlainXml } from './xml-plain.ts';

export type { XmlElement };

export interface XmlLimits {
  /** The document's size in UTF-8. */
  readonly maxBytes: number;
  /** How deep elements may nest; the root is 1. Default 16. */
  readonly maxDepth?: number;
  /** Whether one element may hold several of the same name. Default: refused. */
  readonly repeats?: 'refuse' | 'allow';
}

export class XmlError extends PositionError {
  readonly code = 'ERR_XML';
  override readonly name = 'XmlError';
}

// Names of XML 1.0's fifth edition, without a colon: no platform uses prefixes.
const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NC_NAME = `[${START}][${START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`;
const NAME = new RegExp(NC_NAME, 'uy');
const ATTRIBUTE_NAME = new RegExp(`${NC_NAME}(?::${NC_NAME})?`, 'uy');
const SPACE = /[ \t\r\n]*/y;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const NOT_SPACE = /[^ \t\r\n]/;

/**
 * Reads a document. Refused, each with its place: DOCTYPE, entities other than the five and
 * character references, processing instructions other than the declaration, attributes other than
 * `xmlns*`, text beside elements, what XML 1.0 forbids, and what exceeds the limits. A declared
 * encoding must be UTF-8, or UTF-16 as .NET's StringWriter writes it into text that is not.
 *
 * @throws {XmlError}
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  // A UTF-16 code unit takes at most three bytes, so most documents need not be counted.
  if (text.length * 3 > limits.maxBytes && Buffer.byteLength(text) > limits.maxBytes) {
    throw new XmlError(`document larger than ${limits.maxBytes} bytes`, text, text.length);
  }
  const { maxDepth = 16, repeats = 'refuse' } = limits;
  return readPlainXml(text, maxDepth, repeats === 'refuse') ?? parseXmlStrictly(text, limits);
}

/** What decides: all of {@link parseXml} but the bound on the size. */
export function parseXmlStrictly(text: string, limits: XmlLimits): XmlElement {
  return new Reader(text, limits).document();
}

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #refuseRepeats: boolean;
  #at = 0;

  constructor(text: string, limits: XmlLimits) {
    // A byte order mark is not part of the document; line ends are LF (XML 1.0, 2.11).
    const unmarked = text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#text = unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked;
    this.#maxDepth = limits.maxDepth ?? 16;
    this.#refuseRepeats = limits.repeats !== 'allow';
  }

  document(): XmlElement {
    const forbidden = FORBIDDEN.exec(this.#text);
    if (forbidden) this.#fail('character that XML does not allow', forbidden.index);
    this.#declaration();
    this.#misc();
    if (this.#text[this.#at] !== '<') this.#fail('the root element is missing');
    const root = this.#element(1);
    this.#misc();
    if (this.#at < this.#text.length) this.#fail('content after the root element');
    return root;
  }

  #declaration(): void {
    if (!/^<\?xml[ \t\r\n]/.test(this.#text)) return;
    DECLARATION.lastIndex = 0;
    const found = DECLARATION.exec(this.#text);
    if (!found) this.#fail('malformed XML declaration');
    const encoding = (found[1] ?? found[2] ?? 'utf-8').toLowerCase();
    if (encoding !== 'utf-8' && encoding !== 'utf-16') {
      this.#fail(`encoding ${encoding}; only UTF-8 is accepted`);
    }
    this.#at = DECLARATION.lastIndex;
  }

  /** White space and comments, before and after the root. */
  #misc(): void {
    for (;;) {
      this.#space();
      if (!this.#text.startsWith('<!--', this.#at)) return;
      this.#comment();
    }
  }

  #element(depth: number): XmlElement {
    if (depth > this.#maxDepth) this.#fail(`elements nested deeper than ${this.#maxDepth}`);
    const open = this.#at;
    this.#at++;
    this.#refuseMarkup(open);
    const name = this.#name();
    if (this.#startTagEnd()) return { name, text: '', children: [] };

    let text = '';
    const children: XmlElement[] = [];
    const names = new Set<string>();
    for (;;) {
      const next = this.#text.indexOf('<', this.#at);
      if (next < 0) this.#fail(`<${name}> is not closed`, open);
      if (next > this.#at) text += this.#characters(next);
      if (this.#text.startsWith('</', next)) {
        this.#endTag(name);
        break;
      }
      if (this.#text.startsWith('<!--', next)) this.#comment();
      else if (this.#text.startsWith('<![CDATA[', next)) text += this.#cdata();
      else {
        const child = this.#element(depth + 1);
        if (this.#refuseRepeats && names.has(child.name)) {
          this.#fail(`<${child.name}> given twice`, next);
        }
        names.add(child.name);
        children.push(child);
      }
    }
    if (children.length === 0) return { name, text, children };
    if (NOT_SPACE.test(text)) this.#fail(`<${name}> holds text beside elements`, open);
    return { name, text: '', children };
  }

  /** Attributes and the end of a start tag; true when the element is empty (`/>`). */
  #startTagEnd(): boolean {
    let seen: Set<string> | undefined;
    for (;;) {
      const spaced = this.#space();
      const c = this.#text[this.#at];
      if (c === '>') {
        this.#at++;
        return false;
      }
      if (c === '/' && this.#text[this.#at + 1] === '>') {
        this.#at += 2;
        return true;
      }
      if (!spaced) this.#fail('malformed start tag');
      const start = this.#at;
      const name = this.#name(ATTRIBUTE_NAME);
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) {
        this.#fail(`attribute ${name}; only xmlns is accepted`, start);
      }
      seen ??= new Set();
      if (seen.has(name)) this.#fail(`attribute ${name} given twice`, start);
      seen.add(name);
      this.#attributeValue();
    }
  }

  #attributeValue(): void {
    this.#space();
    if (this.#text[this.#at] !== '=') this.#fail('attribute without a value');
    this.#at++;
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") this.#fail('attribute value without quotes');
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) this.#fail('attribute value is not closed');
    const value = this.#text.slice(this.#at + 1, end);
    if (value.includes('<')) this.#fail('< in an attribute value');
    if (value.includes('&')) this.#references(value, this.#at + 1);
    this.#at = end + 1;
  }

  #endTag(name: string): void {
    const start = this.#at;
    this.#at += 2;
    if (!this.#text.startsWith(name, this.#at))
      this.#fail(`<${name}> is closed by another tag`, start);
    this.#at += name.length;
    this.#space();
    if (this.#text[this.#at] !== '>') this.#fail(`<${name}> is closed by another tag`, start);
    this.#at++;
  }

  #characters(end: number): string {
    const start = this.#at;
    const raw = this.#text.slice(start, end);
    this.#at = end;
    const closing = raw.indexOf(']]>');
    if (closing >= 0) this.#fail(']]> in text', start + closing);
    return raw.includes('&') ? this.#references(raw, start) : raw;
  }

  #references(raw: string, start: number): string {
    return raw.replace(/&([^;&]*)(;?)/g, (whole, body: string, semicolon: string, at: number) => {
      const value = semicolon && (ENTITIES.get(body) ?? characterReference(body));
      if (!value)
        this.#fail(
          `reference ${whole.slice(0, 16)} is not one of the five or a character`,
          start + at,
        );
      return value;
    });
  }

  #comment(): void {
    const start = this.#at;
    const dashes = this.#text.indexOf('--', start + 4);
    if (dashes < 0) this.#fail('comment is not closed', start);
    if (this.#text[dashes + 2] !== '>') this.#fail('-- inside a comment', dashes);
    this.#at = dashes + 3;
  }

  #cdata(): string {
    const start = this.#at + 9;
    const end = this.#text.indexOf(']]>', start);
    if (end < 0) this.#fail('CDATA section is not closed');
    this.#at = end + 3;
    return this.#text.slice(start, end);
  }

  #refuseMarkup(open: number): void {
    const c = this.#text[this.#at];
    if (c === '!') this.#fail('DOCTYPE and other declarations are not accepted', open);
    if (c === '?') this.#fail('processing instructions are not accepted', open);
  }

  #name(pattern = NAME): string {
    const start = this.#at;
    pattern.lastIndex = start;
    if (!pattern.test(this.#text)) this.#fail('a name is expected');
    this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #space(): boolean {
    if (this.#text.charCodeAt(this.#at) > 0x20) return false; // As in most places.
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    const moved = SPACE.lastIndex > this.#at;
    this.#at = SPACE.lastIndex;
    return moved;
  }

  #fail(problem: string, at: number = this.#at): never {
    throw new XmlError(problem, this.#text, at);
  }
}

const ESCAPED = /[&<>\r]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};

/** Most texts have nothing to escape, and show it in one look. */
const PLAIN = /^[\t\n\x20-\x25\x27-\x3B\x3D\x3F-\uD7FF\uE000-\uFFFD]*$/;

/** Text for the inside of an element. Characters that XML cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  const clean = FORBIDDEN.test(text) ? text.replace(new RegExp(FORBIDDEN, 'gu'), '\uFFFD') : text;
  return clean.replace(ESCAPED, (c) => ESCAPES[c]!);
}

/** A tree to write: names with text or with further trees, in this order. */
export type XmlTree = readonly (readonly [name: string, content: string | XmlTree])[];

/** Writes elements without white space between them. */
export function writeXml(tree: XmlTree): string {
  let out = '';
  for (const [name, content] of tree) {
    out += `<${name}>${typeof content === 'string' ? escapeXml(content) : writeXml(content)}</${name}>`;
  }
  return out;
}
