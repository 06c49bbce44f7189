// How a platform shows the signing of a sample call: the string to sign piece by piece, vectors, and
// programs that sign and send.
import type { Instant } from '../core/clock.ts';
import type { Text } from './contract.ts';
import type { SignatureScheme, SignedPart } from './signature-scheme.ts';
import type { ToolSigning } from './tool-signing.ts';

/** A sample of a contract as a call to sign. */
export interface SampleCall {
  /** The party that calls, by its id. */
  readonly party: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly now: Instant;
}

/** Named texts, nested where a platform's call has objects. */
export interface NamedTexts {
  readonly [name: string]: string | NamedTexts;
}

export interface SigningSample {
  readonly scheme: Pick<SignatureScheme<never>, 'algorithm' | 'carriedIn' | 'secret'>;
  /** The pieces of the string to sign, as a client of the platform puts them together. */
  parts(call: SampleCall): readonly SignedPart[];
  /** Absent: the platform publishes no vectors. */
  readonly vectors?: SigningVectors;
  /** Absent: `ordergate export` leaves the platform out. */
  readonly tool?: ToolSigning;
  /** Absent: the reference shows no programs. */
  readonly programs?: SigningPrograms;
}

export interface SigningVectors {
  /** All that the signature of a call is made over, without the key. */
  input(call: SampleCall): NamedTexts;
  partsOf(input: NamedTexts): readonly SignedPart[];
  /** Values that travel beside the signature and are made of the same input. */
  beside?(input: NamedTexts): Readonly<Record<string, string>>;
  /** Inputs that test what the samples of the contract do not. */
  readonly more: readonly {
    readonly title: Text;
    readonly key: string;
    readonly input: NamedTexts;
  }[];
}

export interface SigningPrograms {
  /** A folder that holds one program in each language of `src/reference/languages.ts`. */
  readonly folder: URL;
  /** What the call's values are called in the programs; `server` is the address of the server. */
  values(call: SampleCall, key: string, server: string): NamedTexts;
}
