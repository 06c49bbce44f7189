// Who calls the management API, and why somebody may not.
import type { Role } from './account.ts';
import type { OperatorActor } from './order.ts';

export interface Principal {
  /** An account that is signed in, an API token, or the one admin token of the settings. */
  readonly kind: 'account' | 'api-token' | 'admin-token';
  /** The account's or the token's name. */
  readonly name: string;
  readonly role: Role;
  /** Null for tokens. */
  readonly accountId: string | null;
  /** The session's or the token's public name; null for the admin token. */
  readonly credentialId: string | null;
}

/** The admin token of the settings: it may do everything. */
export const ADMIN_TOKEN: Principal = {
  ...{ kind: 'admin-token', name: 'admin', role: 'admin', accountId: null, credentialId: null },
};

/** Why a call is not let in. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Who the order's history and the audit say has done it. */
export const actorOf = ({ kind, name }: Principal): OperatorActor =>
  kind === 'admin-token' ? 'operator' : `operator:${name}`;
