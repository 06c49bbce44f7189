// A partner's link and the session that it opens: both are of one token, whose party they show.
import type { Credential, TokenRole } from '../core/account.ts';
import type { Principal } from '../core/principal.ts';
import type { From, People } from './people.ts';
import { digestOf, newId, newSecret } from './secrets.ts';

export interface PartnerSession {
  /** For the cookie. */
  readonly secret: string;
  readonly principal: Principal;
}

/** Who a token stands for. A token whose role is not partner has no scope, whatever is stored. */
export function principalOf({ credentialId, attributes }: Credential): Principal {
  const { name, role, platform, partyId } = attributes as Record<string, string>;
  const scope = role === 'partner' ? { platform: platform!, partyId: partyId! } : null;
  return {
    ...{ kind: 'api-token', name: name!, role: role as TokenRole, scope },
    ...{ accountId: null, credentialId },
  };
}

/**
 * Opens a session for whoever has a partner's link; it lasts as long as the link's token. It spends the
 * link.
 *
 * @returns null where the link was spent by somebody else, or its token has ended
 */
export async function openPartnerSession(
  people: People,
  link: Credential,
  from: From,
): Promise<PartnerSession | null> {
  const token = await tokenOf(people, link);
  if (!token) return null;
  const now = people.now();
  const secret = newSecret();
  const session: Credential = {
    digest: digestOf(secret),
    kind: 'session',
    credentialId: newId('ses_'),
    accountId: null,
    expiresAt: token.expiresAt,
    attributes: {
      ...{
        tokenId: token.credentialId,
        createdAt: now,
        lastSeenAt: now,
        endsAt: token.expiresAt,
      },
      ...{ address: from.address, userAgent: from.userAgent.slice(0, 300) },
    },
  };
  const isOpen = await people.store.saveCredential(session, link.digest);
  return isOpen ? { secret, principal: principalOf(token) } : null;
}

/** The token that a partner's link or session was made for, while it holds. */
export async function tokenOf(
  people: Pick<People, 'store' | 'now'>,
  { attributes: { tokenId } }: Credential,
): Promise<Credential | null> {
  if (typeof tokenId !== 'string') return null;
  const [token] = await people.store.listCredentials({ kind: 'token', credentialId: tokenId });
  return token && token.expiresAt > people.now() ? token : null;
}
