// The numbered SQL migrations of an engine, oldest first.
import { readdirSync, readFileSync } from 'node:fs';

export interface Migration {
  /** The number at the beginning of the file's name. */
  readonly version: number;
  readonly sql: string;
}

export function readMigrations(folder: URL): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      version: Number.parseInt(name, 10),
      sql: readFileSync(new URL(name, folder), 'utf8'),
    }));
}
