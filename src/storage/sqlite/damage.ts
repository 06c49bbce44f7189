// What was found broken in the ledger's file while it is served: said once, and readiness is gone from then on.
import { isDamage } from './errors.ts';

export class Damage {
  #found: string | undefined;
  #listener: ((problem: string) => void) | undefined;

  /** The first thing that was found; undefined in a file that was sound wherever it was read. */
  get found(): string | undefined {
    return this.#found;
  }

  /** Called once, with the first thing that is found, also where it was found before this call. */
  onFound(listener: (problem: string) => void): void {
    this.#listener = listener;
    if (this.#found !== undefined) listener(this.#found);
  }

  /** Any error of a read or a change; only what SQLite calls corrupt counts. */
  see(error: unknown): void {
    if (isDamage(error)) this.report((error as Error).message);
  }

  report(problem: string): void {
    if (this.#found !== undefined) return;
    this.#found = problem;
    this.#listener?.(problem);
  }
}
