// Writes refused rows to a file that a person can correct and import again: NDJSON, or CSV for CSV
// rows.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { ImportRow } from './read.ts';

export interface RefusedFile {
  /** Declares that the rows are CSV. This line, in byte text, names their columns. */
  headings(line: string): void;
  add(rows: readonly ImportRow[]): void;
  /** Moves the file to its place; the file is empty if nothing was refused. */
  finish(): void;
  /** Leaves the previous file in its place. */
  discard(): void;
}

/**
 * Writes a temporary file and moves it at the end, so that the path may be the imported file
 * itself. Only the owner can read the file, because rows of parties contain keys.
 */
export function writeRefused(path: string): RefusedFile {
  const beside = `${path}.part`;
  const file = openSync(beside, 'w', 0o600);
  let isCsv = false;
  const write = (line: string): void => {
    writeSync(file, Buffer.from(`${line}\n`, 'latin1'));
  };
  return {
    headings(line) {
      if (!isCsv) write(line);
      isCsv = true;
    },
    add(rows) {
      for (const row of rows) if (row.text !== null) write(isCsv ? row.raw! : asLine(row));
    },
    finish() {
      closeSync(file);
      renameSync(beside, path);
    },
    discard() {
      closeSync(file);
      rmSync(beside);
    },
  };
}

const byteTextOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A row as a line of NDJSON. An element of a section also states its section. */
function asLine({ place, text, raw = byteTextOf(text!) }: ImportRow): string {
  // In a JSON text, line ends stand only between tokens.
  const line = raw.replace(/[\r\n]+/g, ' ').trim();
  if (!place) return line;
  const head = byteTextOf(JSON.stringify(place)).slice(0, -1);
  if (!line.startsWith('{')) return `${head},"item":${line}}`;
  const rest = line.slice(1).trimStart();
  return rest === '}' ? `${head}}` : `${head},${rest}`;
}
