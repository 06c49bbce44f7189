// The parties in memory, because every gateway call reads one and parties change rarely.
import type { Instant } from '../core/clock.ts';
import { withoutOldEnded } from '../core/ended-keys.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Party, PartyKey } from '../core/party.ts';
import { type KeyProblem, keyProblems } from '../core/party-keys.ts';
import type { PartyDirectory } from '../protocol/platform.ts';
import { AddressList } from './addresses.ts';
import { KeyUses } from './key-uses.ts';

interface Entry {
  readonly party: Party;
  readonly addresses: AddressList;
}

/**
 * Checks every party that is created or changed, by whatever way.
 * @param before the party before the change
 * @throws {ImportError} names the field
 */
export type JudgeParty = (party: Party, before: Party | undefined) => void;

export class Parties implements PartyDirectory {
  /** The time of each key's last use. */
  readonly keyUses: KeyUses;
  readonly #ledger: Ledger;
  readonly #judge: JudgeParty;
  readonly #published: ReadonlySet<string>;
  /** By platform, then by id, so that a look-up builds no combined key. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** Keys of all parties; computed at the first query after a change. */
  #secrets: ReadonlySet<string> | undefined;
  /** Changes run one after the other, so that no change starts from an outdated party. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(ledger: Ledger, judge: JudgeParty, published: ReadonlySet<string>) {
    this.keyUses = new KeyUses(ledger);
    this.#ledger = ledger;
    this.#judge = judge;
    this.#published = published;
  }

  /** @param published publicly known keys, which no party may have */
  static async load(
    ledger: Ledger,
    judge: JudgeParty = () => {},
    published: ReadonlySet<string> = new Set(),
  ): Promise<Parties> {
    const parties = new Parties(ledger, judge, published);
    await parties.reload();
    return parties;
  }

  /** Loads the stored parties again, because another node may have changed them. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#readAll());
  }

  find(platform: string, partyId: string): Party | undefined {
    return this.#entries.get(platform)?.get(partyId)?.party;
  }

  /** The id of a party that exists, for names that a caller gave. */
  known(platform: string, partyId: string | undefined): string | null {
    return (partyId !== undefined && this.find(platform, partyId)?.partyId) || null;
  }

  list(platform?: string): Party[] {
    const all = platform === undefined ? [...this.#entries.keys()] : [platform];
    return all.flatMap((name) =>
      [...(this.#entries.get(name)?.values() ?? [])].map(({ party }) => party),
    );
  }

  /** Whether a word is a key of any party. Logs hide such words everywhere. */
  isSecret(word: string): boolean {
    this.#secrets ??= new Set(
      this.list().flatMap(({ keys, ended = [] }) =>
        [...keys, ...ended].map(({ secret }) => secret),
      ),
    );
    return this.#secrets.has(word);
  }

  admits(party: Party, address: string): boolean {
    const list = this.#entries.get(party.platform)?.get(party.partyId)?.addresses;
    return list !== undefined && (list.isEmpty || list.has(address));
  }

  noteUse(party: Party, key: PartyKey, now: Instant): void {
    this.keyUses.note(party, key, now);
  }

  /** The problems of the party's keys that are valid at `now`, for creation and for `verify`. */
  keyProblems(party: Party, now: Instant): readonly KeyProblem[] {
    return keyProblems(party, now, this.#published);
  }

  /** Resolves to false, and changes nothing, if the party already exists. */
  create(party: Party): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#judge(party, this.find(party.platform, party.partyId));
      const created = await this.#ledger.saveParty(party, 'create');
      if (created) this.#put(party);
      return created;
    });
  }

  /**
   * Resolves to the changed party; undefined if the party does not exist. If another node changed
   * the party first, `change` runs again on that node's result.
   */
  change(
    platform: string,
    partyId: string,
    change: (party: Party) => Party,
  ): Promise<Party | undefined> {
    return this.#inTurn(async () => {
      for (;;) {
        const party = this.find(platform, partyId);
        if (!party) return undefined;
        const changed = { ...change(party), version: party.version + 1 };
        this.#judge(changed, party);
        if (await this.#ledger.saveParty(changed, 'replace')) {
          this.#put(changed);
          return changed;
        }
        await this.#readAll();
      }
    });
  }

  /** Deletes ended keys that are too old. */
  async forgetEnded(now: Instant): Promise<void> {
    for (const party of this.list()) {
      if (withoutOldEnded(party, now) === party) continue;
      await this.change(party.platform, party.partyId, (one) => withoutOldEnded(one, now));
    }
  }

  async #readAll(): Promise<void> {
    const parties = await this.#ledger.listParties();
    this.#entries.clear(); // A recreated sandbox no longer has its old parties.
    for (const party of parties) this.#put(party);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(run);
    this.#changes = done.catch(() => {});
    return done;
  }

  #put(party: Party): void {
    this.#secrets = undefined;
    const entry = { party, addresses: new AddressList(party.addresses) };
    const ofPlatform = this.#entries.get(party.platform) ?? new Map<string, Entry>();
    this.#entries.set(party.platform, ofPlatform.set(party.partyId, entry));
  }
}
