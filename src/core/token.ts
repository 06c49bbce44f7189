// Bearer tokens of a platform's parties: kept as digests only, so that nobody who reads them can use them.
import type { Instant } from './clock.ts';
import type { Page } from './ledger.ts';
import type { JsonObject } from './order.ts';

export interface Token {
  readonly platform: string;
  /** SHA-256 of the token, base64url. */
  readonly digest: string;
  /** The platform's word: `access`, `refresh`, `code`. */
  readonly kind: string;
  readonly partyId: string;
  /** What came from one consent; revoked together. Of an imported token see {@link IMPORTED_GRANT}. */
  readonly grantId: string;
  readonly expiresAt: Instant;
  /** Whom it stands for, its scope, where it may be taken to. */
  readonly attributes: JsonObject;
}

/**
 * Begins the grant of a token that an import file gave. Such a token leaves a mark when it is ended,
 * for good: the file may be run again, and must not bring it back. A token that a server made is
 * drawn at random and comes never again, so nothing has to be remembered of it.
 */
export const IMPORTED_GRANT = 'import:';

/** The kind of such a mark. */
export const REVOKED = 'revoked';

/** Kinds that open nothing and are listed nowhere: what remembers a token that was spent or ended. */
export const TOKEN_MARKS: readonly string[] = ['spent', 'again', REVOKED];

/** The end of a mark that is never forgotten: the last instant that a Date can hold. */
export const NEVER: Instant = 8_640_000_000_000_000;

export interface TokenQuery {
  readonly platform: string;
  readonly partyId?: string | undefined;
  readonly grantId?: string | undefined;
  /** 1 to 1000 */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What came of one consent. */
export interface TokenGrant {
  readonly grantId: string;
  readonly partyId: string;
  /** How many codes and tokens of it there are, ended ones that are not forgotten among them. */
  readonly tokens: number;
  /** When the last of them ends. */
  readonly expiresAt: Instant;
  /** Those of the token that ends last. */
  readonly attributes: JsonObject;
}

export interface TokenStore {
  /** Also one that has ended, until it is forgotten: the caller is told so. */
  find(platform: string, digest: string): Promise<Token | null>;

  /**
   * Keeps tokens, all or none, in one transaction. With `spend`, only if that token is there, which
   * it ends (a code, a refresh token): of two that spend one, one gets false and nothing is kept.
   */
  save(tokens: readonly Token[], spend?: { platform: string; digest: string }): Promise<boolean>;

  /** By grant, then by digest; without {@link TOKEN_MARKS}. */
  list(query: TokenQuery): Promise<Page<Token>>;

  /** By grant; those of which something other than a mark is left. */
  listGrants(query: Omit<TokenQuery, 'grantId'>): Promise<Page<TokenGrant>>;

  /** Ends one token and leaves the others of its consent; false where there is none. */
  end(platform: string, digest: string): Promise<boolean>;

  /** Ends every token of a consent; returns how many there were. */
  revoke(platform: string, grantId: string): Promise<number>;

  /** Forgets tokens that ended before `before`; returns how many. */
  forget(before: Instant): Promise<number>;
}
