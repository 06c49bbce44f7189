// The results of a run: a verdict for each clause, with all that a person needs to act on it.
import type { Basis } from '../protocol/bases.ts';
import type { Text } from '../protocol/contract.ts';

/**
 * - `pass`: the answer is the clause's.
 * - `fail`: it is not, and a vendor's document or public client code has the clause.
 * - `differs`: it is not, and the clause is a choice of this project: `[ours]`.
 * - `skip`: the clause could not be judged.
 */
export type Verdict = 'pass' | 'fail' | 'differs' | 'skip';

export const VERDICTS: readonly Verdict[] = ['fail', 'differs', 'skip', 'pass'];

/** What of the answer is not as the clause has it. */
export interface Fault {
  /** Such as `code`, `words`, or the name of a field of the reply. */
  readonly what: string;
  readonly expected: string;
  /** Null: it is absent. */
  readonly got: string | null;
  /** The first character in which the two differ, from 0; null where no value is compared. */
  readonly differsAt: number | null;
  /** Where the value begins in the bytes that came, counted in bytes from 0; null: not found. */
  readonly byte: number | null;
}

export interface Result {
  readonly id: string;
  /** The number of a settled clause, or a document and its section. */
  readonly where: string;
  readonly basis: Basis;
  /** The words of the clause. */
  readonly text: Text;
  readonly method: string | null;
  readonly verdict: Verdict;
  /** Why it was skipped, or what else a person has to know. */
  readonly reason: Text | null;
  readonly expected: string;
  readonly got: string | null;
  readonly faults: readonly Fault[];
  /** The bytes of the exchange as text, without tokens; null where nothing was sent. */
  readonly bytesSent: string | null;
  readonly bytesGot: string | null;
  /** One command that judges this clause again. */
  readonly repeat: string;
  /** The baseline lists this failure. */
  readonly isKnown: boolean;
  readonly milliseconds: number;
}

export interface Report {
  readonly kind: 'server' | 'caller';
  readonly platform: string;
  /** The server's address, or the caller's command. */
  readonly target: string;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly readOnly: boolean;
  readonly results: readonly Result[];
  /** Entries of the baseline that fail no more, or that name no clause. */
  readonly stale: readonly string[];
}

export const countsOf = ({ results }: Report): Readonly<Record<Verdict, number>> => {
  const counts = { pass: 0, fail: 0, differs: 0, skip: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
};

/** Nothing passed and nothing failed: the run says nothing of the target. */
export const isEmpty = ({ results }: Report): boolean =>
  results.every(({ verdict }) => verdict === 'skip');

/** Whether the exit code is that of a failed run. */
export const hasFailed = ({ results, stale }: Report): boolean =>
  stale.length > 0 || results.some(({ verdict, isKnown }) => verdict === 'fail' && !isKnown);
