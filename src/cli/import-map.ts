// `--map`: assigns columns of a CSV file to fields of an order.
import { readFileSync } from 'node:fs';
import { ConfigError, UsageError } from '../config.ts';
import type { Json } from '../core/order.ts';
import type { CsvMap } from '../import/csv.ts';

const USAGE =
  '--map has to be FIELD=COLUMN, or FIELD:=VALUE for one value in all rows, or a .json file with {"FIELD": "COLUMN", "FIELD": {"value": VALUE}}';

/**
 * Several `--map` flags add up; for each field the last one counts.
 *
 * @throws {UsageError} for a wrong form
 * @throws {ConfigError} if the file cannot be read
 */
export function readMap(given: readonly string[]): CsvMap {
  const map: Record<string, CsvMap[string]> = Object.create(null);
  for (const one of given) Object.assign(map, one.endsWith('.json') ? fromFile(one) : pair(one));
  return map;
}

function pair(text: string): CsvMap {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new UsageError(USAGE);
  const isValue = text[at - 1] === ':';
  const field = text.slice(0, isValue ? at - 1 : at).trim();
  const rest = text.slice(at + 1).trim();
  if (field === '') throw new UsageError(USAGE);
  return { [field]: isValue ? { value: rest } : { column: rest } };
}

function fromFile(path: string): CsvMap {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`--map ${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UsageError(USAGE);
  }
  const entries = Object.entries(content).map(([field, from]) => {
    if (typeof from === 'string') return [field, { column: from }] as const;
    const { column, value } = (from ?? {}) as { column?: unknown; value?: Json };
    if (typeof column === 'string') return [field, { column }] as const;
    if (value !== undefined) return [field, { value }] as const;
    throw new UsageError(`--map ${path}: ${field}: ${USAGE}`);
  });
  return Object.fromEntries(entries);
}
