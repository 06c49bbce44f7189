// Opens the file for `ordergate import`. A pipe is copied to a file, because the import reads
// twice.
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../config.ts';

export interface ImportSource {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Deletes the copy of a pipe. */
  close(): void;
}

/** @param file a path, or `-` for standard input. @throws {ConfigError} for a directory */
export async function openSource(file: string): Promise<ImportSource> {
  if (file !== '-') {
    const found = statSync(file); // A missing file is reported before the ledger is opened.
    if (found.isDirectory()) throw new ConfigError(`${file} is a directory; name a file`);
    if (found.isFile()) return { path: file, size: found.size, close() {} };
  }
  const directory = mkdtempSync(join(tmpdir(), 'ordergate-import-')); // Only the owner can read the directory.
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
