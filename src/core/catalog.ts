// The catalog: small, rarely changed data of a platform, such as its products, held in memory.
import type { JsonObject } from './order.ts';

export interface CatalogEntry {
  readonly platform: string;
  /** The kind of the entry in the platform's words: `product`, `retired-method`. */
  readonly kind: string;
  /** Unique within platform and kind. */
  readonly key: string;
  readonly document: JsonObject;
}

export interface CatalogStore {
  list(): Promise<readonly CatalogEntry[]>;
  /** Creates or replaces an entry. With `create`, returns false if the entry already exists. */
  save(entry: CatalogEntry, mode: 'create' | 'replace'): Promise<boolean>;
  /** Returns false if the entry does not exist. */
  remove(platform: string, kind: string, key: string): Promise<boolean>;
}
