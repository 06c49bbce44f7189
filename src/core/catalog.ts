// What a platform keeps besides orders and parties, such as its products: small, rarely changed, held in memory.
import type { JsonObject } from './order.ts';

export interface CatalogEntry {
  readonly platform: string;
  /** The platform's word for what it is: `product`, `retired-method`. */
  readonly kind: string;
  /** Unique within platform and kind. */
  readonly key: string;
  readonly document: JsonObject;
}

export interface CatalogStore {
  list(): Promise<readonly CatalogEntry[]>;
  /** Creates or replaces. With `create`, false when it is already there. */
  save(entry: CatalogEntry, mode: 'create' | 'replace'): Promise<boolean>;
  /** False when there was none. */
  remove(platform: string, kind: string, key: string): Promise<boolean>;
}
