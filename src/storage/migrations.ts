// The numbered SQL migrations of an engine, oldest first.
import { readdirSync, readFileSync } from 'node:fs';

export interface Migration {
  /** What its file's name begins with. */
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
