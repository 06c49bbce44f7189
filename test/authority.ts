// Looks sources up: in a vendor's document, or in the numbered clauses of a settled.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Source } from '../src/protocol/contract.ts';

const src = new URL('../src/', import.meta.url);

/** The text of each file in a `documents/` folder, by its name. */
export function documentsIn(folder: string): ReadonlyMap<string, string> {
  const directory = new URL(`${folder}/documents/`, src);
  return new Map(
    readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), 'utf8')]),
  );
}

/** The numbers of the clauses in a settled.md. */
const clausesOf = (text: string): string[] =>
  [...text.matchAll(/^- \*\*([A-Z]+\d+)\*\* \((?:doc|sdk|ours)\)/gm)].map((found) => found[1]!);

const SHARED = documentsIn('protocol').get('settled.md')!;

/** Says of a platform's sources whether they are there. */
export class Authority {
  readonly documents: ReadonlyMap<string, string>;
  readonly clauses: ReadonlySet<string>;

  constructor(platform: string) {
    this.documents = documentsIn(`platforms/${platform}`);
    const own = this.documents.get('settled.md')!;
    this.clauses = new Set([...clausesOf(SHARED), ...clausesOf(own)]);
  }

  /** A quotation has to stand behind its section's heading. @param path what states the source */
  assertHas(path: string, source: Source): void {
    if ('settled' in source) {
      assert.ok(this.clauses.has(source.settled), `${path}: no clause ${source.settled}`);
      return;
    }
    const { document, section, quote } = source;
    const text = this.documents.get(document);
    assert.ok(text !== undefined, `${path}: no document ${document}`);
    const start = section === undefined ? 0 : text.indexOf(section);
    assert.ok(start >= 0, `${path}: ${document} has no section "${section}"`);
    if (quote === undefined) return;
    assert.ok(text.includes(quote, start), `${path}: "${quote}" is not in ${document}`);
  }
}
