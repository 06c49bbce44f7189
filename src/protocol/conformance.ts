// What a platform brings so that a server or a caller can be judged by its clauses: a hand-written
// driver for the bytes, and where the words of its settled clauses stand.
import type { CallerRules } from './caller-rules.ts';
import type { ClauseRequest, ClauseSet } from './clause.ts';
import type { HttpMethod } from './contract.ts';

/** The side of a request that the request itself does not hold: who sends it, and when. */
export interface CallContext {
  /** Milliseconds since 1970, as the server's clock has it. */
  readonly now: number;
  readonly party: string;
  secretOf(party: string): string;
}

/** A request below the server's address. */
export interface WireCall {
  /** Default: POST. */
  readonly http?: HttpMethod;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What a caller hears. */
export interface Heard {
  readonly code: string;
  /** Null where the reply carries no words. */
  readonly words: string | null;
  /** The whole reply as a tree. */
  readonly reply: unknown;
  /** Absent where the platform does not sign its replies. */
  readonly isSigned?: boolean;
}

/**
 * Writes requests and reads replies without the code of the server, so that a mistake of the server
 * is not repeated by its judge.
 */
export interface ClauseDriver {
  write(context: CallContext, request: ClauseRequest): WireCall;
  /** HTTP statuses of the platform's own replies. Default: 200 alone. */
  readonly statuses?: readonly number[];
  /** @throws {Error} says why the text is no reply of the platform, or why its signature is wrong */
  read(text: string, context: CallContext, status: number): Heard;
}

/** Reads XML into a tree: an element with elements is an object, all others are texts. */
export type ReadXml = (text: string) => unknown;

export interface Conformance {
  readonly clauses: ClauseSet;
  /** @param readXml default: this project's reader. Its tests give another one */
  driver(readXml?: ReadXml): ClauseDriver;
  /**
   * Fields of orders and of parameters whose values are made anew for each run, so that a run finds
   * no order that an earlier run has changed.
   */
  readonly ids: readonly string[];
  /** The file with the platform's settled clauses; see `bases.ts`. */
  readonly settled: URL;
  /** Absent: callers of the platform cannot be judged. */
  readonly caller?: CallerRules;
}

/** The first `name` of the tree at any depth. */
export function findIn(tree: unknown, name: string): unknown {
  if (typeof tree !== 'object' || tree === null) return undefined;
  if (Object.hasOwn(tree, name)) return (tree as Record<string, unknown>)[name];
  for (const below of Object.values(tree)) {
    const found = findIn(below, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
