// Cuts an import file into its items while it streams, so that a file of millions needs little
// memory.

/** One element of a section, or one line of NDJSON. `text` is JSON that is not parsed yet. */
export interface ImportItem {
  /** The item's first line, counted from 1. */
  readonly line: number;
  /** Null in NDJSON, where each item names its platform. */
  readonly place: { readonly platform: string; readonly section: string } | null;
  readonly text: string;
  /** The item as the file contains it, if `text` was derived from it. */
  readonly raw?: string;
  /** Why the item cannot be read, whatever its text. */
  readonly fault?: string;
}

/** The file as a whole has neither format. An item that is not valid JSON is reported later. */
export class ImportSyntaxError extends Error {
  readonly code = 'ERR_IMPORT_SYNTAX';
  override readonly name = 'ImportSyntaxError';

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
  }
}

/** Maximum length of an NDJSON line and of an item, far above the length of any order. */
const MAX_ITEM = 4 * 1024 * 1024;
/** The part of a longer line that is kept. */
const CUT_SHOWN = 1000;

export interface ItemOptions {
  /** The file's format. If absent, the first line that is not blank decides. */
  readonly format?: 'sections' | 'lines';
  /**
   * Converts the text that was read into the text that is meant, for keys and for quotes in
   * messages.
   */
  readonly decode?: (text: string) => string;
  /** Reports a platform without sections and a section without items, whose names may be wrong. */
  onEmpty?(line: number, platform: string, section: string | null): void;
}

/**
 * Reads `{"platform": {"section": [item, …]}}`, or NDJSON with one item per line, an object with a
 * `platform`.
 *
 * @throws {ImportSyntaxError}
 */
export async function* readImportItems(
  chunks: AsyncIterable<string>,
  options: ItemOptions = {},
): AsyncGenerator<ImportItem> {
  let head = '';
  let reader = options.format && makeReader(options.format, options);
  for await (const chunk of chunks) {
    if (reader) {
      yield* reader.feed(chunk);
      continue;
    }
    head = (head + chunk).replace(/^\uFEFF/, '');
    const begun = head.trimStart();
    if (!begun.includes('\n') && begun.length < MAX_ITEM) continue;
    reader = makeReader(formatOf(begun), options);
    yield* reader.feed(head);
  }
  if (!reader) {
    reader = makeReader(formatOf(head.trimStart()), options);
    yield* reader.feed(head);
  }
  yield* reader.end();
}

const formatOf = (begun: string) => (isNdjsonLine(begun.split('\n', 1)[0]!) ? 'lines' : 'sections');

/** Whether a line is an NDJSON item: an object with a `platform`. */
export function isNdjsonLine(line: string): boolean {
  if (!line.includes('"platform"')) return false; // This test is cheaper than parsing each line of a large file.
  try {
    return typeof JSON.parse(line)?.platform === 'string';
  } catch {
    return false; // The line is not a complete value, but the beginning of a larger one.
  }
}

const makeReader = (format: 'sections' | 'lines', options: ItemOptions) =>
  format === 'lines' ? new LineReader() : new SectionReader(options);

class LineReader {
  #rest = '';
  #line = 1;
  /** The beginning of a line that is too long; the rest of the line is skipped. */
  #cut: string | null = null;

  *feed(text: string): Generator<ImportItem> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) yield* this.#item(line);
    if (this.#rest.length <= MAX_ITEM) return;
    this.#cut ??= this.#rest.slice(0, CUT_SHOWN);
    this.#rest = '';
  }

  end(): ImportItem[] {
    return this.#item(this.#rest);
  }

  #item(text: string): ImportItem[] {
    const line = this.#line++;
    const cut = this.#cut ?? (text.length > MAX_ITEM ? text.slice(0, CUT_SHOWN) : null);
    this.#cut = null;
    if (cut !== null) return [{ line, place: null, text: cut, fault: 'the line is too long' }];
    return text.trim() === '' ? [] : [{ line, place: null, text }];
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
/** The items of {platform: {section: [ are three levels deep, separated by commas. */
const ITEM_DEPTH = 3;

class SectionReader {
  readonly #decode: (text: string) => string;
  readonly #onEmpty: NonNullable<ItemOptions['onEmpty']>;
  /**
   * Names so far. A repeated name is an error, because other readers would ignore the first one's
   * content.
   */
  #platforms = new Set<string>();
  #sections = new Set<string>();
  #buffer = '';
  /** The start of the unused text. All text before `#at` has been scanned. */
  #start = 0;
  #at = 0;
  #line = 1;
  #startLine = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #platform = '';
  #section = '';
  /** What may follow outside of items. */
  #next: 'first' | 'key' | 'value' | 'separator' = 'value';
  #items: ImportItem[] = [];

  constructor({ decode = (text) => text, onEmpty = () => {} }: ItemOptions) {
    this.#decode = decode;
    this.#onEmpty = onEmpty;
  }

  *feed(text: string): Generator<ImportItem> {
    this.#buffer = this.#buffer.slice(this.#start) + text;
    this.#at -= this.#start;
    this.#start = 0;
    for (; this.#at < this.#buffer.length; this.#at++) {
      this.#step();
      if (this.#items.length > 0) yield this.#items.pop()!;
    }
    if (this.#buffer.length - this.#start > MAX_ITEM) this.#fail('the item is too long');
  }

  end(): ImportItem[] {
    if (this.#depth !== 0 || this.#next !== 'separator') this.#fail('the file ends too early');
    return [];
  }

  #step(): void {
    const code = this.#buffer.charCodeAt(this.#at);
    if (code === NEWLINE) this.#line++;
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === BACKSLASH) this.#escaped = true;
      else if (code === QUOTE) this.#inString = false;
    } else if (this.#depth === 0 && !OPEN.has(code) && !CLOSE.has(code) && !isSpace(code)) {
      this.#fail('the file has to be one JSON object');
    } else if (code === QUOTE) this.#inString = true;
    else if (OPEN.has(code)) this.#open(code);
    else if (CLOSE.has(code)) this.#close(code);
    else if (this.#depth === ITEM_DEPTH && code === COMMA) this.#cut(true);
    else if (this.#depth < ITEM_DEPTH && code === COLON) this.#key();
    else if (this.#depth < ITEM_DEPTH && code === COMMA) this.#comma();
  }

  #open(code: number): void {
    this.#depth++;
    if (this.#depth > ITEM_DEPTH) return;
    const wanted = this.#depth === ITEM_DEPTH ? '[' : '{';
    if (String.fromCharCode(code) !== wanted || this.#next !== 'value') this.#fail(SHAPE);
    this.#nothingBefore();
    this.#next = 'first';
    this.#skip();
  }

  #close(code: number): void {
    if (this.#depth === 0) this.#fail('a bracket too many');
    if (this.#depth > ITEM_DEPTH) {
      this.#depth--;
      return;
    }
    const wanted = this.#depth === ITEM_DEPTH ? ']' : '}';
    if (String.fromCharCode(code) !== wanted) this.#fail(`${wanted} is expected`);
    if (this.#depth === ITEM_DEPTH) this.#cut(false);
    else {
      if (this.#next !== 'first' && this.#next !== 'separator') this.#fail(SHAPE);
      this.#nothingBefore();
      if (this.#depth === 2 && this.#next === 'first') {
        this.#onEmpty(this.#line, this.#platform, null);
      }
    }
    this.#depth--;
    this.#next = 'separator';
    this.#skip();
  }

  #comma(): void {
    if (this.#next !== 'separator' || this.#depth === 0) this.#fail(SHAPE);
    this.#nothingBefore();
    this.#next = 'key';
    this.#skip();
  }

  #nothingBefore(): void {
    if (this.#buffer.slice(this.#start, this.#at).trim() !== '') this.#fail(SHAPE);
  }

  #key(): void {
    const text = this.#decode(this.#buffer.slice(this.#start, this.#at).trim());
    let key: unknown;
    try {
      key = JSON.parse(text);
    } catch {
      this.#fail(`${text.slice(0, 40)} is not a key`);
    }
    if (typeof key !== 'string' || (this.#next !== 'first' && this.#next !== 'key'))
      this.#fail(`${text.slice(0, 40)} is not a key`);
    const seen = this.#depth === 1 ? this.#platforms : this.#sections;
    if (seen.has(key)) this.#fail(`${key.slice(0, 40)}: this key is given twice`);
    seen.add(key);
    if (this.#depth === 1) {
      this.#platform = key;
      this.#sections.clear();
    } else this.#section = key;
    this.#next = 'value';
    this.#skip();
  }

  #cut(more: boolean): void {
    const raw = this.#buffer.slice(this.#start, this.#at);
    const text = raw.trim();
    const blankLines = raw.slice(0, raw.length - raw.trimStart().length).split('\n').length - 1;
    const line = this.#startLine + blankLines;
    const place = { platform: this.#platform, section: this.#section };
    if (text !== '') this.#items.push({ line, place, text });
    else if (more || this.#next !== 'first') this.#fail('an item is missing');
    else this.#onEmpty(this.#line, this.#platform, this.#section);
    this.#next = 'key';
    this.#skip();
  }

  #skip(): void {
    this.#start = this.#at + 1;
    this.#startLine = this.#line;
  }

  #fail(problem: string): never {
    throw new ImportSyntaxError(this.#line, problem);
  }
}

const SHAPE =
  'the file has to be {"platform": {"section": [item, …]}}, or NDJSON with a platform in each line';

const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff;
