// Cuts an import file into its items as it streams by, so that a file of millions needs no memory.

/** One element of a section, or one line of NDJSON; `text` is JSON that has not been parsed yet. */
export interface ImportItem {
  /** The line it begins on, from 1. */
  readonly line: number;
  /** Null in NDJSON, where the item names its platform itself. */
  readonly place: { readonly platform: string; readonly section: string } | null;
  readonly text: string;
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

/**
 * Reads `{"platform": {"section": [item, …]}}`, or NDJSON with one order a line. Which of the two
 * shows in the first line: an NDJSON line is an object with a `platform`.
 *
 * @throws {ImportSyntaxError}
 */
export async function* readImportItems(chunks: AsyncIterable<string>): AsyncGenerator<ImportItem> {
  let head = '';
  let reader: { feed(text: string): ImportItem[]; end(): ImportItem[] } | undefined;
  for await (const chunk of chunks) {
    if (reader) {
      yield* reader.feed(chunk);
      continue;
    }
    head += chunk;
    const begun = head.trimStart();
    if (!begun.includes('\n') && begun.length < MAX_ITEM) continue;
    reader = chooseReader(begun);
    yield* reader.feed(head);
  }
  if (!reader) {
    reader = chooseReader(head.trimStart());
    yield* reader.feed(head);
  }
  yield* reader.end();
}

function chooseReader(begun: string): LineReader | SectionReader {
  try {
    const first = JSON.parse(begun.split('\n', 1)[0]!);
    if (typeof first?.platform === 'string') return new LineReader();
  } catch {
    // Not one whole value: the beginning of a larger one.
  }
  return new SectionReader();
}

class LineReader {
  #rest = '';
  #line = 1;

  feed(text: string): ImportItem[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > MAX_ITEM)
      throw new ImportSyntaxError(this.#line, 'the line is too long');
    return lines.flatMap((line) => this.#item(line));
  }

  end(): ImportItem[] {
    return this.#item(this.#rest);
  }

  #item(text: string): ImportItem[] {
    const line = this.#line++;
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
  #ended = false;

  feed(text: string): ImportItem[] {
    this.#buffer = this.#buffer.slice(this.#start) + text;
    this.#at -= this.#start;
    this.#start = 0;
    const items: ImportItem[] = [];
    for (; this.#at < this.#buffer.length; this.#at++) this.#step(items);
    if (this.#buffer.length - this.#start > MAX_ITEM) this.#fail('the item is too long');
    return items;
  }

  end(): ImportItem[] {
    if (this.#depth !== 0 || !this.#ended) this.#fail('the file ends too early');
    return [];
  }

  #step(items: ImportItem[]): void {
    const code = this.#buffer.charCodeAt(this.#at);
    if (code === NEWLINE) this.#line++;
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === BACKSLASH) this.#escaped = true;
      else if (code === QUOTE) this.#inString = false;
    } else if (code === QUOTE) this.#inString = true;
    else if (OPEN.has(code)) this.#open(code);
    else if (CLOSE.has(code)) this.#close(items);
    else if (this.#depth === ITEM_DEPTH && code === COMMA) this.#cut(items);
    else if (this.#depth < ITEM_DEPTH && code === COLON) this.#key();
    else if (this.#depth < ITEM_DEPTH && code === COMMA) this.#skip();
    else if (this.#depth === 0 && !isSpace(code)) this.#fail('the file has to be one JSON object');
  }

  #open(code: number): void {
    this.#depth++;
    if (this.#depth > ITEM_DEPTH) return;
    const wanted = this.#depth === ITEM_DEPTH ? '[' : '{';
    if (String.fromCharCode(code) !== wanted || this.#ended) {
      this.#fail(
        'the file has to be {"platform": {"section": [item, …]}}, or NDJSON with a platform in each line',
      );
    }
    this.#skip();
  }

  #close(items: ImportItem[]): void {
    if (this.#depth === ITEM_DEPTH) this.#cut(items);
    this.#depth--;
    if (this.#depth < ITEM_DEPTH) this.#skip();
    if (this.#depth === 0) this.#ended = true;
    if (this.#depth < 0) this.#fail('a bracket too many');
  }

  #key(): void {
    const text = this.#buffer.slice(this.#start, this.#at).trim();
    let key: unknown;
    try {
      key = JSON.parse(text);
    } catch {
      this.#fail(`${text.slice(0, 40)} is not a key`);
    }
    if (this.#depth === 1) this.#platform = String(key);
    else this.#section = String(key);
    this.#skip();
  }

  #cut(items: ImportItem[]): void {
    const raw = this.#buffer.slice(this.#start, this.#at);
    const text = raw.trim();
    const blankLines = raw.slice(0, raw.length - raw.trimStart().length).split('\n').length - 1;
    const line = this.#startLine + blankLines;
    const place = { platform: this.#platform, section: this.#section };
    if (text !== '') items.push({ line, place, text });
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

const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff;
