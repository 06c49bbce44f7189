// Chooses the clauses of a run, and says which of them a target cannot be judged by.
import { matchesGlob } from 'node:path';
import type { Clause, ClauseRequest, ClauseSet } from '../protocol/clause.ts';
import type { Contract, Text } from '../protocol/contract.ts';
import {
  NO_CLOCK,
  noSecret,
  noState,
  notClaimed,
  noValue,
  READ_ONLY_LOAD,
  READ_ONLY_STATE,
  READ_ONLY_WRITE,
} from './reasons.ts';
import type { TargetFile } from './target.ts';

/** The clauses whose id is one of the patterns or fits one; `*` stands for any characters. */
export function selected(
  clauses: readonly Clause[],
  patterns: readonly string[] | undefined,
): readonly Clause[] {
  return clauses.filter(({ id }) => matches(id, patterns));
}

/** Whether the id is chosen; without patterns, every one is. */
export const matches = (id: string, patterns: readonly string[] | undefined): boolean =>
  patterns?.some((pattern) => pattern === id || matchesGlob(id, pattern)) ?? true;

/** A body over this many bytes is a load on a server in production. */
const LARGE = 16 * 1024;

const requestsOf = ({ given, request }: Clause): readonly ClauseRequest[] => [
  ...(given.before ?? []),
  ...(given.during ? [given.during] : []),
  request,
];

/** Why a run that changes nothing leaves the clause out; null: it may run. */
export function readOnlyReason(clause: Clause, contract: Contract, set: ClauseSet): Text | null {
  const { given, expects } = clause;
  const requests = requestsOf(clause);
  if (given.server !== undefined || given.at !== undefined) return READ_ONLY_STATE;
  const isHarmless = (one: ClauseRequest): boolean => {
    // A body without a method's name cannot be read, or names a method in it.
    if (one.method === undefined) return expects.code !== contract.success && !namesAWrite(one);
    const method = Object.hasOwn(contract.methods, one.method)
      ? contract.methods[one.method]
      : undefined;
    return method?.effect === 'read' && !namesAWrite(one);
  };
  const namesAWrite = (one: ClauseRequest): boolean =>
    Object.entries(contract.methods).some(
      ([name, { effect }]) => effect === 'write' && JSON.stringify(one).includes(name),
    );
  if (!requests.every(isHarmless)) return READ_ONLY_WRITE;
  const isLimited = set.parties.rows[given.party]?.limits !== undefined;
  const isLarge = requests.some((one) => JSON.stringify(one).length > LARGE);
  return isLimited || given.during || isLarge ? READ_ONLY_LOAD : null;
}

/** All texts of a value, at any depth. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/**
 * The values that a server has to know for the clause to be judged: what stands in the rows of
 * parties and catalog, and in the clause's requests.
 */
function neededValues(clause: Clause, set: ClauseSet, contract: Contract): readonly string[] {
  const known = new Set(textsIn([Object.values(set.parties.rows), set.catalog]));
  const requests = requestsOf(clause);
  const bodies = requests.flatMap((one) =>
    'raw' in one && typeof one.raw === 'string' ? [one.raw] : [],
  );
  const used = new Set(textsIn(requests));
  return [...known].filter(
    (value) =>
      !Object.hasOwn(contract.methods, value) &&
      (used.has(value) || (value.length >= 6 && bodies.some((body) => body.includes(value)))),
  );
}

/** Why the target cannot be judged by the clause; null: it can. Orders are not looked at. */
export function missingReason(
  clause: Clause,
  target: TargetFile,
  set: ClauseSet,
  contract: Contract,
): Text | null {
  const { given, request } = clause;
  const { methods, parties, values, fixtures, clock, states, newSecrets } = target;
  const makesRows = fixtures !== null && !('rows' in fixtures);
  for (const { method } of requestsOf(clause)) {
    if (method === undefined || !Object.hasOwn(contract.methods, method)) continue;
    if (methods && !methods.includes(method)) return notClaimed(method);
  }
  for (const party of [given.party, request.mutate?.secretOf ?? given.party]) {
    const canMake = makesRows && newSecrets !== undefined;
    if (!Object.hasOwn(parties, party) && !canMake) return noSecret(party);
  }
  if (given.server !== undefined && !Object.hasOwn(states, given.server)) {
    return noState(given.server);
  }
  if (given.at !== undefined && clock === null) return NO_CLOCK;
  if (makesRows) return null;
  const unknown = neededValues(clause, set, contract).find(
    (value) => !Object.hasOwn(values, value) && !Object.hasOwn(parties, value),
  );
  return unknown === undefined ? null : noValue(unknown);
}
