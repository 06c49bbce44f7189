// What the drivers of all platforms do with a clause's request: changes of the bytes that a
// mutation asks for.
import type { EnvelopeValues, Mutation, RawBody } from './clause.ts';

export const bytesOf = (raw: RawBody): string | Uint8Array<ArrayBuffer> =>
  typeof raw === 'string' ? raw : new Uint8Array(Buffer.from(raw.base64, 'base64'));

/** The digits of a signature as the mutation has them. */
export function changedDigits(made: string, { digits: how }: Mutation): string {
  if (how === 'upper-case') return made.toUpperCase();
  return how ? (made.startsWith('0') ? '1' : '0') + made.slice(1) : made;
}

/** Leaves out the parameters whose value is null. */
export const withoutNull = (values: EnvelopeValues): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null),
  );

/** @throws {Error} if the text does not hold what is to be replaced: the clause is wrong */
export function replaced(text: string, { replace }: Mutation): string {
  if (!replace) return text;
  if (!text.includes(replace[0])) throw new Error(`the body does not hold ${replace[0]}`);
  return text.replace(replace[0], replace[1]);
}
