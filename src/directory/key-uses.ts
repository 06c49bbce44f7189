// When each key verified a request last: noted in memory by every call, and kept in the ledger now and then.
import type { Instant } from '../core/clock.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { Ledger } from '../core/ledger.ts';
import type { KeyUse, Party, PartyKey } from '../core/party.ts';

/** A last use is kept within a minute: it tells when an old key may go, which is a matter of days. */
const KEEP_EVERY_MS = 30_000;

const nameOf = ({ platform, partyId, keyId }: Omit<KeyUse, 'at'>): string =>
  JSON.stringify([platform, partyId, keyId]);

type Noted = ReadonlyMap<PartyKey, { readonly party: Party; readonly at: Instant }>;

export class KeyUses {
  readonly #ledger: Pick<Ledger, 'keepKeyUses' | 'readKeyUses'>;
  /** By the key itself, so that a call makes no name. Those that the ledger does not know of yet. */
  #noted = new Map<PartyKey, { readonly party: Party; at: Instant }>();

  /** As the ledger had them when it was asked last. */
  #kept: readonly KeyUse[] = [];

  constructor(ledger: Pick<Ledger, 'keepKeyUses' | 'readKeyUses'>) {
    this.#ledger = ledger;
  }

  note(party: Party, key: PartyKey, at: Instant): void {
    const noted = this.#noted.get(key);
    if (noted) noted.at = at;
    else this.#noted.set(key, { party, at });
  }

  /** Writes what was noted since the last time. What fails to be written is noted still. */
  async keep(): Promise<void> {
    if (this.#noted.size === 0) return;
    const noted = this.#noted;
    this.#noted = new Map();
    try {
      await this.#ledger.keepKeyUses(usesOf(noted));
    } catch (error) {
      for (const [key, { party, at }] of noted) {
        if (!this.#noted.has(key)) this.#noted.set(key, { party, at });
      }
      throw error;
    }
  }

  /** Keeps them now and then, as long as it is not stopped. */
  start(onError: (error: unknown) => void): () => Promise<void> {
    const keep = (): Promise<void> => this.keep().catch(onError);
    const timer = setInterval(keep, KEEP_EVERY_MS);
    timer.unref();
    return () => {
      clearInterval(timer);
      return keep();
    };
  }

  /** Of all nodes, with what this one has noted and not written yet. */
  async read(): Promise<(party: Party, key: PartyKey) => Instant | null> {
    const all = new Map<string, Instant>();
    try {
      this.#kept = await this.#ledger.readKeyUses();
    } catch (error) {
      // Parties can be looked at while the ledger cannot be reached; their last uses are then older.
      if (!(error instanceof LedgerUnavailableError)) throw error;
    }
    for (const use of [...this.#kept, ...usesOf(this.#noted)]) {
      const name = nameOf(use);
      all.set(name, Math.max(use.at, all.get(name) ?? use.at));
    }
    return ({ platform, partyId }, { keyId }) =>
      all.get(nameOf({ platform, partyId, keyId })) ?? null;
  }
}

function usesOf(noted: Noted): KeyUse[] {
  return [...noted].map(
    ([
      { keyId },
      {
        party: { platform, partyId },
        at,
      },
    ]) => ({
      platform,
      partyId,
      keyId,
      at,
    }),
  );
}
