// What a platform tells of a request's signature, so that mistakes can be tried on it. Plain data, for another thread.
import type { Algorithm } from './contract.ts';
import type { SignedPart } from './signature-scheme.ts';

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** A field as it arrived; a group has its own fields as its value. */
export interface ArrivedField {
  readonly name: string;
  readonly value: string | readonly ArrivedField[];
}

/** Fields that are signed by name, in a settled order, joined as `name=value&name=value`. */
export interface ArrivedFields {
  /** All fields in the order in which they arrived, also those that are empty or not signed. */
  readonly all: readonly ArrivedField[];
  /** Names that the signature leaves out. */
  readonly unsigned: readonly string[];
  /** Names in the order of the document, for a client that signs in that order. */
  readonly documented: readonly string[];
}

export interface Evidence {
  readonly algorithm: Algorithm;
  /** The id of the party that the caller says to be. */
  readonly party: string;
  /** The signature as it arrived. */
  readonly received: string;
  /** Each string to sign that the platform accepts for this request; the first is over what arrived. */
  readonly accepted: readonly (readonly SignedPart[])[];
  /** Present where the string to sign is made of fields by name. */
  readonly fields?: ArrivedFields;
  /** Values that came with the request and are not signed. */
  readonly beside: readonly NamedValue[];
  /** Other credentials of the caller, which a client may take for the key. */
  readonly credentials: readonly NamedValue[];
  /** Names of the body's fields in the order of the document. */
  readonly bodyNames?: readonly string[];
}
