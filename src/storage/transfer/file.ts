// The file of a backup: gzip of lines with each table's rows, followed by their counts and digests.
import { hash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { differences, Sum, type Sums } from './digest.ts';
import {
  BATCH_CHARACTERS,
  BATCH_ROWS,
  type Batch,
  TransferError,
  type TransferSource,
} from './port.ts';
import { TABLES } from './tables.ts';

/** Increased when older programs could not read the file correctly. */
const FORMAT = 1;

/** The first line of the file. */
export interface BackupHeader {
  readonly ordergate: 'backup';
  readonly format: number;
  /** The version of the program that wrote the file. */
  readonly version: string;
  readonly engine: TransferSource['engine'];
  readonly environment: string | null;
  readonly at: string;
  /** Present only if requested. */
  readonly secrets?: BackupSecrets;
}

export interface BackupSecrets {
  readonly masterKey: string;
  readonly adminToken: string;
}

/**
 * Writes a backup and renames it to its name when it is complete and on disk. Only the owner can
 * read it.
 *
 * @returns the counts and digests in its last line
 */
export async function writeBackup(
  file: string,
  source: TransferSource,
  about: Pick<BackupHeader, 'version' | 'secrets'>,
  onProgress: (rows: number) => void,
): Promise<Sums> {
  if (existsSync(file))
    throw new TransferError(
      `${file} exists already. Nothing was changed. Name another file, or a directory.`,
    );
  const part = `${file}.part`;
  const sums: Record<string, Sums[string]> = {};
  const header: BackupHeader = {
    ordergate: 'backup',
    format: FORMAT,
    ...about,
    engine: source.engine,
    environment: await source.setting('environment'),
    at: new Date().toISOString(),
  };
  const first = JSON.stringify(header);
  async function* lines(): AsyncGenerator<string> {
    yield `${first}\n`;
    let rows = 0;
    for (const table of TABLES) {
      yield `${JSON.stringify({ table: table.name, columns: table.columns })}\n`;
      const sum = new Sum();
      for await (const batch of source.rows(table)) {
        sum.add(batch);
        rows += batch.length;
        onProgress(rows);
        yield `${batch.join('\n')}\n`;
      }
      sums[table.name] = sum.result();
    }
    yield `${JSON.stringify({ tables: sums, header: hash('sha256', first) })}\n`;
  }
  try {
    // Level 3 of 9 is twice as fast as the default for a tenth more bytes.
    const gzip = createGzip({ level: 3 });
    await pipeline(
      Readable.from(lines(), { objectMode: true, highWaterMark: 1 }),
      gzip,
      createWriteStream(part, { mode: 0o600, flush: true }),
    );
    await rename(part, file);
    await syncFolder(file);
    return sums;
  } catch (error) {
    await rm(part, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new TransferError(
        `The disk of ${file} is full, and no backup was made. The ledger is not damaged. Make room there, or name a file on another disk.`,
      );
    }
    throw error;
  }
}

async function syncFolder(file: string): Promise<void> {
  const folder = await open(dirname(file), 'r');
  await folder.sync();
  await folder.close();
}

export interface BackupReader {
  onHeader(header: BackupHeader): Promise<void>;
  onRows(table: (typeof TABLES)[number], batch: Batch): Promise<void>;
}

/**
 * Reads a backup in constant memory. A table that the file lacks is empty.
 *
 * @returns the counts and digests, which match the rows
 * @throws {TransferError} if the file is no backup, is newer, truncated or altered
 */
export async function readBackup(file: string, reader: BackupReader): Promise<Sums> {
  const bad = (problem: string) => new TransferError(`${file}: ${problem}`);
  const sums: Record<string, Sum> = {};
  let header: BackupHeader | undefined;
  let table: (typeof TABLES)[number] | undefined;
  let batch: string[] = [];
  let size = 0;
  let lacking = '';
  let trailer: Sums | undefined;
  let headerDigest = '';
  const hand = async (): Promise<void> => {
    if (table && batch.length > 0) {
      sums[table.name]!.add(batch);
      await reader.onRows(
        table,
        lacking === '' ? batch : batch.map((line) => `${line.slice(0, -1)}${lacking}]`),
      );
    }
    [batch, size] = [[], 0];
  };
  const control = async (line: string): Promise<void> => {
    await hand();
    const parsed = JSON.parse(line);
    if (header === undefined) {
      if (parsed.ordergate !== 'backup') throw bad('it is no backup of Ordergate');
      if (parsed.format !== FORMAT)
        throw bad(`it has format ${parsed.format}; this Ordergate reads ${FORMAT}`);
      header = parsed as BackupHeader;
      headerDigest = hash('sha256', line);
      await reader.onHeader(header);
    } else if (parsed.tables) {
      trailer = parsed.tables;
      // Absent in a backup of an older program.
      if (parsed.header !== undefined && parsed.header !== headerDigest)
        throw bad('it is not as it was written: its first line was changed');
    } else {
      table = TABLES.find(({ name }) => name === parsed.table);
      // An older backup lacks the newest columns, which come last.
      const columns = parsed.columns as readonly string[];
      if (!table?.columns.join().startsWith(columns.join())) {
        throw bad(`this Ordergate does not know its table ${parsed.table}`);
      }
      lacking = ',null'.repeat(table.columns.length - columns.length);
      sums[parsed.table] = new Sum();
    }
  };
  try {
    for await (const line of linesOf(file, bad)) {
      if (trailer || (!header && !line.startsWith('{"ordergate"')))
        throw bad('it is no backup of Ordergate');
      if (line.startsWith('{')) await control(line);
      else {
        batch.push(line);
        size += line.length;
        if (size >= BATCH_CHARACTERS || batch.length >= BATCH_ROWS) await hand();
      }
    }
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    // Errors of zlib have codes such as Z_DATA_ERROR and Z_BUF_ERROR (truncated).
    if (typeof errno === 'number' && code?.startsWith('Z_'))
      throw bad(`it is damaged (${(error as Error).message})`);
    if (error instanceof SyntaxError) throw bad(`it is damaged (${error.message})`);
    throw error;
  }
  if (!trailer) throw bad('it is cut off: its last line is missing');
  const found = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum.result()]));
  const wrong = differences(trailer, found);
  if (wrong.length > 0) throw bad(`it is not as it was written: ${wrong.join('; ')}`);
  return found;
}

/**
 * A ledger of a million equal orders shrinks to a thirtieth; gzip itself could expand a file a
 * thousandfold.
 */
const MOST_GROWTH = 100;
/** A small file may be very repetitive. */
const ALWAYS_ALLOWED = 16 * 1024 * 1024;
/** Longer than any row, because a request body has at most 1 MiB. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** readline is unsuitable, because it also ends lines at U+2028, which a row may contain. */
async function* linesOf(file: string, bad: (problem: string) => Error): AsyncGenerator<string> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const input = createReadStream(file);
  input.once('error', (error) => gunzip.destroy(error));
  let rest = '';
  let read = 0;
  for await (const chunk of input.pipe(gunzip).setEncoding('utf8')) {
    read += chunk.length;
    if (read > ALWAYS_ALLOWED && read > MOST_GROWTH * input.bytesRead) {
      throw bad(
        `it is no backup of Ordergate: its first ${input.bytesRead} bytes unpack to more than ${MOST_GROWTH} times as many, which no ledger does and a file that is made to fill disks does. Nothing of it was kept.`,
      );
    }
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) throw bad('it is damaged: a line is longer than any row');
    yield* lines;
  }
  if (rest !== '') yield rest;
}
