// A request as a platform gets it from HTTP.
import type { HttpMethod } from './contract.ts';

/** Bytes as they came in, and from whom. */
export interface GatewayRequest {
  readonly id: number;
  /** As the caller sent it: HEAD where a path that takes GET was asked so. */
  readonly method: HttpMethod | 'HEAD';
  /** The path as it was sent, without its query. */
  readonly path: string;
  /** What `{name}` in the platform's path stood for, URL-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Behind the `?`, as it was sent; empty where there is none. */
  readonly query: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  /**
   * Names and values in turn as they were sent, so that a header which came several times can be told.
   * Absent where a call comes from this process and had no bytes.
   */
  readonly rawHeaders?: readonly string[];
  readonly body: Buffer;
  /** The caller's address, behind configured proxies; no address where none could be read. */
  readonly address: string;
  /** The address that limits count the call by: see `readCaller`. Absent: `address`. */
  readonly countedAs?: string;
  /** What was passed over or could not be read before the call got here; the request log has it. */
  readonly notes?: readonly string[];
}

/** Who is asking, after the hops that trusted proxies vouch for. */
export interface Caller {
  /** The address that address lists are asked about; `NOBODY` where none could be read. */
  readonly address: string;
  /** The address that limits count the call by: the proxy's where the caller's could not be read. */
  readonly countedAs: string;
  /** What could not be read, for the request log. */
  readonly note?: string;
}
