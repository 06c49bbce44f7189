// Opens storage with the engine that the configuration asks for.
import type { Sealer } from './seal.ts';
import { openSqlite } from './sqlite/open.ts';
import type { OpenStorage } from './storage.ts';

export function openStorage(dataDirectory: string, sealer: Sealer): Promise<OpenStorage> {
  return openSqlite(dataDirectory, sealer);
}
