// What a platform brings so that one client can call it: how a call looks as bytes, and how a reply is read.
import type {
  CodeOf,
  Contract,
  HttpMethod,
  MethodOf,
  Params,
  Success,
} from '../protocol/contract.ts';
import type { SignatureScheme } from '../protocol/signature-scheme.ts';
import type { Client } from './options.ts';

/** A request ready to send. */
export interface WireRequest {
  readonly http: HttpMethod;
  /** Path and query, below the server's address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A reply of the platform as it arrived. */
export interface WireReply {
  /** HTTP status: 200, or another one that the protocol's `replyStatuses` lists. */
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: string;
}

/** What a platform's reply says. */
export type WireOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: string; readonly words: string };

export interface WireProtocol<C extends Contract, Credentials, Extras extends object = object> {
  readonly contract: C;
  /** How a call is signed; a hook sees what it is carried in masked. */
  readonly signature: SignatureScheme<never>;
  /** The names of those credentials that must reach no log. */
  readonly secrets: readonly (keyof Credentials & string)[];
  /** The credentials of a party, from its id and its key as the server's operator has them. */
  toCredentials(partyId: string, key: string): Credentials;
  /** Parameters that a hook sees masked, beside those that the contract calls secret. */
  readonly masked?: readonly string[];
  /** HTTP statuses of the platform's own replies. Default: 200 alone. */
  readonly replyStatuses?: readonly number[];
  /**
   * The call, signed. The same arguments give the same bytes.
   *
   * @param now milliseconds since 1970
   */
  write<M extends MethodOf<C>>(
    credentials: Credentials,
    method: M,
    params: Params<C, M>,
    now: number,
  ): WireRequest;
  /** @throws {UnreadableReplyError} where the reply is not the platform's, or its signature is wrong */
  read<M extends MethodOf<C>>(
    credentials: Credentials,
    method: M,
    reply: WireReply,
  ): WireOutcome<Success<C, M>>;
  /** The row of the code table that a code on the wire belongs to; absent where both are the same. */
  rowOf?(code: string): CodeOf<C> | undefined;
  /** The code by which the platform's document calls a missing answer, or one with another status. */
  networkCode?(status: number | null): string;
  /** Methods of the client beside `call` and `try`, made of these two. */
  extras?(client: Client<C>): Extras;
}
