// Bearer tokens of a platform's parties: kept as digests only, so that nobody who reads them can use them.
import type { Instant } from './clock.ts';
import type { JsonObject } from './order.ts';

export interface Token {
  readonly platform: string;
  /** SHA-256 of the token, base64url. */
  readonly digest: string;
  /** The platform's word: `access`, `refresh`, `code`. */
  readonly kind: string;
  readonly partyId: string;
  /** What came from one consent; revoked together. */
  readonly grantId: string;
  readonly expiresAt: Instant;
  /** Whom it stands for, its scope, where it may be taken to. */
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

  /** Ends every token of a consent; returns how many there were. */
  revoke(platform: string, grantId: string): Promise<number>;

  /** Forgets tokens that ended before `before`; returns how many. */
  forget(before: Instant): Promise<number>;
}
