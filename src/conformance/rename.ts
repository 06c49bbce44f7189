// Replaces values of clauses: by those that a server has for them, and by new ids for each run.
import { createHash } from 'node:crypto';
import type { Clause, ClauseRequest } from '../protocol/clause.ts';

/** Values of clauses and what stands for them. */
export type Names = ReadonlyMap<string, string>;

/** A value that is a name is replaced whole. Bodies and texts to replace may contain names. */
export function renamed<Value>(value: Value, names: Names): Value {
  if (names.size === 0) return value;
  const text = (one: string): string => names.get(one) ?? one;
  const within = (one: string): string => {
    let out = one;
    // A long name may contain a short one.
    for (const name of [...names.keys()].sort((a, b) => b.length - a.length)) {
      if (name.length >= 6) out = out.replaceAll(name, names.get(name)!);
    }
    return out;
  };
  const walk = (one: unknown, key: string | null): unknown => {
    if (typeof one === 'string') {
      // A body's digits are not to be taken for a name.
      return key === 'raw' || key === 'replace' ? within(one) : text(one);
    }
    if (Array.isArray(one)) return one.map((item) => walk(item, key === 'replace' ? key : null));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, item]) => [
        name,
        name === 'base64' ? item : walk(item, name),
      ]),
    );
  };
  return walk(value, null) as Value;
}

/** A clause with its names replaced; its id, source and code stay. */
export const renamedClause = (clause: Clause, names: Names): Clause => ({
  ...clause,
  given: renamed(clause.given, names),
  request: renamed(clause.request, names),
  expects: { ...clause.expects, ...renamed({ reply: clause.expects.reply }, names) } as never,
});

/** Enough digits that two ids of a run do not meet. */
const DIGITS = 8;

/** Another id of the same form: the digits after the first one are drawn from the tag. */
export function freshId(id: string, tag: string): string {
  const drawn = createHash('sha256').update(`${tag} ${id}`).digest();
  if (id.replace(/\D/g, '').length < DIGITS) return `${id}-${drawn.toString('hex').slice(0, 8)}`;
  let at = 0;
  return id.replace(/\d/g, (digit) => (at++ === 0 ? digit : String(drawn[at % 32]! % 10)));
}

/**
 * New ids for the orders that the clauses bring, and for the keys of the orders that they make.
 *
 * @param fields the names of the fields that hold ids
 * @param success the code of a success, by which a clause that makes an order is known
 */
export function freshIds(
  clauses: readonly Clause[],
  fields: readonly string[],
  success: string,
  tag: string,
): Map<string, string> {
  const ids = new Map<string, string>();
  const note = (value: unknown, name: string | null): void => {
    if (typeof value === 'string') {
      if (name !== null && fields.includes(name)) ids.set(value, freshId(value, tag));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        note(one, Array.isArray(value) ? null : key);
      }
    }
  };
  const params = (request: ClauseRequest): unknown => ('params' in request ? request.params : null);
  for (const { given, expects, request } of clauses) {
    note(given.orders, null);
    for (const one of given.before ?? []) note(params(one), null);
    if (expects.code === success) note(params(request), null);
  }
  return ids;
}
