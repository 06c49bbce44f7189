// The platforms' catalogs in memory, because calls read entries often and entries change rarely.
import type { CatalogEntry, CatalogStore } from '../core/catalog.ts';
import type { CatalogDirectory } from '../protocol/platform.ts';

export class Catalog implements CatalogDirectory {
  readonly #store: CatalogStore;
  readonly #entries = new Map<string, CatalogEntry>();

  private constructor(store: CatalogStore) {
    this.#store = store;
  }

  static async load(store: CatalogStore): Promise<Catalog> {
    const catalog = new Catalog(store);
    await catalog.reload();
    return catalog;
  }

  /** Loads the stored catalog again, because another node may have changed it. */
  async reload(): Promise<void> {
    const entries = await this.#store.list();
    this.#entries.clear();
    for (const entry of entries) this.#entries.set(place(entry), entry);
  }

  find(platform: string, kind: string, key: string): CatalogEntry | undefined {
    return this.#entries.get(place({ platform, kind, key }));
  }

  list(platform?: string): CatalogEntry[] {
    const all = [...this.#entries.values()];
    return platform === undefined ? all : all.filter((entry) => entry.platform === platform);
  }

  /** With `create`, resolves to false, and changes nothing, if the entry already exists. */
  async save(entry: CatalogEntry, mode: 'create' | 'replace'): Promise<boolean> {
    const saved = await this.#store.save(entry, mode);
    if (saved) this.#entries.set(place(entry), entry);
    return saved;
  }

  /** Resolves to false if the entry does not exist. */
  async remove(platform: string, kind: string, key: string): Promise<boolean> {
    const removed = await this.#store.remove(platform, kind, key);
    this.#entries.delete(place({ platform, kind, key }));
    return removed;
  }
}

/** The key alone may hold any character, and it comes last. */
function place({ platform, kind, key }: Omit<CatalogEntry, 'document'>): string {
  return `${platform} ${kind} ${key}`;
}
