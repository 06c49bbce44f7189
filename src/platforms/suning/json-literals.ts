// The literals of JSON and of Python: strings, numbers and words, read from where a reader of a document stands.
import { hexAt } from '../../protocol/codecs/hex.ts';
import { PositionError } from '../../protocol/codecs/position-error.ts';

/** The text is no JSON of this kind; the message says what is wrong and where, without the text's own words. */
export class JsonTextError extends PositionError {
  override readonly name = 'JsonTextError';
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;

/** The words of JSON and of Python, as the texts that they mean; null is an empty element. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['null', ''],
  ['True', 'true'],
  ['False', 'false'],
  ['None', ''],
]);

const ZERO = 0x30;
const NINE = 0x39;
/** The characters that directly follow most numbers, including keys. */
const AFTER_NUMBER: ReadonlySet<string | undefined> = new Set([',', ':', ']', '}']);

const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
/** The character that each escape of one character means, by the code of that character. */
const ESCAPES: readonly (string | undefined)[] = (() => {
  const written = `"'\\/abfnrtv`;
  const meant = `"'\\/\u0007\b\f\n\r\t\v`;
  const byCode: (string | undefined)[] = Array(128).fill(undefined);
  for (let i = 0; i < written.length; i++) byCode[written.charCodeAt(i)] = meant[i];
  return byCode;
})();
/** The number of digits in each escape of a code. */
const HEX_DIGITS: Readonly<Record<'u' | 'x' | 'U', number>> = { u: 4, x: 2, U: 8 };
const OCTAL = /[0-7]{1,3}/y;

/** The smallest code that needs one, two or three bytes after its first byte. */
const LEAST_CODE: readonly number[] = [0, 0x80, 0x800, 0x10000];

/** The byte that the escape `\xNN` at index `at` means; -1 if there is no such escape. */
const byteAt = (text: string, at: number): number =>
  text.charCodeAt(at) === BACKSLASH && text.charCodeAt(at + 1) === LOWER_X
    ? hexAt(text, at + 2, 2)
    : -1;

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

  /** The loop reads one character at a time, because one pattern match per piece is expensive if pieces are short. */
  protected string(prefix: '' | 'u' | 'b'): string {
    const { text } = this;
    const isBytes = prefix === 'b' || (prefix === '' && this.#plainIsBytes);
    const open = this.at;
    const quote = text.charCodeAt(this.at++);
    let value = '';
    for (;;) {
      const start = this.at;
      let end = start;
      let code = text.charCodeAt(end);
      // Beyond the end of the text a character code is NaN, and the comparison fails.
      while (code >= 0x20 && code !== quote && code !== BACKSLASH) code = text.charCodeAt(++end);
      this.at = end;
      if (end > start) value += text.slice(start, end);
      if (code === BACKSLASH) {
        const isByte = isBytes && text.charCodeAt(end + 1) === LOWER_X;
        value += isByte ? this.#bytes() : this.#escape(prefix);
        continue;
      }
      if (code !== quote) {
        if (end >= text.length) this.fail('the string is not closed', open);
        this.fail('control character in a string');
      }
      this.at++;
      return value;
    }
  }

  /**
   * Reads a run of `\xNN`, which are bytes of UTF-8. A call of a decoder has a fixed cost, and a run may be a
   * single character, so this method decodes the bytes itself.
   */
  #bytes(): string {
    const { text } = this;
    const start = this.at;
    let decoded = '';
    let lead = byteAt(text, start);
    if (lead < 0) this.fail('malformed escape', start);
    for (; lead >= 0; lead = byteAt(text, this.at)) {
      this.at += 4;
      decoded += lead < 0x80 ? String.fromCharCode(lead) : this.#beyondAscii(lead, start);
    }
    return decoded;
  }

  /** The character that `lead` and the bytes after `lead` encode (RFC 3629, section 3). */
  #beyondAscii(lead: number, run: number): string {
    const following = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    let code = lead & (0x3f >> following);
    for (let i = 0; i < following; i++) {
      const byte = byteAt(this.text, this.at);
      if (byte < 0x80 || byte > 0xbf) this.fail('bytes that are not UTF-8', run);
      code = (code << 6) | (byte & 0x3f);
      this.at += 4;
    }
    const isLead = lead >= 0xc2 && lead <= 0xf4;
    const isHalfOfPair = code >= 0xd800 && code <= 0xdfff;
    if (!isLead || isHalfOfPair || code < LEAST_CODE[following]! || code > 0x10ffff) {
      this.fail('bytes that are not UTF-8', run);
    }
    return String.fromCodePoint(code);
  }

  #escape(prefix: string): string {
    const start = this.at++;
    const single = ESCAPES[this.text.charCodeAt(this.at)];
    if (single !== undefined) {
      this.at++;
      return single;
    }
    const c = this.text[this.at] ?? '';
    if (c === 'u' || c === 'x' || c === 'U') {
      this.at++;
      const code = hexAt(this.text, this.at, HEX_DIGITS[c]);
      if (code < 0) this.fail('malformed escape', start);
      this.at += HEX_DIGITS[c];
      if (code > 0x10ffff) this.fail('escape of no character', start);
      if (c === 'x' && code > 0x7f && prefix === '') this.hasByteEscapes = true;
      // A \u escape is a code unit: two of them make up one character outside of the basic plane.
      return c === 'u' ? String.fromCharCode(code) : String.fromCodePoint(code);
    }
    if (c >= '0' && c <= '7') {
      OCTAL.lastIndex = this.at;
      const digits = OCTAL.exec(this.text)![0];
      this.at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 8));
    }
    return this.fail('escape that is not known', start);
  }

  protected number(): string {
    const { text, at } = this;
    // Most numbers consist of digits only. A loop reads them faster than a pattern does.
    if (text.charCodeAt(at) !== ZERO) {
      let end = at;
      for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; ) {
        code = text.charCodeAt(++end);
      }
      if (end > at && AFTER_NUMBER.has(text[end])) {
        this.at = end;
        return text.slice(at, end);
      }
    }
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
