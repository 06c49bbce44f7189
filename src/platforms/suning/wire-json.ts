// Reads JSON of a request into elements: strict JSON, and the Python and PHP spellings of public
// clients.
import { readCards } from './cards.ts';
import { JsonTextError, LiteralReader } from './json-literals.ts';
import { isKnownName, METHODS, nodeOf } from './methods.ts';
import type { Element } from './wire.ts';

export interface JsonTextLimits {
  /** The document's size in UTF-8. */
  readonly maxBytes: number;
  /** Maximum nesting depth of objects and arrays; the outermost value has depth 1. */
  readonly maxDepth: number;
}

/**
 * The members of the document's outermost object, in the order in which they are written. A list
 * becomes elements of its name; a list without elements becomes none, except for a method's node,
 * for which PHP writes `[]` where it means an object without members. Null becomes an empty element,
 * and numbers keep the digits that are written.
 *
 * One reader serves strict and relaxed texts, since whatever strict JSON allows means the same in
 * both. It also takes what public SDKs send: single-quoted strings, `None`, `True`, `False`, Python's
 * escapes, and of Python 2 `u'…'`, `b'…'` and `1L`. A key given twice in one object is refused.
 *
 * @throws {JsonTextError}
 */
export function readJsonMembers(text: string, limits: JsonTextLimits): readonly Element[] {
  // A UTF-16 code unit takes at most three bytes, so most documents need not be counted.
  if (text.length * 3 > limits.maxBytes && Buffer.byteLength(text) > limits.maxBytes) {
    throw new JsonTextError(`document larger than ${limits.maxBytes} bytes`, text, text.length);
  }
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const reader = new Reader(plain, limits.maxDepth, false);
  const members = reader.document();
  // Only the end of a document shows whether it is Python 2's, whose unprefixed strings are bytes.
  if (!reader.isPython2 || !reader.hasByteEscapes) return members;
  return new Reader(plain, limits.maxDepth, true).document();
}

/** Whether a text in place of an object or a list is JSON that was encoded twice. */
export function looksLikeJson(text: string): boolean {
  const inner = text.trim();
  return (
    (inner.startsWith('{') && inner.endsWith('}')) || (inner.startsWith('[') && inner.endsWith(']'))
  );
}

const NODES: ReadonlySet<string> = new Set(METHODS.map(nodeOf));
const NONE: readonly Element[] = [];
/** Up to this many names of an object are compared one by one; most objects have fewer. */
const FEW_NAMES = 8;

/**
 * The shortest card, `{"cardCode":"","cardSec":""},`, takes 29 bytes for 3 elements. A text with
 * more elements for its length, such as 350,000 times `{}`, is meaningless and would cost the most
 * to read.
 */
const CHARACTERS_PER_ELEMENT = 9;
/** A short call may have shorter elements. */
const SPARE_ELEMENTS = 64;

/** The depth of the outermost object's members, of which a document has only one. */
const OUTERMOST = 2;

/** In a text without these, whatever stands between two quotation marks is a string as it is. */
const NOT_PLAIN = /[\\\u0000-\u001f]/;
const WORD_NAME = /^\w+$/;

/** The text of an item of two members, up to the first text and between the two. */
interface Shape {
  readonly name: string;
  readonly other: string;
  readonly opening: string;
  readonly middle: string;
}

class Reader extends LiteralReader {
  readonly #maxDepth: number;
  #elementsLeft: number;

  constructor(text: string, maxDepth: number, plainIsBytes: boolean) {
    super(text, plainIsBytes);
    this.#maxDepth = maxDepth;
    this.#elementsLeft = SPARE_ELEMENTS + text.length / CHARACTERS_PER_ELEMENT;
  }

  document(): readonly Element[] {
    this.space();
    if (this.text[this.at] !== '{') {
      const start = this.at;
      const { text } = this.#value('', 1);
      const isJson = looksLikeJson(text);
      this.fail(
        isJson
          ? 'the document is a JSON string that holds JSON; it was encoded twice'
          : 'the document has to be an object',
        start,
      );
    }
    const members = this.#object(1);
    this.space();
    if (this.at < this.text.length) this.fail('content after the document');
    return members;
  }

  /** Adds an element, or the elements of a list, to `into`. */
  #member(name: string, depth: number, into: Element[]): void {
    this.space();
    if (this.text[this.at] !== '[') {
      into.push(this.#value(name, depth));
      return;
    }
    const cards = name === 'cardList' && depth > OUTERMOST ? this.#cards(depth) : undefined;
    if (cards) {
      into.push(cards);
      return;
    }
    this.#enter(depth);
    if (this.#closes(']')) {
      if (NODES.has(name)) into.push({ name, text: '', children: NONE });
      return;
    }
    let shape: Shape | undefined;
    for (let first: Element | undefined; ; ) {
      this.space();
      if (this.text[this.at] === '[') this.fail('a list of lists');
      const item = (shape && this.#alike(name, shape)) ?? this.#value(name, depth + 1, true);
      into.push(item);
      if (this.#closes(']')) return;
      this.#comma();
      // Only a list of several items needs the shape of its first.
      if (!first) shape = this.#shapeOf(item, depth + 1);
      first ??= item;
    }
  }

  /** A whole list of cards, if it can stay in the text. */
  #cards(depth: number): Element | undefined {
    const cards = depth < this.#maxDepth ? readCards(this.text, this.at) : null;
    if (!cards || this.#elementsLeft < 3 * cards.length) return undefined;
    this.#elementsLeft -= 3 * cards.length;
    this.at += cards.json().length;
    return { name: 'cardList', text: '', children: NONE, isItem: true, cards };
  }

  /** The shape of a list's items where its first has one that {@link Reader.#alike} finds again. */
  #shapeOf({ children }: Element, depth: number): Shape | undefined {
    const [first, second] = children;
    if (children.length !== 2 || depth >= this.#maxDepth) return undefined;
    const [name, other] = [first!.name, second!.name];
    if (!WORD_NAME.test(name) || !WORD_NAME.test(other) || NOT_PLAIN.test(this.text)) {
      return undefined;
    }
    // Joined names are flat strings; a search for a chain of pieces would flatten it each time.
    return {
      name,
      other,
      opening: ['{"', name, '":"'].join(''),
      middle: ['","', other, '":"'].join(''),
    };
  }

  /**
   * The next item of a list of a shape, as a thousand cards have one. It is found by searches, in a
   * third of the time that reading each character takes. Undefined for any other item.
   */
  #alike(list: string, { name, other, opening, middle }: Shape): Element | undefined {
    const { text, at } = this;
    if (this.#elementsLeft < 3 || !text.startsWith(opening, at)) return undefined;
    const start = at + opening.length;
    const end = text.indexOf('"', start);
    if (end < 0 || !text.startsWith(middle, end)) return undefined;
    const from = end + middle.length;
    const to = text.indexOf('"', from);
    if (to < 0 || text[to + 1] !== '}') return undefined;
    this.at = to + 2;
    this.#elementsLeft -= 3;
    const children = [
      { name, text: text.slice(start, end), children: NONE },
      { name: other, text: text.slice(from, to), children: NONE },
    ];
    return { name: list, text: '', children, isItem: true };
  }

  #value(name: string, depth: number, isItem = false): Element {
    this.space();
    if (--this.#elementsLeft < 0) this.fail('more elements than a call of this length can mean');
    const c = this.text[this.at];
    if (c === undefined) this.fail('a value is expected');
    const isObject = c === '{';
    const text = isObject ? '' : this.#scalar(c);
    const children = isObject ? this.#object(depth) : NONE;
    return isItem ? { name, text, children, isItem } : { name, text, children };
  }

  #scalar(c: string): string {
    if (c === '"' || c === "'") return this.string('');
    if (c === '-' || (c >= '0' && c <= '9')) return this.number();
    return this.prefixed() ?? this.word();
  }

  #object(depth: number): readonly Element[] {
    this.#enter(depth);
    if (this.#closes('}')) return NONE;
    const members: Element[] = [];
    const names: string[] = [];
    let known: Set<string> | undefined;
    for (;;) {
      this.space();
      const start = this.at;
      const name = this.#key();
      // One set operation per name: if the set does not grow, the name is repeated.
      const before = known?.size;
      if (known ? known.add(name).size === before : names.includes(name)) {
        this.fail(`${isKnownName(name) ? name : 'a key'} is given twice in one object`, start);
      }
      if (!known && names.push(name) > FEW_NAMES) known = new Set(names);
      this.space();
      if (this.text[this.at] !== ':') this.fail('a colon is expected');
      this.at++;
      this.#member(name, depth + 1, members);
      if (this.#closes('}')) return members;
      this.#comma();
    }
  }

  #key(): string {
    const c = this.text[this.at];
    if (c === '"' || c === "'") return this.string('');
    // Python prints the keys of `{0: …, 2: …}` without quotes; for a list with gaps they are
    // integers.
    if (c !== undefined && c >= '0' && c <= '9') return this.number();
    return this.prefixed() ?? this.fail('a key is expected');
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) this.fail(`nested deeper than ${this.#maxDepth}`);
    this.at++;
  }

  #closes(bracket: string): boolean {
    this.space();
    if (this.text[this.at] !== bracket) return false;
    this.at++;
    return true;
  }

  #comma(): void {
    if (this.text[this.at] !== ',') this.fail('a comma or the end is expected');
    this.at++;
  }
}
