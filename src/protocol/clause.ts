// A clause: one sentence of a protocol as data. It says what has to be there, what is sent, and what has to come back.
import type { Source } from './contract.ts';

/** A row of an import file, without its platform; see docs/import.md. */
export interface Row {
  readonly [field: string]: unknown;
}

/** What a parameter of the envelope holds instead of its usual value; null leaves it out. */
export type EnvelopeValues = Readonly<Record<string, string | null>>;

/** How a call differs from one that the platform's typed client would send. */
export interface Mutation {
  /** Parameters of the envelope. The call is signed with these values. */
  readonly signed?: EnvelopeValues;
  /** Parameters of the envelope. They are set after the call was signed. */
  readonly sent?: EnvelopeValues;
  /** Parameters of the envelope that are sent twice with the same value. */
  readonly twice?: readonly string[];
  /** The path below the server's address, in place of the envelope's. */
  readonly path?: string;
  /** HTTP headers that are no part of the envelope. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The first text is replaced by the second in the body, after the call was signed. */
  readonly replace?: readonly [found: string, by: string];
  /** What is done to the signature's digits. */
  readonly digits?: 'upper-case' | 'one-changed';
  /** How far the time that the call states is from the server's time, in milliseconds. */
  readonly time?: number;
  /** The signature is made with a time that is one second before the stated one. */
  readonly signsAnotherSecond?: true;
  /** The party whose secret signs the call. Default: the party that calls. */
  readonly secretOf?: string;
}

/** Bytes that are sent as the body: a text in UTF-8, or any bytes in base64. */
export type RawBody = string | { readonly base64: string };

export type ClauseRequest = {
  /** Where the envelope names the method outside of the body, a raw request has one as well. */
  readonly method?: string;
  readonly mutate?: Mutation;
} & (
  | {
      /** As the method's contract names them; the values may break the contract. */
      readonly params: Readonly<Record<string, unknown>>;
    }
  | { readonly raw: RawBody }
);

/** What only somebody who runs the server can bring about. */
export type ServerState =
  /** The store cannot be reached. */
  | 'no-store'
  /** The store answers, and a row of it cannot be read as an order. */
  | 'broken-row'
  /** The server trusts the caller's address as a proxy and reads X-Forwarded-For. */
  | 'trusted-proxy';

/** All that has to be there before the request; no clause relies on another one. */
export interface Given {
  /** A name of {@link ClauseSet.parties}.rows: who calls. */
  readonly party: string;
  /** Orders as rows of an import file; where the platform has several sections, with `section`. */
  readonly orders?: readonly Row[];
  /** Calls of the same party that have been answered with a success, in this order. */
  readonly before?: readonly ClauseRequest[];
  /** How much later than `before` the request comes, in milliseconds. Default: at once. */
  readonly at?: number;
  /** The request comes while this call of the same party has no answer yet. */
  readonly during?: ClauseRequest;
  readonly server?: ServerState;
}

export interface Clause<Code extends string = string> {
  /** Unique in its platform; says in a few words what the case is. */
  readonly id: string;
  readonly source: Source;
  readonly given: Given;
  readonly request: ClauseRequest;
  readonly expects: {
    /** The code as the reply carries it, or the contract's `success`. */
    readonly code: Code;
    /** Default: the words that the contract's table gives for the code. */
    readonly words?: string;
    /** Fields that the reply has to hold, with these values; others may stand beside them. */
    readonly reply?: Readonly<Record<string, unknown>>;
    /** The reply carries no signature, although the platform signs its replies. */
    readonly unsigned?: true;
  };
}

/** What a server needs for all clauses of a platform, and the clauses. */
export interface ClauseSet<Code extends string = string> {
  readonly platform: string;
  readonly parties: {
    /** The section of an import file that holds parties, and its field for the party's secret. */
    readonly section: string;
    readonly secret: string;
    /** Rows by the party's id, without secrets: whoever runs the clauses brings one for each. */
    readonly rows: Readonly<Record<string, Row>>;
  };
  /** Rows of the platform's catalog by section, such as products. */
  readonly catalog: Readonly<Record<string, readonly (Row | string)[]>>;
  /** The section of orders whose rows name none. */
  readonly orders: string;
  readonly clauses: readonly Clause<Code>[];
  /** Codes of the contract that no clause reaches: which test does, or why nothing can. */
  readonly unreached: Readonly<Partial<Record<string, string>>>;
}

export interface SectionRow {
  readonly section: string;
  readonly row: Row | string;
}

/**
 * All that has to be there for the clauses, as rows of an import file: parties, catalog, orders.
 *
 * @param secretOf the secret of a party, by its id
 */
export function rowsOf(
  set: ClauseSet,
  clauses: readonly Clause[],
  secretOf: (party: string) => string,
): readonly SectionRow[] {
  const { section, secret, rows } = set.parties;
  // Clauses that only read may share an order, which stands in each of them.
  const orders = new Map<string, SectionRow>();
  for (const { given } of clauses) {
    for (const { section = set.orders, ...row } of given.orders ?? []) {
      orders.set(JSON.stringify([section, row]), { section: String(section), row });
    }
  }
  return [
    ...Object.entries(rows).map(([id, row]) => ({
      section,
      row: { ...row, [secret]: secretOf(id) },
    })),
    ...Object.entries(set.catalog).flatMap(([section, rows]) =>
      rows.map((row) => ({ section, row })),
    ),
    ...orders.values(),
  ];
}
