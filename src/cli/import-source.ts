// The file that `ordergate import` reads: a file as it is, a pipe as a copy, since it is read twice.
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../config.ts';

export interface ImportSource {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Removes the copy of a pipe. */
  close(): void;
}

/** @param file a path, or `-` for standard input. @throws {ConfigError} for a directory */
export async function openSource(file: string): Promise<ImportSource> {
  if (file !== '-') {
    const found = statSync(file); // A missing file shows before the ledger is opened.
    if (found.isDirectory()) throw new ConfigError(`${file} is a directory; name a file`);
    if (found.isFile()) return { path: file, size: found.size, close() {} };
  }
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-import-')); // For its owner alone.
  const close = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'rows');
    const from = file === '-' ? process.stdin : createReadStream(file);
    await pipeline(from, createWriteStream(path, { mode: 0o600 }));
    return { path, size: statSync(path).size, close };
  } catch (error) {
    close();
    throw error;
  }
}
