// What a platform states so that its callers can be judged: their jobs, and what has to be right
// about each call and each callback.
import type { SectionRow } from './clause.ts';
import type { Source, Text } from './contract.ts';

/** A call as it came in. */
export interface ReceivedCall {
  /** Path and query. */
  readonly path: string;
  /** The headers as they were spelled, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** One thing that a caller has to do. */
export interface CallerClause {
  readonly id: string;
  readonly text: Text;
  /** Where it comes from; absent: a page of this project, `docs/callbacks.md`. */
  readonly source?: Source;
  /** A caller that does otherwise differs, and does not fail. */
  readonly isOurs?: true;
}

/** What is wrong with a call. */
export interface CallFault {
  readonly what: string;
  readonly expected: string;
  readonly got: string | null;
}

/** Something that has to be right about every call. */
export interface CallCheck extends CallerClause {
  fault(call: ReceivedCall): CallFault | null;
}

/** One job of a caller, with an order of its own. */
export interface CallerJob {
  /** The id or key that stands in each of its calls, by which calls are told apart. */
  readonly key: string;
  /** Orders that have to be there. */
  readonly rows: readonly SectionRow[];
  /** What the caller has to know, by the name of the variable behind `CONFORMANCE_`. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface CallerLimit extends CallerClause {
  /** The job that meets the limit. */
  readonly job: string;
  readonly method: string;
  /** The code that is answered, once. */
  readonly code: string;
  /** How long the caller may not ask again, in milliseconds. */
  readonly waitMs: number;
}

/** How an order's callbacks look. */
export type CallerCallbacks =
  | {
      /** Signed as Standard Webhooks has it. */
      readonly kind: 'signed';
      /** The state that the job leads to, and the states that the order goes to afterwards. */
      readonly states: readonly [first: string, second: string, third: string];
      data(variables: CallerJob['variables'], state: string, version: number): object;
    }
  | {
      /** Not signed, so that the caller has to ask for the truth. */
      readonly kind: 'asked-for';
      /** The state of a success, and the state that an operator moves the order to. */
      readonly state: string;
      readonly isAsked: CallerClause;
      body(orderId: string, variables: CallerJob['variables'], state: string): string;
    };

export interface CallerRules {
  /** A party of the fixtures. */
  readonly party: string;
  /** The method that the main job calls. */
  readonly write: string;
  /** The name of the main job; the others are those of limits. */
  readonly job: string;
  /** @param n a number that no other job of the run has */
  makeJob(job: string, n: number): CallerJob;
  readonly signature: CallerClause & { readonly codes: readonly string[] };
  readonly checks: readonly CallCheck[];
  /** The method that a call names; null: it cannot be told. */
  methodOf(call: ReceivedCall): string | null;
  /** What two attempts of one write have in common. */
  readonly repeat: CallerClause & { sameOf(call: ReceivedCall): string };
  /** A code that refuses the write for good. */
  readonly refusal: CallerClause & { readonly code: string };
  readonly limit: CallerLimit;
  /** The order that the write changed or made: its id from the job, or from a reply's text. */
  orderIdOf(job: CallerJob, reply: string): string | null;
  readonly callbacks: CallerCallbacks;
}

/** The value of a header in any spelling. */
export const headerOf = ({ headers }: ReceivedCall, name: string): string | undefined =>
  headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];

/** Whether the bytes are UTF-8, as every platform has it (settled.md, ALL2). */
export const UTF8: CallCheck = {
  id: 'body-in-utf-8',
  text: { zh: '请求体是 UTF-8', en: 'The body is UTF-8' },
  source: { settled: 'ALL2' },
  fault({ body }) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(body);
      return null;
    } catch {
      return { what: 'body', expected: 'UTF-8', got: body.subarray(0, 60).toString('latin1') };
    }
  },
};
