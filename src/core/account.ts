// Operator accounts, what their owners sign in with, and the port to where both are kept.
import type { Instant } from './clock.ts';
import type { JsonObject } from './order.ts';

/** From the least to the most that a person or a token may do. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether somebody with the role `has` may do what needs `needed`. */
export const reaches = (has: Role, needed: Role): boolean =>
  ROLES.indexOf(has) >= ROLES.indexOf(needed);

/** Time-based one-time passwords (RFC 6238) of an account. */
export interface Totp {
  /** The secret, sealed under the master key. */
  readonly sealed: string;
  /** False until its owner has shown a code of it. */
  readonly confirmed: boolean;
  /** The newest time step whose code was taken; a code is good once. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that were not used, base64url. */
  readonly recovery: readonly string[];
}

export interface Account {
  readonly accountId: string;
  /** What its owner signs in as; no two accounts share one. Always in lower case. */
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly lastSignInAt: Instant | null;
  /** An argon2id hash in PHC form; null where no password was chosen. */
  readonly password: string | null;
  readonly totp: Totp | null;
  /** Issuer and subject at a provider of single sign-on. */
  readonly external: { readonly issuer: string; readonly subject: string } | null;
  /** 1 for a new account; each change raises it. */
  readonly version: number;
}

/** `session`: a browser that is signed in. `token`: a program. `link`: opens once, in place of a password. */
export type CredentialKind = 'session' | 'token' | 'link';

/** A bearer secret; whoever reads the ledger finds its digest, which opens nothing. */
export interface Credential {
  /** SHA-256 of the secret, base64url. */
  readonly digest: string;
  readonly kind: CredentialKind;
  /** Its public name, such as `ses_…`. */
  readonly credentialId: string;
  /** Whom it stands for; null for an API token, and for a link that makes the first account. */
  readonly accountId: string | null;
  /** In the world's time, also where a sandbox's clock runs ahead: nobody is signed out by a moved clock. */
  readonly expiresAt: Instant;
  readonly attributes: JsonObject;
}

/** Which credentials are meant; each given field has to agree. */
export interface CredentialFilter {
  readonly kind: CredentialKind;
  readonly credentialId?: string | undefined;
  readonly accountId?: string | undefined;
}

export interface PeopleStore {
  /** By name. */
  listAccounts(): Promise<Account[]>;

  findAccount(
    by: { readonly accountId: string } | { readonly name: string },
  ): Promise<Account | null>;

  /**
   * @param replaces the version that it is put in place of; null where it is new
   * @returns false where the name is taken, or the version is another by now: nothing was changed
   */
  saveAccount(account: Account, replaces: number | null): Promise<boolean>;

  /** Also one that has ended, until it is forgotten. */
  findCredential(digest: string): Promise<Credential | null>;

  /** By its public name. */
  listCredentials(filter: CredentialFilter): Promise<Credential[]>;

  /**
   * Keeps a credential. With `spends`, only if the one with that digest is there, which it ends: of two
   * that spend one link one gets false, and nothing is kept.
   */
  saveCredential(credential: Credential, spends?: string): Promise<boolean>;

  /** Resolves to how many there were. */
  endCredentials(filter: CredentialFilter): Promise<number>;

  /** Forgets credentials that ended before `before`. */
  forgetCredentials(before: Instant): Promise<number>;
}
