// Records damage of the ledger's file found while serving: reports it once, and ends readiness.
import { isDamage } from './errors.ts';

export class Damage {
  #found: string | undefined;
  #listener: ((problem: string) => void) | undefined;

  /** The first damage found; undefined if every read part was sound. */
  get found(): string | undefined {
    return this.#found;
  }

  /** The listener is called once with the first damage, even if it was found before this call. */
  onFound(listener: (problem: string) => void): void {
    this.#listener = listener;
    if (this.#found !== undefined) listener(this.#found);
  }

  /** Receives any error of a read or a change; only SQLite's corruption errors count. */
  see(error: unknown): void {
    if (isDamage(error)) this.report((error as Error).message);
  }

  report(problem: string): void {
    if (this.#found !== undefined) return;
    this.#found = problem;
    this.#listener?.(problem);
  }
}
