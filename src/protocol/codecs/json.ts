// A strict JSON reader: it has limits, creates objects without prototypes, and refuses a repeated
// key.
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
/** Matches up to the next quote, backslash or control character. */
const PLAIN = /[^"\\\u0000-\u001F]*/y;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const HEX = /[0-9A-Fa-f]{4}/y;

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

  #string(): string {
    const open = this.#at++;
    let value = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      value += PLAIN.exec(this.#text)![0];
      this.#at = PLAIN.lastIndex;
      const c = this.#text[this.#at];
      if (c === undefined) this.#fail('the string is not closed', open);
      if (c === '"') {
        this.#at++;
        return value;
      }
      if (c !== '\\') this.#fail('control character in a string');
      value += this.#escape();
    }
  }

  #escape(): string {
    const start = this.#at++;
    const c = this.#text[this.#at] ?? '';
    if (Object.hasOwn(ESCAPES, c)) {
      this.#at++;
      return ESCAPES[c]!;
    }
    if (c === 'u') {
      this.#at++;
      // A \u escape is one code unit. Characters outside the basic plane consist of two.
      return String.fromCharCode(Number.parseInt(this.#take(HEX, start), 16));
    }
    return this.#fail('escape that is not known', start);
  }

  #take(pattern: RegExp, start: number): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) this.#fail('malformed escape', start);
    this.#at = pattern.lastIndex;
    return found[0];
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
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #fail(problem: string, at: number = this.#at): never {
    throw new JsonError(problem, this.#text, at);
  }
}
