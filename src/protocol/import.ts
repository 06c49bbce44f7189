// Functions with which a platform reads the elements of an import file.
import { z } from 'zod';
import { findState } from '../core/move-order.ts';
import type { OrderModel } from '../core/order.ts';
import {
  type Difference,
  ImportError,
  type ImportFormat,
  type Json,
  type JsonObject,
  type Platform,
} from './platform.ts';
import { schemaProblem } from './schema-problem.ts';

/**
 * Returns the item as the schema describes it.
 * @throws {ImportError} names the first bad field
 */
export function readItem<S extends z.ZodType>(schema: S, item: unknown): z.output<S> {
  const parsed = schema.safeParse(item, { error: schemaProblem });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...issue.path, ...(unknown ? [unknown] : [])].join('.') || '(item)';
  throw new ImportError(field, unknown ? 'no such field' : issue.message);
}

/**
 * Runs a check of core, and translates the field names of its errors into those of the file.
 * @throws {ImportError} names the field as the file does
 */
export function checkAsFile(names: Readonly<Record<string, string>>, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ImportError(names[error.field] ?? error.field, error.problem);
  }
}

type OrderReader = ImportFormat['orders'][string];

/** The platform and section of an order that stands alone (an NDJSON line, a POST). */
export function orderItem(
  platforms: readonly Platform[],
  item: Json,
): { readonly platform: Platform; readonly read: OrderReader; readonly fields: Json } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ImportError('(item)', 'has to be an object');
  }
  const { platform: name, section, ...fields } = item as JsonObject;
  const platform = platforms.find((p) => p.name === name);
  if (!platform) {
    throw new ImportError(
      'platform',
      `has to be one of ${platforms.map((p) => p.name).join(', ')}`,
    );
  }
  const sections = Object.keys(platform.import.orders);
  const chosen = section ?? (sections.length === 1 ? sections[0] : undefined);
  const read = typeof chosen === 'string' ? sectionOf(platform.import.orders, chosen) : undefined;
  if (!read) throw new ImportError('section', `has to be one of ${sections.join(', ')}`);
  return { platform, read, fields };
}

/** Reads a state of a row: its letter or number, the platform's word for it, or its name. */
export function stateField<State extends string>(model: Pick<OrderModel, 'states' | 'stateWords'>) {
  const known = Object.keys(model.states).join(' ');
  return z.string().transform((given, context): State => {
    const state = findState(model, given);
    if (state === undefined) context.addIssue(`has to be one of ${known}`);
    return (state as State | undefined) ?? z.NEVER;
  });
}

/** The difference between two displayed values; null if they are equal. */
export function difference(field: string, there: unknown, given: unknown): Difference | null {
  return there === given ? null : { field, there: String(there), given: String(given) };
}

/** The section's reader. A name that every JavaScript object inherits is no section. */
export function sectionOf<T>(
  sections: { readonly [name: string]: T },
  name: string,
): T | undefined {
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}
