// Compares what was heard with what a clause expects, and says where the two differ.
import type { Clause } from '../protocol/clause.ts';
import { findIn, type Heard } from '../protocol/conformance.ts';
import type { CodeEntry, Contract } from '../protocol/contract.ts';
import type { Fault } from './verdict.ts';

/** The row of a platform's table for a code of a reply, whose end may be a field's name or a number. */
export function entryOf(
  { codes }: Contract,
  code: string,
): [row: string, entry: CodeEntry | undefined] {
  if (Object.hasOwn(codes, code)) return [code, codes[code]];
  const row = Object.keys(codes).find(
    (name) => /[*?]$/.test(name) && code.startsWith(name.slice(0, -1)),
  );
  return [row ?? code, row === undefined ? undefined : codes[row]];
}

/** Something about the answer that is no value of it. */
export const oddity = (what: string, expected: string, got: string): Fault => ({
  ...{ what, expected, got },
  differsAt: null,
  byte: null,
});

/** A value of the answer that is another one. */
export function fault(
  what: string,
  expected: string,
  got: string | null,
  bytes: Buffer = Buffer.alloc(0),
): Fault {
  let differsAt = 0;
  while (got !== null && differsAt < got.length && got[differsAt] === expected[differsAt]) {
    differsAt++;
  }
  const found = got ? formsOf(got).map((form) => bytes.indexOf(form)) : [];
  return { what, expected, got, differsAt, byte: found.find((at) => at >= 0) ?? null };
}

/** A text as it may stand in the bytes: plain, or URL-encoded as a browser or .NET does it. */
function formsOf(text: string): readonly string[] {
  const encoded = encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
  return [text, encoded, encoded.replace(/%../g, (hex) => hex.toLowerCase())];
}

const shown = (value: unknown): string | null => {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** @param got the bytes of the answer, in which the places of the values are looked up */
export function compare(
  { expects }: Clause,
  contract: Contract,
  heard: Heard,
  got: Buffer,
): readonly Fault[] {
  const { code, words, reply, unsigned = false } = expects;
  const [, entry] = entryOf(contract, code);
  if (heard.code !== code) return [fault('code', code, heard.code, got)];
  const faults: Fault[] = [];
  const right = words ?? entry?.wire;
  if (heard.words !== null && right !== undefined && heard.words !== right) {
    faults.push(fault('words', right, heard.words, got));
  }
  if (heard.isSigned !== undefined && heard.isSigned === unsigned) {
    const [there, absent] = ['a Sign', 'no Sign'];
    faults.push(oddity('signature', unsigned ? absent : there, unsigned ? there : absent));
  }
  if (reply) faults.push(...missing(heard.reply, reply, got));
  return faults;
}

/** Each field of `expected` has to be somewhere in the reply, with the value that is expected. */
function missing(
  reply: unknown,
  expected: Readonly<Record<string, unknown>>,
  got: Buffer,
): readonly Fault[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const found = findIn(reply, name);
    if (typeof value === 'object' && value !== null) {
      return missing(found, value as Readonly<Record<string, unknown>>, got);
    }
    return found === value ? [] : [fault(name, String(value), shown(found), got)];
  });
}
