// The reply of a platform, at its gateway and at its other URLs.
import type { HttpMethod } from './contract.ts';
import type { EndpointLog } from './endpoint-log.ts';

/** A URL that a platform listens on. */
export interface PlatformPath {
  readonly method: HttpMethod;
  /** `{name}` stands for one segment; see `params` of the request. */
  readonly path: string;
  /** Set if GET changes data here. HEAD is then refused, because HEAD must change nothing. */
  readonly changes?: true;
}

export interface GatewayReply {
  /** The HTTP status. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set if the body contains ASCII only, which is cheaper to send. */
  readonly isAscii?: boolean;
  /**
   * The number of body bytes after which the connection is broken off; 0 sends nothing at all. Only
   * a sandbox force sets it.
   */
  readonly cut?: number;
  /** The reply's message beside its code, for the request log. Absent or null: none. */
  readonly words?: string | null;
  /**
   * The log data of a call to a URL outside the gateway; absent: none. The pipeline logs the calls
   * of the gateway.
   */
  readonly log?: EndpointLog;
}

/**
 * A call that HTTP refused before the platform saw it: a wrong method, an unknown path, too long a
 * body.
 */
export interface HttpRefusal {
  readonly status: number;
  /** A code of this server, such as `method-not-allowed`. */
  readonly code: string;
  readonly message: string;
}
