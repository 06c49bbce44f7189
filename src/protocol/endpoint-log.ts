// The request log's data about a call to a platform's URL outside the gateway, such as an OAuth
// URL.

/** The log data of one call to an endpoint. No field may contain a secret. */
export interface EndpointLog {
  /**
   * Whether the caller is authenticated. The log keeps less of other callers, and thins out a
   * flood.
   */
  readonly isVerified: boolean;
  readonly party: string | null;
  readonly method: string;
  readonly outcome: string;
  /** The problem and its place in the call. */
  readonly detail: string | null;
  /** The parameters with masked secrets. */
  readonly body: string;
}
