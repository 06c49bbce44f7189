// Reads CSV as rows of an import: each record becomes the JSON object that an import file would
// contain.
import type { Json } from '../core/order.ts';
import type { DecodedRow } from './encoding.ts';
import { type ImportItem, ImportSyntaxError } from './items.ts';

/** Fields of the platform's section. Each comes from a column, or has one value for all rows. */
export type CsvMap = Readonly<Record<string, { column: string } | { value: Json }>>;

export interface CsvOptions {
  readonly platform: string;
  readonly section: string;
  /** Absent: each column's heading is the field's name. */
  readonly map?: CsvMap | undefined;
  readonly decode: (raw: string) => DecodedRow;
  /** Receives the line with the headings unchanged, as byte text. */
  onHeadings?(line: string): void;
}

interface CsvRecord {
  readonly record: string[];
  /** The line on which the record ends. */
  readonly info: { readonly lines: number };
  readonly raw: string;
}

/** Maximum length of a record, equal to that of a JSON item. */
const MAX_RECORD = 4 * 1024 * 1024;

/**
 * Reads byte text. An empty cell means an absent field. The first record contains the headings.
 *
 * @throws {ImportSyntaxError} if the file is not CSV, or lacks a column that the map names
 */
export async function* readCsvItems(
  chunks: AsyncIterable<string>,
  { platform, section, map, decode, onHeadings }: CsvOptions,
): AsyncGenerator<ImportItem> {
  const place = { platform, section };
  let fields: Fields | undefined;
  for await (const { record, info, raw: around } of records(chunks)) {
    // The library reports the record's last line, and leaves line ends around the record's text.
    const raw = around.replace(/^[\r\n]+|[\r\n]+$/g, '');
    const line = info.lines - (raw.split('\n').length - 1);
    if (!fields) {
      onHeadings?.(raw);
      fields = readHeadings(
        record.map((cell, i) => readHeading(decode(cell), i, line)),
        map,
      );
      continue;
    }
    const { width } = fields;
    const fault =
      record.length === width
        ? undefined
        : `has ${record.length} cells, and the headings are ${width}`;
    const text = JSON.stringify(toObject(fields.cells, record));
    yield { line, place, text, raw, ...(fault && { fault }) };
  }
  if (!fields)
    throw new ImportSyntaxError(
      1,
      'the file has no headings: its first line has to name the columns',
    );
}

interface Fields {
  readonly width: number;
  /** The source of each field's text. */
  readonly cells: readonly (readonly [field: string, from: number | { value: Json }])[];
}

/** A heading in another encoding cannot match a field, or a column of the map. */
function readHeading({ text, problem }: DecodedRow, index: number, line: number): string {
  if (problem === null) return text;
  throw new ImportSyntaxError(line, `the heading of column ${index + 1} ${problem}`);
}

function readHeadings(headings: readonly string[], map: CsvMap | undefined): Fields {
  const names = headings.map((heading) => heading.trim());
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice !== undefined) throw new ImportSyntaxError(1, `two columns are called "${twice}"`);
  const width = names.length;
  if (!map) {
    return { width, cells: names.flatMap((name, i) => (name === '' ? [] : [[name, i] as const])) };
  }
  const cells = Object.entries(map).map(([field, from]) => {
    if ('value' in from) return [field, from] as const;
    const column = names.indexOf(from.column);
    if (column >= 0) return [field, column] as const;
    throw new ImportSyntaxError(
      1,
      `--map takes ${field} from a column "${from.column}", and the columns are: ${names.join(', ')}`,
    );
  });
  return { width, cells };
}

function toObject(cells: Fields['cells'], record: readonly string[]): Record<string, Json> {
  const found: [string, Json][] = [];
  for (const [field, from] of cells) {
    const value = typeof from === 'object' ? from.value : (record[from] ?? '').trim();
    if (value !== '') found.push([field, value]);
  }
  return Object.fromEntries(found);
}

/** The library's `raw` text lets the import write refused rows down unchanged. */
async function* records(chunks: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const { parse } = await import('csv-parse'); // No server needs it before a file of CSV comes.
  const parser = parse({
    encoding: 'latin1',
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    delimiter: ',',
    max_record_size: MAX_RECORD,
  });
  const feeding = (async () => {
    for await (const chunk of chunks) {
      if (!parser.write(Buffer.from(chunk, 'latin1'))) {
        await new Promise((resolve) => parser.once('drain', resolve));
      }
    }
    parser.end();
  })().catch((error: unknown) => parser.destroy(error as Error));
  try {
    for await (const record of parser) yield record as CsvRecord;
    await feeding;
  } catch (error) {
    const { code, lines, message } = error as Error & { code?: string; lines?: number };
    if (!code?.startsWith('CSV_')) throw error;
    throw new ImportSyntaxError(lines ?? 1, `the file is no CSV: ${message}`);
  } finally {
    parser.destroy();
  }
}
