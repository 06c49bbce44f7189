// Operator accounts and their credentials, and the storage port that keeps both.
import type { Instant } from './clock.ts';
import type { JsonObject } from './order.ts';

/** Roles in ascending order of what a person or a token may do. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The roles of API tokens. A partner sees the data of one party alone, and is below every other role. */
export const TOKEN_ROLES = [...ROLES, 'partner'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Whether the role `has` includes the permissions of the role `needed`. */
export const reaches = (has: TokenRole, needed: Role): boolean =>
  has !== 'partner' && ROLES.indexOf(has) >= ROLES.indexOf(needed);

/** The time-based one-time password (RFC 6238) of an account. */
export interface Totp {
  /** The secret, sealed under the master key. */
  readonly sealed: string;
  /** False until the account's owner has entered a first valid code. */
  readonly confirmed: boolean;
  /** The newest time step whose code was accepted. The server accepts each code once. */
  readonly lastStep: number;
  /** SHA-256 digests (base64url) of the recovery codes that are still unused. */
  readonly recovery: readonly string[];
}

export interface Account {
  readonly accountId: string;
  /** The sign-in name, always in lower case. No two accounts share a name. */
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly lastSignInAt: Instant | null;
  /** An argon2id hash in PHC form; null if the account has no password. */
  readonly password: string | null;
  readonly totp: Totp | null;
  /** The issuer and subject that a single sign-on provider gives for this account. */
  readonly external: { readonly issuer: string; readonly subject: string } | null;
  /** 1 for a new account; each change adds 1. */
  readonly version: number;
}

/**
 * `session`: a signed-in browser. `token`: a program. `link`: a link that its owner uses once
 * instead of a password. `approval`: what somebody asked for and a second person may approve, for one call.
 */
export type CredentialKind = 'session' | 'token' | 'link' | 'approval';

/**
 * A bearer secret. The ledger keeps only its digest, so that a reader of the ledger cannot use it.
 */
export interface Credential {
  /** SHA-256 of the secret, base64url. */
  readonly digest: string;
  readonly kind: CredentialKind;
  /** The credential's public name, such as `ses_…`. */
  readonly credentialId: string;
  /**
   * The account that the credential belongs to; null for an API token, and for a link that creates
   * the first account.
   */
  readonly accountId: string | null;
  /**
   * Real time, even if the sandbox's clock was moved ahead, so that moving the clock signs nobody
   * out.
   */
  readonly expiresAt: Instant;
  readonly attributes: JsonObject;
}

/** Selects the credentials that match every given field. */
export interface CredentialFilter {
  readonly kind: CredentialKind;
  readonly credentialId?: string | undefined;
  readonly accountId?: string | undefined;
}

export interface PeopleStore {
  /** Sorted by name. */
  listAccounts(): Promise<Account[]>;

  findAccount(
    by: { readonly accountId: string } | { readonly name: string },
  ): Promise<Account | null>;

  /**
   * @param replaces the version that the caller read; null for a new account
   * @returns false, and changes nothing, if the name is taken or the stored version is another one
   */
  saveAccount(account: Account, replaces: number | null): Promise<boolean>;

  /** Also finds a credential that has expired but is not yet deleted. */
  findCredential(digest: string): Promise<Credential | null>;

  /** Sorted by public name. */
  listCredentials(filter: CredentialFilter): Promise<Credential[]>;

  /**
   * Stores a credential. With `spends`, the method ends the credential of that digest in the same
   * transaction, and stores nothing if that credential does not exist. If two callers spend one
   * link, one of them gets false.
   */
  saveCredential(credential: Credential, spends?: string): Promise<boolean>;

  /** Resolves to the number of credentials that ended. */
  endCredentials(filter: CredentialFilter): Promise<number>;

  /** Deletes credentials that expired before `before`. */
  forgetCredentials(before: Instant): Promise<number>;
}
