// Cuts an import file into its items as it streams by, so that a file of millions needs no memory.

/** One element of a section, or one line of NDJSON; `text` is JSON that has not been parsed yet. */
export interface ImportItem {
  /** The line it begins on, from 1. */
  readonly line: number;
  /** Null in NDJSON, where the item names its platform itself. */
  readonly place: { readonly platform: string; readonly section: string } | null;
  readonly text: string;
  /** As the file holds it, where `text` was made of it. */
  readonly raw?: string;
  /** Why it cannot be read at all, whatever its text is. */
  readonly fault?: string;
}

/** The file as a whole is not of either shape; an item that is not valid JSON is found later. */
export class ImportSyntaxError extends Error {
  readonly code = 'ERR_IMPORT_SYNTAX';
  override readonly name = 'ImportSyntaxError';

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
  }
}

/** An NDJSON line, and an item, may be this long; nothing that is an order comes near it. */
const MAX_ITEM = 4 * 1024 * 1024;
/** What is kept of a line that is longer. */
const CUT_SHOWN = 1000;

export interface ItemOptions {
  /** What the file is; where it is absent, the first line that is not blank tells. */
  readonly format?: 'sections' | 'lines';
  /** From the text that is read to the text that is meant, for keys and what messages quote. */
  readonly decode?: (text: string) => string;
  /** Told of a platform without sections and of a section without items: their names may be wrong. */
  onEmpty?(line: number, platform: string, section: string | null): void;
}

/**
 * Reads `{"platform": {"section": [item, …]}}`, or NDJSON with one item a line, which is an object
 * with a `platform`.
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

/** Whether a line is an item of NDJSON by itself: an object with a `platform`. */
export function isNdjsonLine(line: string): boolean {
  if (!line.includes('"platform"')) return false; // Cheaper than to parse each line of a large file.
  try {
    return typeof JSON.parse(line)?.platform === 'string';
  } catch {
    return false; // Not one whole value: the beginning of a larger one.
  }
}

const makeReader = (format: 'sections' | 'lines', options: ItemOptions) =>
  format === 'lines' ? new LineReader() : new SectionReader(options);

class LineReader {
  #rest = '';
  #line = 1;
  /** The beginning of a line that is too long, whose rest is passed over. */
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
/** {platform: {section: [ is three deep; what is between commas there is an item. */
const ITEM_DEPTH = 3;

class SectionReader {
  readonly #decode: (text: string) => string;
  readonly #onEmpty: NonNullable<ItemOptions['onEmpty']>;
  /** Names seen so far: one given twice would hide what the first holds from every other reader. */
  #platforms = new Set<string>();
  #sections = new Set<string>();
  #buffer = '';
  /** Where the text that is not yet used begins; everything before `#at` has been looked at. */
  #start = 0;
  #at = 0;
  #line = 1;
  #startLine = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #platform = '';
  #section = '';
  /** What may come next, outside of items. */
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
