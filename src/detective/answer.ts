// What the detective answers, and what a row of the request log keeps of it.
import type { Cause, CauseId } from './causes.ts';
import type { Difference } from './difference.ts';
import type { Findings } from './search.ts';

/** What else refused a call whose signature is right. */
export interface RefusedBy {
  readonly check: string;
  readonly code: string;
  readonly text: string;
}

export interface Answer {
  /** Whether the signature is right. */
  readonly ok: boolean;
  readonly stringToSign: string | null;
  readonly received: string | null;
  /** Whole where the question brought the secret, or in a sandbox; else its first digits. */
  readonly expected: string | null;
  readonly firstDifference: Difference | null;
  readonly causes: readonly Cause[];
  /** Other mistakes that would give the same signature. */
  readonly otherwise: readonly Cause[];
  readonly refusedBy: RefusedBy | null;
  readonly searched: { readonly digests: number; readonly complete: boolean };
  /** Causes that could not be tried. */
  readonly untried: readonly CauseId[];
}

/** Of a signature that may not be shown whole. */
const SHOWN_DIGITS = 6;

export const cutDigest = (digest: string | null): string | null =>
  digest && `${digest.slice(0, SHOWN_DIGITS)}…`;

export function answerOf(
  findings: Findings,
  received: string,
  refusedBy: RefusedBy | null,
  showExpected: boolean,
): Answer {
  const { ok, stringToSign, expected, firstDifference, causes, otherwise } = findings;
  return {
    ok,
    stringToSign,
    received,
    expected: showExpected ? expected : cutDigest(expected),
    firstDifference,
    causes,
    otherwise,
    refusedBy: ok ? refusedBy : null,
    searched: findings.searched,
    untried: findings.untried,
  };
}

/** For a row: neither the whole of a signature nor a byte of the call. */
export const storedAnswer = (answer: Answer): Answer => ({
  ...answer,
  received: cutDigest(answer.received),
  expected: cutDigest(answer.expected),
});
