// A request as HTTP passes it to a platform.
import type { HttpMethod } from './contract.ts';

/** The received bytes and their sender. */
export interface GatewayRequest {
  readonly id: number;
  /** The method that the caller sent: HEAD is possible on a path that accepts GET. */
  readonly method: HttpMethod | 'HEAD';
  /** The received path, without its query. */
  readonly path: string;
  /** The URL-decoded segments that match `{name}` in the platform's path. */
  readonly params: Readonly<Record<string, string>>;
  /** The received text after the `?`; empty if there is none. */
  readonly query: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  /**
   * Alternating names and values as received, so that repeated headers remain visible. Absent if
   * the call comes from this process and had no bytes.
   */
  readonly rawHeaders?: readonly string[];
  readonly body: Buffer;
  /** The caller's address after the configured proxies; `NOBODY` if it could not be read. */
  readonly address: string;
  /** The address that limits count the call for: see `readCaller`. Absent: `address`. */
  readonly countedAs?: string;
  /** Data that was ignored or unreadable before this point, for the request log. */
  readonly notes?: readonly string[];
  /** Absent if the call comes from this process. */
  readonly connection?: Connection;
}

/** The part of a socket that tells whether its caller has gone away. */
export interface Connection {
  readonly destroyed: boolean;
  on(event: 'end' | 'close', act: () => void): this;
  off(event: 'end' | 'close', act: () => void): this;
}

/** The caller, determined after the hops that trusted proxies vouch for. */
export interface Caller {
  /** The address that is checked against address lists; `NOBODY` if it could not be read. */
  readonly address: string;
  /** The address that limits count: the proxy's address if the caller's could not be read. */
  readonly countedAs: string;
  /** A note about unreadable data, for the request log. */
  readonly note?: string;
}
