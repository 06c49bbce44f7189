// Reads an import file as rows, twice if needed; recognises its format and decodes its text.

import { type CsvOptions, readCsvItems } from './csv.ts';
import { byteText, decodeRow, type Encoding } from './encoding.ts';
import { isNdjsonLine, readImportItems } from './items.ts';

/** One row: an element of a section, a line of NDJSON, or a record of CSV. */
export interface ImportRow {
  /** The row's first line, counted from 1. */
  readonly line: number;
  /** Null in NDJSON, where each row names its platform. */
  readonly place: { readonly platform: string; readonly section: string | null } | null;
  /** JSON that is not parsed yet; null for an empty platform or section. */
  readonly text: string | null;
  /** Why the row cannot be read, whatever its text. */
  readonly fault?: string | undefined;
  /** The part of the row that is not valid text in the file's encoding. */
  readonly notText?: string | undefined;
  /** The row as the file contains it, if `text` was derived from it; byte text. */
  readonly raw?: string | undefined;
}

/** Each call reads the file from its beginning. */
export type ImportRows = () => AsyncIterable<ImportRow>;

export interface ImportFileOptions {
  readonly encoding: Encoding;
  /** The file's name; its ending identifies NDJSON. */
  readonly name?: string;
  /** Present if the file is CSV. */
  readonly csv?: Omit<CsvOptions, 'decode'> | undefined;
}

/**
 * @param open returns the bytes of the file from the beginning, at each call
 * @throws {ImportSyntaxError} while the rows are read, if the file as a whole has no known format
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
  // Without a text, the import writes down the bytes, so that a person can correct them.
  return { ...item, text, ...(problem !== null && { notText: problem, raw: item.raw ?? raw }) };
}

/** The search for a line of NDJSON ends after so many bytes. */
const LOOKED_THROUGH = 64 * 1024 * 1024;

/**
 * Whether any line, not only the first, is an NDJSON item, so that broken lines before it affect
 * only themselves.
 */
async function hasNdjsonLine(chunks: AsyncIterable<string>): Promise<boolean> {
  let rest = '';
  let seen = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (lines.some(isNdjsonLine)) return true;
    seen += chunk.length;
    // A line without an end is not collected, because such a long line is not a row.
    if (seen > LOOKED_THROUGH || rest.length > LOOKED_THROUGH / 8) return false;
  }
  return isNdjsonLine(rest);
}
