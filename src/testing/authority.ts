// Looks sources up: in a vendor's document, or in the numbered clauses of a settled.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Source } from '../protocol/contract.ts';

/**
 * The text of each file in a folder of documents, by its name.
 *
 * @param folder ends with a slash
 */
export function documentsIn(folder: URL): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(new URL(name, folder), 'utf8')]),
  );
}

/** The numbers of the clauses in a settled.md, in their order, such as `J7`. */
export const clausesOf = (text: string): string[] =>
  [...text.matchAll(/^- \*\*([A-Z]+\d+)\*\* \((?:doc|sdk|ours)\)/gm)].map((found) => found[1]!);

/** The clauses that all platforms share. They are part of this repository; the package lacks them. */
function sharedClauses(): string[] {
  try {
    const file = new URL('../protocol/documents/settled.md', import.meta.url);
    return clausesOf(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

/** Says of a platform's sources whether they are there. */
export class Authority {
  readonly documents: ReadonlyMap<string, string>;
  readonly clauses: ReadonlySet<string>;

  /** @param folder the platform's folder, which ends with a slash; it holds `documents/settled.md` */
  constructor(folder: URL) {
    this.documents = documentsIn(new URL('documents/', folder));
    const own = this.documents.get('settled.md');
    assert.ok(own !== undefined, 'documents/ has no settled.md: list the clauses there');
    this.clauses = new Set([...sharedClauses(), ...clausesOf(own)]);
  }

  /** A quotation has to stand after its section's heading. @param path what states the source */
  assertHas(path: string, source: Source): void {
    if ('settled' in source) {
      const { settled } = source;
      assert.ok(this.clauses.has(settled), `${path}: documents/settled.md has no ${settled}`);
      return;
    }
    const { document, section, quote } = source;
    const text = this.documents.get(document);
    assert.ok(text !== undefined, `${path}: documents/ has no ${document}`);
    const start = section === undefined ? 0 : text.indexOf(section);
    assert.ok(start >= 0, `${path}: ${document} has no section "${section}"`);
    if (quote === undefined) return;
    assert.ok(text.includes(quote, start), `${path}: "${quote}" is not in ${document}`);
  }
}
