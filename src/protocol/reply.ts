// What a platform answers with, at its gateway and at the URLs beside it.
import type { HttpMethod } from './contract.ts';
import type { EndpointLog } from './endpoint-log.ts';

/** A URL that a platform listens on. */
export interface PlatformPath {
  readonly method: HttpMethod;
  /** `{name}` takes one segment; see `params` of the request. */
  readonly path: string;
  /** Set where GET changes something here: HEAD is then refused, since HEAD must change nothing. */
  readonly changes?: true;
}

export interface GatewayReply {
  /** The HTTP status. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set where the body is known to hold ASCII only, which is cheaper to send. */
  readonly isAscii?: boolean;
  /** What the reply says beside its code, for the request log. Absent or null: nothing. */
  readonly words?: string | null;
  /**
   * What the request log keeps of a call to a URL beside the gateway; absent: nothing. Of the
   * gateway's own calls the pipeline writes the log.
   */
  readonly log?: EndpointLog;
}

/** A call that HTTP refused before the platform saw it: a wrong method, an unknown path, a body too long. */
export interface HttpRefusal {
  readonly status: number;
  /** In the words of this server, such as `method-not-allowed`. */
  readonly code: string;
  readonly message: string;
}
