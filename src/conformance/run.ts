// A run: judges a server by the clauses of a platform, one after another.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ground, groundsOf } from '../protocol/bases.ts';
import type { Clause } from '../protocol/clause.ts';
import type { Conformance } from '../protocol/conformance.ts';
import type { Contract, Text } from '../protocol/contract.ts';
import { prepare } from './fixtures.ts';
import { type Judged, judge, type Place } from './judge.ts';
import { type Reach, reachOf } from './reach.ts';
import { freshIds, renamed, renamedClause } from './rename.ts';
import { resultOf } from './result.ts';
import { missingReason, readOnlyReason, selected } from './select.ts';
import type { TargetFile } from './target.ts';
import type { Result } from './verdict.ts';

export interface RunOptions {
  readonly contract: Contract;
  readonly conformance: Conformance;
  readonly target: TargetFile;
  readonly readOnly?: boolean;
  /** Patterns of clauses' ids. Default: all. */
  readonly clauses?: readonly string[] | undefined;
  /** The command that judges a clause again. */
  repeat(id: string): string;
  onResult?(result: Result): void;
}

/** Between two calls of a run that changes nothing, which is meant for production. */
const READ_ONLY_PAUSE_MS = 100;

/**
 * @throws {TargetError} if the target's commands or its management API fail
 * @throws {UnreachableError} if the server cannot be connected to
 */
export async function judgeServer(options: RunOptions): Promise<readonly Result[]> {
  const { contract, conformance, target, readOnly = false, repeat } = options;
  const set = conformance.clauses;
  const grounds = groundsOf(conformance.settled);
  const results = new Map<string, Result>();
  const record = (clause: Clause, ground: Ground, judged: Judged | Text, since: number): void => {
    const result = resultOf(clause, ground, judged, { since, repeat: repeat(clause.id) });
    results.set(clause.id, result);
    options.onResult?.(result);
  };

  const chosen = selected(set.clauses, options.clauses);
  const runnable: Clause[] = [];
  for (const clause of chosen) {
    const reason =
      (readOnly ? readOnlyReason(clause, contract, set) : null) ??
      missingReason(clause, target, set, contract);
    if (reason) record(clause, grounds(clause.source), reason, Date.now());
    else runnable.push(clause);
  }

  const reach = await reachOf(target);
  const names = namesOf(options, runnable);
  const environment = forEnvironment(target);
  const named = runnable.map((clause) => environment(renamedClause(clause, names)));
  const own = environment({ ...set, parties: renamedParties(set, names) });
  const data = readOnly && makesRows(target) ? { ...target, fixtures: null } : target;
  const { clauses, skipped } = await prepare(named, own, data, reach, conformance.ids);
  const driver = conformance.driver();
  const pauseMs = target.pauseMs ?? (readOnly ? READ_ONLY_PAUSE_MS : 0);

  for (const clause of inTheirOrder(clauses)) {
    const ground = grounds(clause.source);
    const since = Date.now();
    const reason = skipped.get(clause.id);
    if (reason) {
      record(clause, ground, reason, since);
      continue;
    }
    await sleep(pauseMs);
    if (isLimitedBySecond(own, clause)) await nextSecond(reach);
    const { begin, end } = clause.given.server ? target.states[clause.given.server]! : {};
    const state = { CONFORMANCE_STATE: clause.given.server ?? '' };
    try {
      if (begin !== undefined) {
        const [order] = clause.given.orders ?? [];
        const input = order ? `${JSON.stringify(order)}\n` : '';
        await reach.run(begin, `states.${clause.given.server}.begin`, state, input);
      }
      record(clause, ground, await judge(clause, contract, driver, placeOf(target, reach)), since);
    } finally {
      if (end !== undefined) await reach.run(end, `states.${clause.given.server}.end`, state);
    }
  }
  return chosen.map(({ id }) => results.get(id)!);
}

const placeOf = ({ url, timeoutMs }: TargetFile, reach: Reach): Place => ({
  ...{ url, timeoutMs, isStill: false, overlaps: false },
  now: reach.now,
  advance: reach.advance,
  secretOf: reach.secretOf,
});

const makesRows = ({ fixtures }: TargetFile): boolean => fixtures !== null && !('rows' in fixtures);

/** What stands for the names of the clauses: the target's own, and ids that no run has had before. */
function namesOf({ conformance, contract, target }: RunOptions, clauses: readonly Clause[]) {
  const names = makesRows(target)
    ? freshIds(clauses, conformance.ids, contract.success, randomBytes(8).toString('hex'))
    : new Map<string, string>();
  for (const [value, own] of Object.entries(target.values)) names.set(value, own);
  for (const [party, { id }] of Object.entries(target.parties)) {
    if (id !== undefined) names.set(party, id);
  }
  return names;
}

function renamedParties(
  { parties }: Conformance['clauses'],
  names: ReadonlyMap<string, string>,
): Conformance['clauses']['parties'] {
  const rows = Object.entries(parties.rows).map(([id, row]) => [
    names.get(id) ?? id,
    renamed(row, names),
  ]);
  return { ...parties, rows: Object.fromEntries(rows) };
}

/** The clauses are written for a sandbox: in production the two environments change places. */
function forEnvironment({ environment }: TargetFile): <Value>(value: Value) => Value {
  if (environment === 'sandbox') return (value) => value;
  const other: Readonly<Record<string, string>> = { sandbox: 'production', production: 'sandbox' };
  const swap = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        name === 'environment' && typeof one === 'string' ? (other[one] ?? one) : swap(one),
      ]),
    );
  };
  return (value) => swap(value) as typeof value;
}

const AGE = /MinutesAgo$/;

/** The age that a clause's order begins with, in minutes; it goes on while the run lasts. */
const ageOf = ({ given }: Clause): number =>
  Math.max(
    0,
    ...(given.orders ?? []).flatMap((row) =>
      Object.entries(row).map(([name, value]) => (AGE.test(name) ? Number(value) : 0)),
    ),
  );

/** What a moved clock would change goes first: the oldest orders before all. States come last. */
function inTheirOrder(clauses: readonly Clause[]): readonly Clause[] {
  const rank = ({ given }: Clause): number =>
    given.server !== undefined ? 2 : given.at !== undefined ? 1 : 0;
  return [...clauses].sort((a, b) => rank(a) - rank(b) || ageOf(b) - ageOf(a));
}

const isLimitedBySecond = ({ parties }: Conformance['clauses'], { given }: Clause): boolean =>
  Object.hasOwn((parties.rows[given.party]?.limits ?? {}) as object, 'perSecond');

/** A limit of a second is judged within one. */
async function nextSecond({ now }: Reach): Promise<void> {
  await sleep(1000 - (now() % 1000) + 20);
}
