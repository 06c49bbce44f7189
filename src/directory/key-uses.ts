// Records when each key last verified a request: in memory at each call, in the ledger at
// intervals.
import type { Instant } from '../core/clock.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { Ledger } from '../core/ledger.ts';
import type { KeyUse, Party, PartyKey } from '../core/party.ts';

/**
 * The ledger gets a last use within a minute. That suffices to decide, over days, when an old key
 * may end.
 */
const KEEP_EVERY_MS = 30_000;

const nameOf = ({ platform, partyId, keyId }: Omit<KeyUse, 'at'>): string =>
  JSON.stringify([platform, partyId, keyId]);

type Noted = ReadonlyMap<PartyKey, { readonly party: Party; readonly at: Instant }>;

export class KeyUses {
  readonly #ledger: Pick<Ledger, 'keepKeyUses' | 'readKeyUses'>;
  /**
   * Uses that are not yet in the ledger. The key object is the map's key, so that a call builds no
   * string.
   */
  #noted = new Map<PartyKey, { readonly party: Party; at: Instant }>();

  /** The uses that the ledger returned at the last query. */
  #kept: readonly KeyUse[] = [];

  constructor(ledger: Pick<Ledger, 'keepKeyUses' | 'readKeyUses'>) {
    this.#ledger = ledger;
  }

  note(party: Party, key: PartyKey, at: Instant): void {
    const noted = this.#noted.get(key);
    if (noted) noted.at = at;
    else this.#noted.set(key, { party, at });
  }

  /** Writes the uses since the last write. A use that could not be written stays noted. */
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

  /** Writes at intervals until the returned function is called. */
  start(onError: (error: unknown) => void): () => Promise<void> {
    const keep = (): Promise<void> => this.keep().catch(onError);
    const timer = setInterval(keep, KEEP_EVERY_MS);
    timer.unref();
    return () => {
      clearInterval(timer);
      return keep();
    };
  }

  /** The last uses of all nodes, including this node's unwritten ones. */
  async read(): Promise<(party: Party, key: PartyKey) => Instant | null> {
    const all = new Map<string, Instant>();
    try {
      this.#kept = await this.#ledger.readKeyUses();
    } catch (error) {
      // If the ledger is unavailable, parties are still shown, with older last uses.
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
