// A strict JSON reader: it has limits, creates objects without prototypes, and refuses a repeated
// key.
import { hexAt } from './hex.ts';
import { PositionError } from './position-error.ts';

/** A JSON value. Objects have no prototype, so that every key is an ordinary key. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonRecord;
export type JsonRecord = { [name: string]: JsonValue };

export interface JsonLimits {
  /** Maximum size of the document in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Maximum nesting depth of objects and arrays; the outermost value has depth 1. Default: 16. */
  readonly maxDepth?: number;
  /** `text` keeps numbers as they are written, for values that are names and not amounts. */
  readonly numbers?: 'value' | 'text';
}

export class JsonError extends PositionError {
  readonly code = 'ERR_JSON';
  override readonly name = 'JsonError';
}

/**
 * Reads RFC 8259, with or without a byte order mark before the document. The reader refuses a key
 * that occurs twice in one object, and a document that exceeds the limits.
 *
 * @throws {JsonError}
 */
export function parseJson(text: string, limits: JsonLimits): JsonValue {
  return new Reader(text, limits).document();
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The character that each escape of one character means. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #keepNumbers: boolean;
  #at = 0;

  constructor(text: string, limits: JsonLimits) {
    // A UTF-16 code unit takes at most three bytes, so that the bytes of most documents need no
    // counting.
    if (text.length * 3 > limits.maxBytes && Buffer.byteLength(text) > limits.maxBytes) {
      throw new JsonError(`document larger than ${limits.maxBytes} bytes`, text, text.length);
    }
    // RFC 8259, 8.1: a parser "MAY ignore the presence of a byte order mark"; editors on Windows write one.
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#maxDepth = limits.maxDepth ?? 16;
    this.#keepNumbers = limits.numbers === 'text';
  }

  document(): JsonValue {
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('content after the document');
    return value;
  }

  #value(depth: number): JsonValue {
    this.#space();
    const c = this.#text[this.#at];
    if (c === undefined) this.#fail('a value is expected');
    if (c === '{') return this.#object(depth);
    if (c === '[') return this.#array(depth);
    if (c === '"') return this.#string();
    if (c === '-' || (c >= '0' && c <= '9')) return this.#number();
    return this.#word();
  }

  #object(depth: number): JsonRecord {
    this.#enter(depth);
    const record: JsonRecord = Object.create(null);
    if (this.#closes('}')) return record;
    for (;;) {
      this.#space();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('a key is expected');
      const key = this.#string();
      if (Object.hasOwn(record, key)) this.#fail(`key ${key.slice(0, 40)} given twice`, start);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail('a colon is expected');
      this.#at++;
      record[key] = this.#value(depth + 1);
      if (this.#closes('}')) return record;
      this.#comma();
    }
  }

  #array(depth: number): JsonValue[] {
    this.#enter(depth);
    const values: JsonValue[] = [];
    if (this.#closes(']')) return values;
    for (;;) {
      values.push(this.#value(depth + 1));
      if (this.#closes(']')) return values;
      this.#comma();
    }
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) this.#fail(`nested deeper than ${this.#maxDepth}`);
    this.#at++;
  }

  #closes(bracket: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #comma(): void {
    if (this.#text[this.#at] !== ',') this.#fail('a comma or the end is expected');
    this.#at++;
  }

  /** The loop reads one character at a time, because one pattern match per piece is expensive if pieces are short. */
  #string(): string {
    const text = this.#text;
    const open = this.#at++;
    let value = '';
    for (;;) {
      const start = this.#at;
      let end = start;
      let code = text.charCodeAt(end);
      // Beyond the end of the text a character code is NaN, and the comparison fails.
      while (code >= 0x20 && code !== QUOTE && code !== BACKSLASH) code = text.charCodeAt(++end);
      this.#at = end;
      if (end > start) value += text.slice(start, end);
      if (code === BACKSLASH) {
        value += this.#escape();
        continue;
      }
      if (code !== QUOTE) {
        if (end >= text.length) this.#fail('the string is not closed', open);
        this.#fail('control character in a string');
      }
      this.#at++;
      return value;
    }
  }

  #escape(): string {
    const start = this.#at++;
    const c = this.#text[this.#at] ?? '';
    const single = ESCAPES.get(c);
    if (single !== undefined) {
      this.#at++;
      return single;
    }
    if (c !== 'u') this.#fail('escape that is not known', start);
    // A \u escape is one code unit. Characters outside the basic plane consist of two.
    const code = hexAt(this.#text, this.#at + 1, 4);
    if (code < 0) this.#fail('malformed escape', start);
    this.#at += 5;
    return String.fromCharCode(code);
  }

  #number(): number | string {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const found = NUMBER.exec(this.#text);
    if (!found) this.#fail('malformed number');
    this.#at = NUMBER.lastIndex;
    return this.#keepNumbers ? found[0] : Number(found[0]);
  }

  #word(): boolean | null {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0] ?? '';
    const value = WORDS.get(word);
    if (value === undefined) this.#fail('a value is expected');
    this.#at += word.length;
    return value;
  }

  #space(): void {
    // Most values have no white space before them.
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #fail(problem: string, at: number = this.#at): never {
    throw new JsonError(problem, this.#text, at);
  }
}
