// Reseals with the newest master key whatever an older key sealed, while the ledger serves calls.
import { channelPlace } from './core/alarms.ts';
import type { Clock, Instant } from './core/clock.ts';
import type { Json } from './core/order.ts';
import type { Parties } from './directory/parties.ts';
import type { Logger } from './log.ts';
import { People } from './people/people.ts';
import { totpPlace } from './people/second-factor.ts';
import { sealedPlace } from './storage/order-row.ts';
import type { Sealer } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

/** Texts per page, so that concurrent calls wait at most milliseconds. */
const PAGE = 200;

export interface Renewed {
  /** The number of resealed items of each kind. */
  readonly parties: number;
  readonly endpoints: number;
  readonly texts: number;
  /** Second factors of accounts. */
  readonly accounts: number;
}

/**
 * Visits all sealed data. The renewal may be interrupted and restarted, and may run on several
 * nodes, because data sealed with the newest key stays unchanged. Afterwards the newest key alone
 * opens the ledger.
 *
 * @throws {WrongMasterKeyError} if no key opens an item
 */
export async function renewKey(
  { storage, parties }: { readonly storage: OpenStorage; readonly parties: Parties },
  sealer: Sealer,
  now: Instant,
): Promise<Renewed> {
  const older = new Set<string>();
  sealer.onOlder = (place) => older.add(place);
  try {
    const { ledger, callbacks } = storage;
    let changedParties = 0;
    for (const { platform, partyId, keys, ended = [] } of await ledger.listParties()) {
      if (![...keys, ...ended].some(({ keyId }) => older.has(`${platform}/${partyId}/${keyId}`)))
        continue;
      // Saving the unchanged party reseals it with the newest key.
      await parties.change(platform, partyId, (party) => party);
      changedParties++;
    }
    let endpoints = 0;
    for (const { endpointId, secrets } of await callbacks.listEndpoints({})) {
      if (!older.has(`callback-endpoint/${endpointId}`)) continue;
      await callbacks.changeEndpoint(endpointId, { secrets }, now, 'master key renewed');
      endpoints++;
    }
    const texts = await renewTexts(storage, sealer);
    const accounts = await renewAccounts(storage, sealer);
    await renewChannels(storage, sealer);
    await storage.sealedTexts.keepKeyCheck();
    return { parties: changedParties, endpoints, texts, accounts };
  } finally {
    sealer.onOlder = undefined;
  }
}

async function renewChannels({ alarms }: OpenStorage, sealer: Sealer): Promise<void> {
  for (const channel of await alarms.list('channel', 1000)) {
    const { id, version, document } = channel;
    const sealed = sealer.sealAnew(String(document.sealed), channelPlace(id));
    if (sealed === null) continue;
    await alarms.save({ ...channel, version: version + 1, document: { ...document, sealed } });
  }
}

async function renewAccounts({ people }: OpenStorage, sealer: Sealer): Promise<number> {
  let renewed = 0;
  for (const { accountId, totp } of await people.listAccounts()) {
    if (totp === null || sealer.sealAnew(totp.sealed, totpPlace(accountId)) === null) continue;
    const changed = await new People(people).changeAccount(accountId, (is) => {
      const sealed = is.totp && sealer.sealAnew(is.totp.sealed, totpPlace(accountId));
      return sealed ? { ...is, totp: { ...is.totp!, sealed } } : null;
    });
    if (changed) renewed++;
  }
  return renewed;
}

async function renewTexts({ sealedTexts }: OpenStorage, sealer: Sealer): Promise<number> {
  let renewed = 0;
  let after: Json = null;
  for (;;) {
    const rows = await sealedTexts.page(after, PAGE);
    for (const row of rows) {
      const place = sealedPlace(row.platform, row.orderId, row.name);
      const sealed = sealer.sealAnew(row.sealed, place);
      if (sealed === null) continue;
      await sealedTexts.replace(row, sealed);
      renewed++;
    }
    if (rows.length < PAGE) return renewed;
    after = rows.at(-1)!.at;
  }
}

/**
 * Runs during calls. After a failure the next start tries again, and needs the older keys until it
 * succeeds.
 */
export async function sealWithNewest(
  workplace: {
    readonly storage: OpenStorage;
    readonly parties: Parties;
    readonly sealer: Sealer;
    readonly clock: Clock;
  },
  log: Logger,
): Promise<void> {
  try {
    const renewed = await renewKey(workplace, workplace.sealer, workplace.clock.now());
    log.info(
      renewed,
      'everything is sealed with ORDERGATE_KEY; once all nodes have it, ORDERGATE_KEY_OLD can be removed',
    );
  } catch (error) {
    log.error(
      { err: error },
      'not everything is sealed with ORDERGATE_KEY: keep ORDERGATE_KEY_OLD',
    );
  }
}
