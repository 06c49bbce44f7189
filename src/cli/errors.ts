// The exit codes of all commands, and the errors that lead to them.
import { UsageError } from '../config.ts';

export const EXIT = { done: 0, refused: 1, usage: 2, network: 3, conformance: 4 } as const;

/** No server could be reached, or it could not serve: a later try may do. */
export class NetworkError extends Error {
  readonly code = 'ERR_NETWORK';
  override readonly name = 'NetworkError';
}

/** The exit code for an error that a command threw. */
export function exitOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof NetworkError) return EXIT.network;
  return EXIT.refused;
}

/** The word for the exit code in the JSON of an error. */
export const kindOf = (exit: number): string =>
  Object.entries(EXIT).find(([, code]) => code === exit)?.[0] ?? 'refused';
