// What a platform's URL beside its gateway tells the request log, such as one of OAuth's.

/** What an endpoint tells the request log of one call; nothing of it may hold a secret. */
export interface EndpointLog {
  /** That the caller has shown who they are; of others less is kept, and a flood is thinned out. */
  readonly isVerified: boolean;
  readonly party: string | null;
  readonly method: string;
  readonly outcome: string;
  /** What was wrong, and where. */
  readonly detail: string | null;
  /** The parameters, secrets masked. */
  readonly body: string;
}
