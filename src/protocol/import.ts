// Helpers by which a platform reads the elements of an import file.
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

/** The item as the schema describes it. @throws {ImportError} that names the first bad field. */
export function readItem<S extends z.ZodType>(schema: S, item: unknown): z.output<S> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...issue.path, ...(unknown ? [unknown] : [])].join('.') || '(item)';
  throw new ImportError(field, unknown ? 'no such field' : issue.message);
}

/**
 * Runs a check that names fields as core does, for an item whose file calls them otherwise.
 * @throws {ImportError} that names the field as the file does
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

/** Which platform and section an order that stands alone (an NDJSON line, a POST) is of. */
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

/** A state as a row gives it: its letter or number, the platform's word for it, or its name. */
export function stateField<State extends string>(model: Pick<OrderModel, 'states' | 'stateWords'>) {
  const known = Object.keys(model.states).join(' ');
  return z.string().transform((given, context): State => {
    const state = findState(model, given);
    if (state === undefined) context.addIssue(`has to be one of ${known}`);
    return (state as State | undefined) ?? z.NEVER;
  });
}

/** The difference of two values that are shown as they are; null where there is none. */
export function difference(field: string, there: unknown, given: unknown): Difference | null {
  return there === given ? null : { field, there: String(there), given: String(given) };
}

/** The section's reader; a name that every object has is no section. */
export function sectionOf<T>(
  sections: { readonly [name: string]: T },
  name: string,
): T | undefined {
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}
