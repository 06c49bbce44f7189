// Data about a request's signature, from which the detective tries out mistakes. Plain data, for a
// worker thread.
import type { Algorithm } from './contract.ts';
import type { SignedPart } from './signature-scheme.ts';

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** A received field. The value of a group is the list of its fields. */
export interface ArrivedField {
  readonly name: string;
  readonly value: string | readonly ArrivedField[];
}

/** Fields that are signed by name, in a defined sequence, joined as `name=value&name=value`. */
export interface ArrivedFields {
  /** All received fields in their sequence, including empty and unsigned fields. */
  readonly all: readonly ArrivedField[];
  /** Names of fields that the signature omits. */
  readonly unsigned: readonly string[];
  /** Names in the document's sequence, for clients that sign in that sequence. */
  readonly documented: readonly string[];
  /** The values are signed without their names: of a pasted string, which is one field. */
  readonly isNameless?: boolean;
}

export interface Evidence {
  readonly algorithm: Algorithm;
  /** The party id that the caller claims. */
  readonly party: string;
  /** The received signature. */
  readonly received: string;
  /**
   * Each string to sign that the platform accepts for this request. The first uses the received
   * values.
   */
  readonly accepted: readonly (readonly SignedPart[])[];
  /** Present if the string to sign consists of named fields. */
  readonly fields?: ArrivedFields;
  /** Values of the request that are not signed. */
  readonly beside: readonly NamedValue[];
  /** Other credentials of the caller, which a client may confuse with the key. */
  readonly credentials: readonly NamedValue[];
  /** Names of the body's fields in the document's sequence. */
  readonly bodyNames?: readonly string[];
}
