// A strict XML reader. It refuses constructs that general parsers support, and says where.
import { ATTRIBUTE_NAME, asciiNameEnd, FORBIDDEN, NAME } from './xml-characters.ts';
import { EmptyElements, type XmlElement } from './xml-element.ts';
import {
  InstancePrefixes,
  mayBeInstanceAttribute,
  type PrefixedAttribute,
} from './xml-instance.ts';
import { XmlError, type XmlLimits } from './xml-limits.ts';
import { resolveReferences } from './xml-references.ts';

const SPACE = /[ \t\r\n]*/y;
const DECLARATION_BEGINS = /<\?xml[ \t\r\n]/y;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;
const NOT_SPACE = /[^ \t\r\n]/;
const EXCLAMATION = 0x21;
const SLASH = 0x2f;
/** XML 1.0, 2.11: every line end is read as LF. */
const toLineFeeds = (text: string): string =>
  text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;

/**
 * Reads a document, with or without a byte order mark. The reader refuses, with the position:
 * DOCTYPE, unknown entities, processing instructions other than the declaration, text beside
 * elements, characters that XML 1.0 forbids, and attributes other than `xmlns*`, and `nil` and
 * `type` of XMLSchema-instance. {@link parseXml} checks the size.
 *
 * The tree omits an element with `nil="true"`. White space may precede the declaration. The reader
 * ignores the declared encoding: the caller has decoded the bytes, and public clients declare
 * gb2312 for UTF-8.
 *
 * @throws {XmlError}
 */
export function parseXmlStrictly(text: string, limits: XmlLimits): XmlElement {
  return new Reader(text, limits).document();
}

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #refuseRepeats: boolean;
  readonly #keepLineEnds: boolean;
  #at = 0;
  /** Whether the last element that was read is nil. */
  #wasNil = false;
  readonly #prefixes = new InstancePrefixes();
  readonly #empty = new EmptyElements();

  constructor(text: string, limits: XmlLimits) {
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#maxDepth = limits.maxDepth ?? 16;
    this.#refuseRepeats = limits.repeats !== 'allow';
    this.#keepLineEnds = limits.keepLineEnds === true;
  }

  document(): XmlElement {
    const forbidden = FORBIDDEN.exec(this.#text);
    if (forbidden) this.#fail('character that XML does not allow', forbidden.index);
    this.#declaration();
    this.#misc();
    if (this.#text[this.#at] !== '<') this.#fail('the root element is missing');
    const root = this.#element(1);
    if (this.#wasNil) this.#fail('the root element is nil');
    this.#misc();
    if (this.#at < this.#text.length) this.#fail('content after the root element');
    return root;
  }

  /** XML wants the declaration first, but templates of clients begin with an empty line. */
  #declaration(): void {
    this.#space();
    DECLARATION_BEGINS.lastIndex = this.#at;
    if (!DECLARATION_BEGINS.test(this.#text)) return;
    DECLARATION.lastIndex = this.#at;
    if (!DECLARATION.test(this.#text)) this.#fail('malformed XML declaration');
    this.#at = DECLARATION.lastIndex;
  }

  /** Reads white space and comments before and after the root. */
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
    if (this.#text.startsWith('/>', this.#at)) {
      this.#at += 2;
      this.#wasNil = false;
      return this.#empty.of(name);
    }
    const entered = this.#prefixes.enter();
    const { isEmpty, isNil } = this.#startTagEnd();
    const element = isEmpty ? this.#empty.of(name) : this.#content(name, open, isNil, depth);
    this.#wasNil = isNil;
    this.#prefixes.leave(entered);
    return element;
  }

  /** Reads from the end of the start tag to the end of the end tag. */
  #content(name: string, open: number, isNil: boolean, depth: number): XmlElement {
    let text = '';
    /** The original text, once it differs from `text`. */
    let sent: string | undefined;
    const take = (raw: string, read: (raw: string) => string): void => {
      const asSent = read(raw);
      const hasReturns = raw.includes('\r');
      if (hasReturns && this.#keepLineEnds) sent ??= text;
      if (sent !== undefined) sent += asSent;
      text += hasReturns ? read(toLineFeeds(raw)) : asSent;
    };
    const children: XmlElement[] = [];
    /** The names of all children. If names may repeat, the reader collects them from the first nil child on. */
    let names: Set<string> | undefined;
    let nilNames: Set<string> | undefined;
    for (;;) {
      const next = this.#text.indexOf('<', this.#at);
      if (next < 0) this.#fail(`<${name}> is not closed`, open);
      if (next > this.#at) {
        const start = this.#at;
        take(this.#characters(next), (raw) => this.#references(raw, start));
      }
      const after = this.#text.charCodeAt(next + 1);
      if (after === SLASH) {
        this.#endTag(name);
        break;
      }
      if (after === EXCLAMATION && this.#text.startsWith('<!--', next)) this.#comment();
      else if (after === EXCLAMATION && this.#text.startsWith('<![CDATA[', next)) {
        take(this.#cdata(), (raw) => raw);
      } else {
        const child = this.#element(depth + 1);
        const wasNil = this.#wasNil;
        if (this.#refuseRepeats || wasNil || nilNames) {
          names ??= new Set(children.map((before) => before.name));
          const isRefused = this.#refuseRepeats || wasNil || nilNames?.has(child.name);
          if (isRefused && names.has(child.name)) this.#fail(`<${child.name}> given twice`, next);
          names.add(child.name);
        }
        if (wasNil) nilNames = (nilNames ?? new Set()).add(child.name);
        else children.push(child);
      }
    }
    const holdsElements = children.length > 0 || nilNames !== undefined;
    if (isNil && (holdsElements || text !== '')) {
      this.#fail(`<${name}> is nil and holds content`, open);
    }
    if (holdsElements) {
      if (NOT_SPACE.test(text)) this.#fail(`<${name}> holds text beside elements`, open);
      return { name, text: '', children };
    }
    return sent === undefined ? { name, text, children } : { name, text, sent, children };
  }

  /** Reads attributes and the end of a start tag. An element that ends with `/>` is empty. */
  #startTagEnd(): { readonly isEmpty: boolean; readonly isNil: boolean } {
    let first: string | undefined;
    let seen: Set<string> | undefined;
    // A prefix may be declared after its use, so the end of the tag checks it.
    let prefixed: PrefixedAttribute[] | undefined;
    for (;;) {
      const spaced = this.#space();
      const c = this.#text[this.#at];
      const isEmpty = c === '/' && this.#text[this.#at + 1] === '>';
      if (c === '>' || isEmpty) {
        this.#at += isEmpty ? 2 : 1;
        return { isEmpty, isNil: prefixed !== undefined && this.#isNil(prefixed) };
      }
      if (!spaced) this.#fail('malformed start tag');
      const start = this.#at;
      const name = this.#name(ATTRIBUTE_NAME);
      const isDeclaration = name === 'xmlns' || name.startsWith('xmlns:');
      if (!isDeclaration && !mayBeInstanceAttribute(name)) this.#refuseAttribute(name, start);
      if (name === first || seen?.has(name)) this.#fail(`attribute ${name} given twice`, start);
      if (first === undefined) first = name;
      else seen = (seen ?? new Set()).add(name);
      const value = this.#attributeValue();
      if (!isDeclaration) {
        prefixed ??= [];
        prefixed.push({ name, value, at: start });
      } else if (name !== 'xmlns') {
        this.#prefixes.declare(name.slice('xmlns:'.length), value);
      }
    }
  }

  #refuseAttribute(name: string, at: number): never {
    this.#fail(`attribute ${name}; only xmlns, xsi:nil and xsi:type are accepted`, at);
  }

  #isNil(attributes: readonly PrefixedAttribute[]): boolean {
    return this.#prefixes.isNil(attributes, (problem, { name, at }) => {
      if (problem === null) this.#refuseAttribute(name, at);
      this.#fail(`attribute ${name} ${problem}`, at);
    });
  }

  #attributeValue(): string {
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
    const read = this.#references(value, this.#at + 1);
    this.#at = end + 1;
    return read;
  }

  #endTag(name: string): void {
    const start = this.#at;
    this.#at += 2;
    const isSame = this.#text.startsWith(name, this.#at);
    this.#at += name.length;
    this.#space();
    if (!isSame || this.#text[this.#at] !== '>') {
      this.#fail(`<${name}> is closed by another tag`, start);
    }
    this.#at++;
  }

  /** Character data with the original line ends. */
  #characters(end: number): string {
    const start = this.#at;
    const raw = this.#text.slice(start, end);
    this.#at = end;
    const closing = raw.indexOf(']]>');
    if (closing >= 0) this.#fail(']]> in text', start + closing);
    return raw;
  }

  #references(raw: string, start: number): string {
    return resolveReferences(raw, (whole, at) =>
      this.#fail(`reference ${whole} is not one of the five or a character`, start + at),
    );
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
    // Most names are ASCII. A loop finds the end of such a name faster than a pattern does.
    let end = asciiNameEnd(this.#text, start, pattern === ATTRIBUTE_NAME);
    if (end < 0) {
      pattern.lastIndex = start;
      if (!pattern.test(this.#text)) this.#fail('a name is expected');
      end = pattern.lastIndex;
    }
    this.#at = end;
    return this.#text.slice(start, end);
  }

  #space(): boolean {
    if (this.#text.charCodeAt(this.#at) > 0x20) return false; // This is the most frequent case.
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    const moved = SPACE.lastIndex > this.#at;
    this.#at = SPACE.lastIndex;
    return moved;
  }

  #fail(problem: string, at: number = this.#at): never {
    // Counts lines by the line ends of XML.
    const before = toLineFeeds(this.#text.slice(0, at));
    throw new XmlError(problem, before, before.length);
  }
}
