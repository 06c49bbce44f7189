// What a platform brings so that one client can call it: how a call looks as bytes, and how a reply is read.
import type { CodeOf, Contract, MethodOf, Params, Success } from '../protocol/contract.ts';

/** A request ready to send. */
export interface WireRequest {
  readonly http: 'GET' | 'POST';
  /** Path and query, below the server's address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A reply as it arrived, with HTTP status 200. */
export interface WireReply {
  readonly headers: { get(name: string): string | null };
  readonly body: string;
}

/** What a platform's reply says. */
export type WireOutcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: string; readonly words: string };

export interface WireProtocol<C extends Contract, Credentials> {
  readonly contract: C;
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
}
