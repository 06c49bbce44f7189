// Refused rows as a file that can be mended and imported again: NDJSON, or CSV where the rows are CSV.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { ImportRow } from './read.ts';

export interface RefusedFile {
  /** The rows are CSV, and this is the line that names their columns; byte text. */
  headings(line: string): void;
  add(rows: readonly ImportRow[]): void;
  /** Puts the file in its place; empty where nothing was refused. */
  finish(): void;
  /** Leaves what was in its place. */
  discard(): void;
}

/**
 * Written beside its place and put there at the end, so that it may be the very file that is
 * imported. For its owner's eyes: rows of parties hold keys.
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

/** A row as a line of NDJSON: an element of a section says where it stood. */
function asLine({ place, text, raw = byteTextOf(text!) }: ImportRow): string {
  // Inside of a JSON text a line end stands between tokens only.
  const line = raw.replace(/[\r\n]+/g, ' ').trim();
  if (!place) return line;
  const head = byteTextOf(JSON.stringify(place)).slice(0, -1);
  if (!line.startsWith('{')) return `${head},"item":${line}}`;
  const rest = line.slice(1).trimStart();
  return rest === '}' ? `${head}}` : `${head},${rest}`;
}
