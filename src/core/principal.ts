// The caller of the management API, and the reasons why a call is refused.
import type { TokenRole } from './account.ts';
import type { OperatorActor } from './order.ts';

/** A party of a platform. */
export interface PartyScope {
  readonly platform: string;
  readonly partyId: string;
}

export interface Principal {
  /** A signed-in account, an API token, or the admin token of the settings. */
  readonly kind: 'account' | 'api-token' | 'admin-token';
  /** The account's or the token's name. */
  readonly name: string;
  readonly role: TokenRole;
  /** The one party whose data a partner sees; null for every other role. */
  readonly scope: PartyScope | null;
  /** Null for tokens. */
  readonly accountId: string | null;
  /** The session's or the token's public name; null for the admin token. */
  readonly credentialId: string | null;
}

/** The admin token of the settings, which may do everything. */
export const ADMIN_TOKEN: Principal = {
  ...{
    kind: 'admin-token',
    name: 'admin',
    role: 'admin',
    scope: null,
    accountId: null,
    credentialId: null,
  },
};

/** Why a call is refused. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The author that the order's history and the audit log record. */
export const actorOf = ({ kind, name }: Principal): OperatorActor =>
  kind === 'admin-token' ? 'operator' : `operator:${name}`;
