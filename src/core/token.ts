// Bearer tokens of a platform's parties. Storage keeps only digests, so that a reader of the
// storage cannot use the tokens.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { JsonObject } from './order.ts';

export interface Token {
  readonly platform: string;
  /** SHA-256 of the token, base64url. */
  readonly digest: string;
  /** The kind in the platform's words: `access`, `refresh`, `code`. */
  readonly kind: string;
  readonly partyId: string;
  /**
   * Identifies the consent that the token came from. All tokens of a consent are revoked together.
   * For imported tokens see {@link IMPORTED_GRANT}.
   */
  readonly grantId: string;
  readonly expiresAt: Instant;
  /** The user that the token represents, its scope, and its allowed redirect address. */
  readonly attributes: JsonObject;
}

/**
 * The prefix of the grant id of an imported token. When an imported token ends, a permanent mark
 * stays, because the import file may run again and must not restore the token. A token that the
 * server generated is random and never occurs again, so it needs no mark.
 */
export const IMPORTED_GRANT = 'import:';

/** The kind of the mark that a revoked imported token leaves. */
export const REVOKED = 'revoked';

/** Kinds of marks for spent or ended tokens. A mark authorises nothing and is not listed. */
export const TOKEN_MARKS: readonly string[] = ['spent', 'again', REVOKED];

/** The expiry of a mark that is kept for ever: the last instant that a Date can hold. */
export const NEVER: Instant = 8_640_000_000_000_000;

export interface TokenQuery {
  readonly platform: string;
  readonly partyId?: string | undefined;
  readonly grantId?: string | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The codes and tokens that came from one consent. */
export interface TokenGrant {
  readonly grantId: string;
  readonly partyId: string;
  /** The number of codes and tokens, including ended ones that are not yet deleted. */
  readonly tokens: number;
  /** The latest expiry among the tokens. */
  readonly expiresAt: Instant;
  /** The attributes of the token that expires last. */
  readonly attributes: JsonObject;
}

export interface TokenStore {
  /**
   * Also finds an expired token that is not yet deleted, so that the caller can report it as
   * expired.
   */
  find(platform: string, digest: string): Promise<Token | null>;

  /**
   * Stores all tokens in one transaction. With `spend`, the method ends that token (a code, a
   * refresh token) in the same transaction, and stores nothing if the token does not exist. If two
   * callers spend one token, one of them gets false.
   */
  save(tokens: readonly Token[], spend?: { platform: string; digest: string }): Promise<boolean>;

  /** Sorted by grant, then by digest; without {@link TOKEN_MARKS}. */
  list(query: TokenQuery): Promise<Page<Token>>;

  /** Sorted by grant. A grant of which only marks are left is not listed. */
  listGrants(query: Omit<TokenQuery, 'grantId'>): Promise<Page<TokenGrant>>;

  /**
   * Ends one token and keeps the other tokens of its consent. Returns false if there is no such
   * token.
   */
  end(platform: string, digest: string): Promise<boolean>;

  /** Ends every token of a consent; returns their number. */
  revoke(platform: string, grantId: string): Promise<number>;

  /** Deletes tokens that expired before `before`; returns their number. */
  forget(before: Instant): Promise<number>;
}
