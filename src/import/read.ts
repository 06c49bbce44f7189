// An import file as a list of rows that can be read twice: which of the shapes it has, and its text.

import { type CsvOptions, readCsvItems } from './csv.ts';
import { byteText, decodeRow, type Encoding } from './encoding.ts';
import { isNdjsonLine, readImportItems } from './items.ts';

/** One row: an element of a section, a line of NDJSON, or a record of CSV. */
export interface ImportRow {
  /** The line that it begins on, from 1. */
  readonly line: number;
  /** Null in NDJSON, where the row names its platform itself. */
  readonly place: { readonly platform: string; readonly section: string | null } | null;
  /** JSON that has not been parsed yet; null for a platform or section that holds nothing. */
  readonly text: string | null;
  /** Why it cannot be read, whatever its text is. */
  readonly fault?: string | undefined;
  /** What of its text is no text in the file's encoding. */
  readonly notText?: string | undefined;
  /** As the file holds it, where `text` was made of it; byte text. */
  readonly raw?: string | undefined;
}

/** Each call reads the file from its beginning. */
export type ImportRows = () => AsyncIterable<ImportRow>;

export interface ImportFileOptions {
  readonly encoding: Encoding;
  /** By its ending a name tells NDJSON. */
  readonly name?: string;
  /** Present: the file is CSV. */
  readonly csv?: Omit<CsvOptions, 'decode'> | undefined;
}

/**
 * @param open gives the bytes of the file from the beginning, at each call
 * @throws {ImportSyntaxError} when the rows are read, where the file as a whole has no shape of ours
 */
export async function readImportFile(
  open: () => AsyncIterable<Buffer>,
  { encoding, name = '', csv }: ImportFileOptions,
): Promise<ImportRows> {
  const decode = (raw: string): string => decodeRow(raw, encoding).text;
  const text = () => byteText(open(), encoding);
  if (csv) {
    return async function* () {
      const judge = (raw: string) => decodeRow(raw, encoding);
      for await (const item of readCsvItems(text(), { ...csv, decode: judge }))
        yield toRow(item, encoding);
    };
  }
  const format =
    /\.(ndjson|jsonl)$/i.test(name) || (await hasNdjsonLine(text())) ? 'lines' : 'sections';
  return async function* () {
    const empty: ImportRow[] = [];
    const onEmpty = (line: number, platform: string, section: string | null): void => {
      empty.push({ line, place: { platform, section }, text: null });
    };
    for await (const item of readImportItems(text(), { format, decode, onEmpty })) {
      yield* empty.splice(0);
      yield toRow(item, encoding);
    }
    yield* empty;
  };
}

function toRow(
  {
    text: raw,
    ...item
  }: {
    readonly line: number;
    readonly place: ImportRow['place'];
    readonly text: string;
    readonly raw?: string;
    readonly fault?: string;
  },
  encoding: Encoding,
): ImportRow {
  const { text, problem } = decodeRow(raw, encoding);
  // Without its text, the bytes are what can be written down, to be mended.
  return { ...item, text, ...(problem !== null && { notText: problem, raw: item.raw ?? raw }) };
}

/** Bytes that are looked through for a line of NDJSON; a file whose lines all broke before is no file of rows. */
const LOOKED_THROUGH = 64 * 1024 * 1024;

/** Whether a line, not only the first, is an item by itself: broken lines before it spoil themselves only. */
async function hasNdjsonLine(chunks: AsyncIterable<string>): Promise<boolean> {
  let rest = '';
  let seen = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (lines.some(isNdjsonLine)) return true;
    seen += chunk.length;
    // A line that does not end is not collected: what is long is no row.
    if (seen > LOOKED_THROUGH || rest.length > LOOKED_THROUGH / 8) return false;
  }
  return isNdjsonLine(rest);
}
