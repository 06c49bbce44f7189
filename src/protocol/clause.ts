// A clause: one sentence of a protocol as data. A clause states the data that must exist, the
// request, and the expected reply.
import type { Source } from './contract.ts';

/** A row of an import file, without its platform; see docs/import.md. */
export interface Row {
  readonly [field: string]: unknown;
}

/** Values of envelope parameters that replace the usual values; null omits the parameter. */
export type EnvelopeValues = Readonly<Record<string, string | null>>;

/** The differences between a call and a call of the platform's typed client. */
export interface Mutation {
  /** Parameters of the envelope that are set before the call is signed. */
  readonly signed?: EnvelopeValues;
  /** Parameters of the envelope that are set after the call was signed. */
  readonly sent?: EnvelopeValues;
  /** Parameters of the envelope that are sent twice with the same value. */
  readonly twice?: readonly string[];
  /** The path below the server's address, instead of the envelope's path. */
  readonly path?: string;
  /** HTTP headers that are not part of the envelope. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the first text by the second in the body, after the call was signed. */
  readonly replace?: readonly [found: string, by: string];
  /** A change of the signature's digits. */
  readonly digits?: 'upper-case' | 'one-changed';
  /** The offset of the call's stated time from the server's time, in milliseconds. */
  readonly time?: number;
  /** Signs the call with a time one second before the stated time. */
  readonly signsAnotherSecond?: true;
  /** The party whose secret signs the call. Default: the party that calls. */
  readonly secretOf?: string;
}

/** The bytes of the body: a text in UTF-8, or any bytes in base64. */
export type RawBody = string | { readonly base64: string };

export type ClauseRequest = {
  /** The method of a raw request, if the envelope names the method outside the body. */
  readonly method?: string;
  readonly mutate?: Mutation;
} & (
  | {
      /** Parameters by the names of the method's contract. Their values may break the contract. */
      readonly params: Readonly<Record<string, unknown>>;
    }
  | { readonly raw: RawBody }
);

/** A state of the server that only its operator can cause. */
export type ServerState =
  /** The store cannot be reached. */
  | 'no-store'
  /** The store answers, but one of its rows cannot be read as an order. */
  | 'broken-row'
  /** The server trusts the caller's address as a proxy and reads X-Forwarded-For. */
  | 'trusted-proxy';

/** All data that must exist before the request. No clause relies on another clause. */
export interface Given {
  /** The calling party: a key of {@link ClauseSet.parties}.rows. */
  readonly party: string;
  /**
   * Orders as rows of an import file. A row of a platform with several sections has a `section`.
   */
  readonly orders?: readonly Row[];
  /** Earlier calls of the same party, in this sequence, all answered with success. */
  readonly before?: readonly ClauseRequest[];
  /** Milliseconds between `before` and the request. Default: 0. */
  readonly at?: number;
  /** A call of the same party that is still in progress when the request arrives. */
  readonly during?: ClauseRequest;
  readonly server?: ServerState;
}

export interface Clause<Code extends string = string> {
  /** Unique within the platform; describes the case in a few words. */
  readonly id: string;
  readonly source: Source;
  readonly given: Given;
  readonly request: ClauseRequest;
  readonly expects: {
    /** The code as the reply carries it, or the contract's `success`. */
    readonly code: Code;
    /** Default: the code's words in the contract's table. */
    readonly words?: string;
    /** Fields with values that the reply must contain. The reply may contain further fields. */
    readonly reply?: Readonly<Record<string, unknown>>;
    /** The reply carries no signature, although the platform signs its replies. */
    readonly unsigned?: true;
  };
}

/** The clauses of a platform, and the data that a server needs for them. */
export interface ClauseSet<Code extends string = string> {
  readonly platform: string;
  readonly parties: {
    /** The import section that holds the parties, and the field that holds a party's secret. */
    readonly section: string;
    readonly secret: string;
    /** Rows by party id, without secrets. The runner of the clauses supplies the secrets. */
    readonly rows: Readonly<Record<string, Row>>;
  };
  /** Rows of the platform's catalog by section, such as products. */
  readonly catalog: Readonly<Record<string, readonly (Row | string)[]>>;
  /** The section of orders whose rows name no section. */
  readonly orders: string;
  readonly clauses: readonly Clause<Code>[];
  /**
   * Codes that no clause reaches, with the test that reaches the code, or the reason why none can.
   */
  readonly unreached: Readonly<Partial<Record<string, string>>>;
}

export interface SectionRow {
  readonly section: string;
  readonly row: Row | string;
}

/**
 * The data of all clauses as rows of an import file: parties, catalog, orders.
 *
 * @param secretOf returns the secret of a party id
 */
export function rowsOf(
  set: ClauseSet,
  clauses: readonly Clause[],
  secretOf: (party: string) => string,
): readonly SectionRow[] {
  const { section, secret, rows } = set.parties;
  // Clauses that only read may share an order; each of these clauses contains its row.
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
