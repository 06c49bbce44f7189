// How a platform shows the string to sign of a sample call, piece by piece, without the key.
import type { Instant } from '../core/clock.ts';
import type { SignatureScheme, SignedPart } from './signature-scheme.ts';

/** A sample of a contract as a call to sign. */
export interface SampleCall {
  /** The party that calls, by its id. */
  readonly party: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly now: Instant;
}

export interface SigningSample {
  readonly scheme: Pick<SignatureScheme<never>, 'algorithm' | 'carriedIn' | 'secret'>;
  /** The pieces of the string to sign, as a client of the platform puts them together. */
  parts(call: SampleCall): readonly SignedPart[];
}
