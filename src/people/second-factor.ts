// The second factor of an account: made, confirmed, asked for at sign-in, and the ticket between the two steps.
import { createHmac } from 'node:crypto';
import type { Account } from '../core/account.ts';
import { type Instant, MINUTE } from '../core/clock.ts';
import { equalSecrets } from '../protocol/digest.ts';
import type { People } from './people.ts';
import { newRecoveryCodes, newTotpSecret, recoveryDigest, takeCode, totpUri } from './totp.ts';

/** How long the code may be entered after the password. */
const TICKET_MS = 5 * MINUTE;

/** Seals what stands in the ledger; the secret of a second factor opens at its account alone. */
export interface Vault {
  seal(text: string, place: string): string;
  open(sealed: string, place: string): string;
}

export const totpPlace = (accountId: string): string => `totp/${accountId}`;

export class SecondFactor {
  readonly #people: People;
  readonly #vault: Vault;
  readonly #key: Uint8Array;

  /** @param key that all nodes share: another may be asked for the second step */
  constructor(people: People, vault: Vault, key: Uint8Array) {
    this.#people = people;
    this.#vault = vault;
    this.#key = key;
  }

  /** A new secret, which counts once a code of it was shown. Null where one counts already. */
  async begin(accountId: string): Promise<{ secret: string; uri: string } | null> {
    const secret = newTotpSecret();
    const sealed = this.#vault.seal(secret, totpPlace(accountId));
    const totp = { sealed, confirmed: false, lastStep: 0, recovery: [] };
    const changed = await this.#people.changeAccount(accountId, (is) =>
      is.totp?.confirmed ? null : { ...is, totp },
    );
    return changed && { secret, uri: totpUri(secret, changed.name) };
  }

  /** The recovery codes, once; null where the code is wrong, or there is nothing to confirm. */
  async confirm(accountId: string, code: string): Promise<string[] | null> {
    const codes = newRecoveryCodes();
    const changed = await this.#people.changeAccount(accountId, (is) => {
      const taken = is.totp?.confirmed === false ? this.#take(is, code) : null;
      return (
        taken && { ...is, totp: { ...taken, confirmed: true, recovery: codes.map(recoveryDigest) } }
      );
    });
    return changed && codes;
  }

  /** Whether the code, or the recovery code, is good; it is not any more afterwards. */
  async isCode(accountId: string, code: string): Promise<boolean> {
    const changed = await this.#people.changeAccount(accountId, (is) => {
      const taken = this.#take(is, code);
      return taken && { ...is, totp: taken };
    });
    return changed !== null;
  }

  /** What the browser brings back with the code: that the password was right, a moment ago. */
  ticket({ accountId, password }: Account): string {
    const until = this.#people.now() + TICKET_MS;
    return `${accountId}.${until}.${this.#mac(accountId, until, password)}`;
  }

  /** The account of a ticket that still holds; one of before a change of the password does not. */
  async accountOf(ticket: string): Promise<Account | null> {
    const [accountId = '', until = '', mac = ''] = ticket.split('.');
    if (!/^\d{1,15}$/.test(until) || Number(until) <= this.#people.now()) return null;
    const account = await this.#people.store.findAccount({ accountId });
    if (!account?.enabled || !account.totp?.confirmed) return null;
    return equalSecrets(mac, this.#mac(accountId, Number(until), account.password))
      ? account
      : null;
  }

  #take({ accountId, totp }: Account, code: string) {
    if (totp === null) return null;
    const secret = this.#vault.open(totp.sealed, totpPlace(accountId));
    return takeCode(totp, secret, code, this.#people.now());
  }

  #mac(accountId: string, until: Instant, password: string | null): string {
    const text = JSON.stringify(['sign-in', accountId, until, password]);
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
