// The literals of JSON and of Python: strings, numbers and words, read from where a reader of a document stands.
import { PositionError } from '../../protocol/codecs/position-error.ts';
import { decodeUtf8 } from '../../protocol/codecs/utf8.ts';

/** The text is no JSON of this kind; the message says what is wrong and where, without the text's own words. */
export class JsonTextError extends PositionError {
  override readonly name = 'JsonTextError';
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;
/** Up to the next quote, backslash or control character. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  '"': /[^"\\\u0000-\u001F]*/y,
  "'": /[^'\\\u0000-\u001F]*/y,
};
/** The words of JSON and of Python, as the texts that they mean; null is an empty element. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['null', ''],
  ['True', 'true'],
  ['False', 'false'],
  ['None', ''],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const HEX: Readonly<Record<string, RegExp>> = {
  u: /[0-9A-Fa-f]{4}/y,
  x: /[0-9A-Fa-f]{2}/y,
  U: /[0-9A-Fa-f]{8}/y,
};
const OCTAL = /[0-7]{1,3}/y;
const BYTES = /(?:\\x[0-9A-Fa-f]{2})+/y;

/** Reads one literal after the other; `at` is where it stands in the text. */
export class LiteralReader {
  protected readonly text: string;
  protected at = 0;
  /** Whether `\xNN` of an unprefixed string is a byte. */
  readonly #plainIsBytes: boolean;
  /** Whether a `u'…'` or a `1L` was read. */
  isPython2 = false;
  /** Whether an unprefixed string had a `\xNN` above ASCII. */
  hasByteEscapes = false;

  constructor(text: string, plainIsBytes: boolean) {
    this.text = text;
    this.#plainIsBytes = plainIsBytes;
  }

  /** `u'…'` and `b'…'` as Python writes them; undefined where nothing of the kind begins here. */
  protected prefixed(): string | undefined {
    const prefix = this.text[this.at];
    const quote = this.text[this.at + 1];
    if ((prefix !== 'u' && prefix !== 'b') || (quote !== '"' && quote !== "'")) return undefined;
    if (prefix === 'u') this.isPython2 = true;
    this.at++;
    return this.string(prefix);
  }

  protected string(prefix: '' | 'u' | 'b'): string {
    const isBytes = prefix === 'b' || (prefix === '' && this.#plainIsBytes);
    const open = this.at;
    const quote = this.text[this.at++]!;
    const plain = PLAIN[quote]!;
    let value = '';
    for (;;) {
      plain.lastIndex = this.at;
      value += plain.exec(this.text)![0];
      this.at = plain.lastIndex;
      const c = this.text[this.at];
      if (c === undefined) this.fail('the string is not closed', open);
      if (c === quote) {
        this.at++;
        return value;
      }
      if (c !== '\\') this.fail('control character in a string');
      value += isBytes && this.text[this.at + 1] === 'x' ? this.#bytes() : this.#escape(prefix);
    }
  }

  /** A run of `\xNN`: bytes of UTF-8. */
  #bytes(): string {
    const start = this.at;
    const run = this.#take(BYTES, start);
    const text = decodeUtf8(Buffer.from(run.replaceAll('\\x', ''), 'hex'));
    return text ?? this.fail('bytes that are not UTF-8', start);
  }

  #escape(prefix: string): string {
    const start = this.at++;
    const c = this.text[this.at] ?? '';
    const single = ESCAPES.get(c);
    if (single !== undefined) {
      this.at++;
      return single;
    }
    if (c === 'u' || c === 'x' || c === 'U') {
      this.at++;
      const code = Number.parseInt(this.#take(HEX[c]!, start), 16);
      if (code > 0x10ffff) this.fail('escape of no character', start);
      if (c === 'x' && code > 0x7f && prefix === '') this.hasByteEscapes = true;
      // A \u escape is a code unit: two of them make up one character outside of the basic plane.
      return c === 'u' ? String.fromCharCode(code) : String.fromCodePoint(code);
    }
    if (c >= '0' && c <= '7') {
      return String.fromCharCode(Number.parseInt(this.#take(OCTAL, start), 8));
    }
    return this.fail('escape that is not known', start);
  }

  #take(pattern: RegExp, start: number): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) this.fail('malformed escape', start);
    this.at = pattern.lastIndex;
    return found[0];
  }

  protected number(): string {
    NUMBER.lastIndex = this.at;
    const digits = NUMBER.exec(this.text)?.[0] ?? this.fail('malformed number');
    this.at = NUMBER.lastIndex;
    if (this.text[this.at] === 'L' && /^-?\d+$/.test(digits)) {
      this.isPython2 = true;
      this.at++;
    }
    return digits;
  }

  protected word(): string {
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0] ?? '';
    const value = WORDS.get(word) ?? this.fail('a value is expected');
    this.at += word.length;
    return value;
  }

  protected space(): void {
    // Most values have no blank before them.
    if (this.text.charCodeAt(this.at) > 0x20) return;
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  protected fail(problem: string, at: number = this.at): never {
    throw new JsonTextError(problem, this.text, at);
  }
}
