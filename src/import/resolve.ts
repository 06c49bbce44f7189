// Determines the platform, section and JSON of a row, or the reason why the row is invalid.
import type { Json, JsonObject } from '../core/order.ts';
import { sectionOf } from '../protocol/import.ts';
import { ImportError, type ImportFormat, type Platform } from '../protocol/platform.ts';
import { findKeyTwice, findNoText } from './json-fields.ts';
import type { ImportRow } from './read.ts';

export interface ReadRow {
  readonly platform: Platform;
  readonly section: string;
  readonly item: Json;
}

/** The import reads parties and catalog entries first, wherever they stand, and then the orders. */
export type Pass = 'parties' | 'orders';

/**
 * The row if it belongs to the pass; null if it belongs to the other pass. A row that belongs to
 * neither is refused in one of them.
 *
 * @throws {ImportError} names the field
 */
export function resolveRow(
  platforms: readonly Platform[],
  row: ImportRow,
  pass: Pass,
): ReadRow | null {
  if (row.place) return resolvePlaced(platforms, row, row.place, pass);
  if (pass === 'orders') return resolveLine(platforms, row, pass);
  // Most lines are orders; this test saves parsing them twice.
  if (!row.text?.includes('"section"')) return null;
  try {
    return resolveLine(platforms, row, pass);
  } catch (error) {
    // This pass refuses rows that name a section of parties; the pass of orders refuses all others.
    if (error instanceof ImportError && isOfParties(platforms, row.text)) throw error;
    return null;
  }
}

function resolvePlaced(
  platforms: readonly Platform[],
  row: ImportRow,
  { platform: name, section }: NonNullable<ImportRow['place']>,
  pass: Pass,
): ReadRow | null {
  const platform = platforms.find((p) => p.name === name);
  if (!platform) {
    if (pass === 'orders') return null;
    throw new ImportError(name, `no such platform; there are: ${names(platforms)}`);
  }
  if (section === null) return null;
  const belongs = passOf(platform.import, section);
  if (belongs === undefined) {
    if (pass === 'orders') return null;
    const known = sectionsOf(platform.import).join(', ');
    throw new ImportError(`${name}.${section}`, `no such section; there are: ${known}`);
  }
  if (belongs !== pass || row.text === null) return null;
  return { platform, section, item: parseRow(row, row.text) };
}

function resolveLine(platforms: readonly Platform[], row: ImportRow, pass: Pass): ReadRow | null {
  const item = parseRow(row, row.text ?? '');
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ImportError('(item)', 'has to be an object');
  }
  const { platform: name, section: given, ...fields } = item as JsonObject;
  const platform = platforms.find((p) => p.name === name);
  if (!platform) throw new ImportError('platform', `has to be one of ${names(platforms)}`);
  const orders = Object.keys(platform.import.orders);
  const section = given ?? (orders.length === 1 ? orders[0] : undefined);
  const belongs = typeof section === 'string' ? passOf(platform.import, section) : undefined;
  if (belongs === undefined) {
    throw new ImportError('section', `has to be one of ${sectionsOf(platform.import).join(', ')}`);
  }
  if (belongs !== pass) return null;
  return { platform, section: section as string, item: unwrap(fields) };
}

/** A row that is not an object, such as the name of a method, stands in a line as `item`. */
function unwrap(fields: JsonObject): Json {
  return 'item' in fields && Object.keys(fields).length === 1 ? fields.item! : fields;
}

/** Whether a row belongs to the pass of parties, or must be refused in it. */
export function isForParties(platforms: readonly Platform[], { place, text }: ImportRow): boolean {
  if (!place) return text?.includes('"section"') === true && isOfParties(platforms, text);
  const { platform: name, section } = place;
  const platform = platforms.find((p) => p.name === name);
  return !platform || section === null || passOf(platform.import, section) !== 'orders';
}

function isOfParties(platforms: readonly Platform[], text: string): boolean {
  try {
    const { platform: name, section } = JSON.parse(text);
    const platform = platforms.find((p) => p.name === name);
    return (
      typeof section === 'string' && !!platform && passOf(platform.import, section) === 'parties'
    );
  } catch {
    return false;
  }
}

/** A name that every JavaScript object inherits is not a section. */
function passOf(format: ImportFormat, section: string): Pass | undefined {
  if (sectionOf(format.orders, section)) return 'orders';
  const { parties, catalog = {} } = format;
  return sectionOf(parties, section) || sectionOf(catalog, section) ? 'parties' : undefined;
}

const names = (platforms: readonly Platform[]): string => platforms.map((p) => p.name).join(', ');

const sectionsOf = ({ parties, orders, catalog = {} }: ImportFormat): string[] =>
  [parties, orders, catalog].flatMap((group) => Object.keys(group));

function parseRow({ fault, notText }: ImportRow, text: string): Json {
  if (fault !== undefined) throw new ImportError('(item)', fault);
  let item: Json;
  try {
    item = JSON.parse(text) as Json;
  } catch (error) {
    throw new ImportError('(item)', notText ?? (error as Error).message);
  }
  if (notText !== undefined) throw new ImportError(findNoText(item) || '(item)', notText);
  const twice = findKeyTwice(text);
  if (twice !== null) throw new ImportError(twice, 'is given twice');
  return item;
}
