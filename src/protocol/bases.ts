// Says on what a clause rests: a vendor's document, public client code, or a choice of ours.
import { readFileSync } from 'node:fs';
import type { Source } from './contract.ts';

/** `doc`: a vendor's document. `sdk`: public client code. `ours`: a choice of this project. */
export type Basis = 'doc' | 'sdk' | 'ours';

export interface Settled {
  readonly basis: Basis;
  /** The clause's words, in one line. */
  readonly text: string;
}

const SHARED = new URL('./documents/settled.md', import.meta.url);

/** The clauses of a settled.md by their numbers. */
export function readSettled(markdown: string): ReadonlyMap<string, Settled> {
  const clauses = new Map<string, Settled>();
  // A clause reaches to the next one, to a heading, or to an empty line.
  for (const [, number, basis, text] of markdown.matchAll(
    /^- \*\*([A-Z]+\d+)\*\* \((doc|sdk|ours)\) ([\s\S]*?)(?=\n- |\n#|\n\n|$(?![\s\S]))/gm,
  )) {
    clauses.set(number!, { basis: basis as Basis, text: text!.replace(/\s*\n\s*/g, ' ').trim() });
  }
  return clauses;
}

/** Where a clause comes from, and on what it rests. */
export interface Ground {
  readonly basis: Basis;
  /** The number of a settled clause, or the document and its section. */
  readonly where: string;
  /** The words of the clause or of the document. */
  readonly text: string;
}

/**
 * Looks sources up in the settled clauses of a platform and of all platforms.
 *
 * @param settled the platform's settled.md
 */
export function groundsOf(settled: URL): (source: Source) => Ground {
  const clauses = new Map([
    ...readSettled(readFileSync(SHARED, 'utf8')),
    ...readSettled(readFileSync(settled, 'utf8')),
  ]);
  return (source) => {
    if ('settled' in source) {
      const { basis = 'ours', text = '' } = clauses.get(source.settled) ?? {};
      return { basis, where: source.settled, text };
    }
    const { document, section, quote = '' } = source;
    const where = section === undefined ? document : `${document}, ${section}`;
    return { basis: 'doc', where, text: quote };
  };
}
