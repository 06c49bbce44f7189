// Accounts, sessions, API tokens and one-time links: who signs in, and who a call comes from.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Credential, PeopleStore, Role, TokenRole } from '../core/account.ts';
import { HOUR, type Instant, MINUTE } from '../core/clock.ts';
import type { JsonObject } from '../core/order.ts';
import type { PartyScope, Principal } from '../core/principal.ts';
import { GuessPace } from '../protocol/guess-pace.ts';
import { principalOf, tokenOf } from './partners.ts';
import { digestOf, newId, newSecret } from './secrets.ts';

/** After so long without a call a session ends. */
export const IDLE_MS = 2 * HOUR;
/** After so long it ends whatever its owner does: about a working day. */
export const ABSOLUTE_MS = 12 * HOUR;
/** How old what is kept of the last use may be: a call a minute writes to the ledger, the others do not. */
const TOUCH_MS = MINUTE;
/** How long the link lasts that the start prints. */
export const FIRST_LINK_MS = 15 * MINUTE;
/** How long a link lasts by which somebody chooses a password. */
export const PASSWORD_LINK_MS = 24 * HOUR;

/** The account that the sandbox's link signs in to. */
export const SANDBOX_NAME = 'sandbox';
export const TOKEN_PREFIX = 'ogt_';
/** Begins with a letter or a digit; letters of any script, no blank. */
export const ACCOUNT_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,63}$/u;

/** NUL becomes the replacement character: PostgreSQL refuses a statement that carries one. */
export const accountName = (given: string): string =>
  given.replaceAll('\0', '\uFFFD').trim().normalize('NFC').toLowerCase();

export interface From {
  readonly address: string;
  readonly userAgent: string;
}

/** What a link is for: the first account, a password that its owner chooses, a sandbox's sign-in, a partner's visit. */
export type LinkPurpose = 'first' | 'password' | 'sandbox' | 'partner';

/** The account was changed by somebody else meanwhile, again and again. */
export class AccountBusyError extends Error {
  override readonly name = 'AccountBusyError';
}

export class People {
  readonly store: PeopleStore;
  /** The world's time. */
  readonly now: () => Instant;
  readonly #pace = new GuessPace();

  /** @param now the world's time: a sandbox's clock that is moved signs nobody out */
  constructor(store: PeopleStore, now: () => Instant = Date.now) {
    this.store = store;
    this.now = now;
  }

  /**
   * Judges a password or a code; each wrong one, of the address or at the account, makes the next wait.
   * Nobody is locked out.
   */
  async paced(
    address: string,
    account: string,
    isRight: () => Promise<boolean>,
  ): Promise<boolean | 'too-many'> {
    const attempt = this.#pace.begin(address, account);
    if (!attempt) return 'too-many';
    let right = false;
    try {
      if (attempt.waitMs > 0) await sleep(attempt.waitMs, undefined, { ref: false });
      right = await isRight();
    } finally {
      attempt.end(right);
    }
    return right;
  }

  /** @returns null where the name is taken */
  async createAccount(fields: {
    readonly name: string;
    readonly role: Role;
    readonly password?: string | null;
    readonly external?: Account['external'];
    readonly accountId?: string;
  }): Promise<Account | null> {
    const account: Account = {
      accountId: newId('acc_'),
      enabled: true,
      createdAt: this.now(),
      lastSignInAt: null,
      password: null,
      totp: null,
      external: null,
      version: 1,
      ...fields,
    };
    return (await this.store.saveAccount(account, null)) ? account : null;
  }

  /** Decides anew when somebody else was faster. @returns null where there is no such account, or `change` says so */
  async changeAccount(
    accountId: string,
    change: (account: Account) => Account | null,
  ): Promise<Account | null> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const account = await this.store.findAccount({ accountId });
      const changed = account && change(account);
      if (!account || !changed) return null;
      const next = { ...changed, version: account.version + 1 };
      if (await this.store.saveAccount(next, account.version)) return next;
    }
    throw new AccountBusyError(`account ${accountId} is being changed by others; try again`);
  }

  /** Ends the session of a cookie; nothing where it is none. */
  async endSession(secret: string): Promise<void> {
    const found = await this.store.findCredential(digestOf(secret));
    if (found?.kind !== 'session') return;
    await this.store.endCredentials({ kind: 'session', credentialId: found.credentialId });
  }

  /** Ends all sessions of an account, and the links by which it could sign in. */
  async signOut(accountId: string): Promise<number> {
    await this.store.endCredentials({ kind: 'link', accountId });
    return this.store.endCredentials({ kind: 'session', accountId });
  }

  /**
   * A new session, always with a secret of its own. With `spends`, only if that link is still there.
   *
   * @returns the secret for the cookie; null where the link was spent by somebody else
   */
  async openSession(accountId: string, from: From, spends?: string): Promise<string | null> {
    const now = this.now();
    const secret = newSecret();
    const session: Credential = {
      digest: digestOf(secret),
      kind: 'session',
      credentialId: newId('ses_'),
      accountId,
      expiresAt: now + IDLE_MS,
      attributes: {
        ...{ createdAt: now, lastSeenAt: now, endsAt: now + ABSOLUTE_MS },
        ...{ address: from.address, userAgent: from.userAgent.slice(0, 300) },
      },
    };
    return (await this.store.saveCredential(session, spends)) ? secret : null;
  }

  /** The account of a session that has not ended. */
  async findSession(secret: string): Promise<{ session: Credential; account: Account } | null> {
    const session = await this.#findUsed('session', secret);
    if (!session?.accountId) return null;
    const account = await this.store.findAccount({ accountId: session.accountId });
    return account?.enabled ? { session, account } : null;
  }

  /** Who a session's cookie stands for: an account, or the token of a partner's link. */
  async findVisitor(secret: string): Promise<Principal | null> {
    const found = await this.findSession(secret);
    if (found) {
      const { accountId, name, role } = found.account;
      const { credentialId } = found.session;
      return { kind: 'account', name, role, scope: null, accountId, credentialId };
    }
    const session = await this.#findUsed('session', secret);
    const token = session && (await tokenOf(this, session));
    // Whoever looks at the list of links sees by the token whether its session is in use.
    const used = token && (await this.#touch(token, 'token'));
    return used ? principalOf(used) : null;
  }

  async findToken(secret: string): Promise<Principal | null> {
    const token = await this.#findUsed('token', secret);
    if (!token) return null;
    return principalOf(token);
  }

  /** Whether the session or the token that a call came with still holds, with the same role. */
  async holds({ kind, credentialId, accountId, role }: Principal): Promise<boolean> {
    if (kind === 'admin-token') return true;
    const its = {
      kind: kind === 'account' ? 'session' : 'token',
      credentialId: credentialId!,
    } as const;
    const [credential] = await this.store.listCredentials(its);
    if (!credential || credential.expiresAt <= this.now()) return false;
    if (accountId === null) return true;
    const account = await this.store.findAccount({ accountId });
    return account?.enabled === true && account.role === role;
  }

  /**
   * The person behind a caller: of a token that a token has made, who made the first of them. The ledger
   * keeps it with each token, because the first may have ended.
   */
  async ownerOf({ kind, name, credentialId }: Principal): Promise<string> {
    if (kind !== 'api-token' || credentialId === null) return name;
    const [token] = await this.store.listCredentials({ kind: 'token', credentialId });
    return String(token?.attributes.owner ?? token?.attributes.createdBy ?? name);
  }

  async createToken(fields: {
    readonly name: string;
    readonly role: TokenRole;
    /** Of a partner's token, and of no other. */
    readonly scope?: PartyScope;
    readonly createdBy: string;
    /** The person behind `createdBy`, by {@link ownerOf}. Default: `createdBy`. */
    readonly owner?: string;
    readonly expiresAt: Instant;
  }): Promise<{ readonly token: Credential; readonly secret: string }> {
    const { expiresAt, scope, ...rest } = fields;
    const secret = newSecret(TOKEN_PREFIX);
    const token: Credential = {
      digest: digestOf(secret),
      kind: 'token',
      credentialId: newId('tok_'),
      accountId: null,
      expiresAt,
      attributes: { ...rest, ...(scope && { ...scope }), createdAt: this.now(), lastUsedAt: null },
    };
    await this.store.saveCredential(token);
    return { token, secret };
  }

  /** @returns the link's secret */
  async createLink(
    purpose: LinkPurpose,
    accountId: string | null,
    ms: number,
    more: JsonObject = {},
  ): Promise<string> {
    const secret = newSecret();
    await this.store.saveCredential({
      digest: digestOf(secret),
      kind: 'link',
      credentialId: newId('link_'),
      accountId,
      expiresAt: this.now() + ms,
      attributes: { ...more, purpose },
    });
    return secret;
  }

  /** @returns null where it was used, has ended, or never was one */
  async findLink(secret: string): Promise<(Credential & { purpose: LinkPurpose }) | null> {
    const link = await this.store.findCredential(digestOf(secret));
    if (link?.kind !== 'link' || link.expiresAt <= this.now()) return null;
    return { ...link, purpose: link.attributes.purpose as LinkPurpose };
  }

  /** Finds a credential that has not ended, and keeps, once a minute, that it was used. */
  async #findUsed(kind: 'session' | 'token', secret: string): Promise<Credential | null> {
    const found = await this.store.findCredential(digestOf(secret));
    if (found?.kind !== kind || found.expiresAt <= this.now()) return null;
    return this.#touch(found, kind);
  }

  /** @returns null where it was ended meanwhile */
  async #touch(found: Credential, kind: 'session' | 'token'): Promise<Credential | null> {
    const now = this.now();
    const { attributes, digest } = found;
    const used = kind === 'session' ? 'lastSeenAt' : 'lastUsedAt';
    if (now - Number(attributes[used] ?? 0) < TOUCH_MS) return found;
    const touched: Credential = {
      ...found,
      attributes: { ...attributes, [used]: now },
      ...(kind === 'session' && {
        expiresAt:
          found.accountId === null
            ? Number(attributes.endsAt)
            : Math.min(now + IDLE_MS, Number(attributes.endsAt)),
      }),
    };
    // It spends itself: one that was ended meanwhile does not come back.
    if (await this.store.saveCredential(touched, digest)) return touched;
    // Of calls at the same moment one alone writes. The others look whether it is there still.
    const left = await this.store.findCredential(digest);
    return left?.kind === kind && left.expiresAt > now ? left : null;
  }
}
