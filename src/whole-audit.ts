// Audits that need the whole program: sealed texts need the master key, and entries of orders need
// the platforms.
import { channelPlace } from './core/alarms.ts';
import type { Json, OrderModel } from './core/order.ts';
import { entryProblems } from './core/order-entries.ts';
import { totpPlace } from './people/second-factor.ts';
import type { Platform } from './protocol/platform.ts';
import { sealedPlace } from './storage/order-row.ts';
import { type Sealer, WrongMasterKeyError } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

const PAGE = 200;
/** Maximum number of findings that are listed; further ones are counted. */
const TOLD = 100;

/**
 * Opens every sealed text with the current master key, and keeps none in memory. Opening the ledger
 * has already opened the keys of parties.
 *
 * @returns texts that do not open, each with its order: a row that was cut, altered or moved from
 * another order
 */
export async function auditSealed(
  { sealedTexts, people, alarms }: OpenStorage,
  sealer: Sealer,
): Promise<string[]> {
  const found: string[] = [];
  for (const { accountId, name, totp } of await people.listAccounts()) {
    if (!totp || opens(sealer, totp.sealed, totpPlace(accountId))) continue;
    found.push(
      `account ${name}: its second factor does not open. Reset it: ordergate users reset-password`,
    );
  }
  for (const { id, document } of await alarms.list('channel', 1000)) {
    if (opens(sealer, String(document.sealed), channelPlace(id))) continue;
    found.push(
      `alarm channel ${String(document.name)}: its address does not open. Remove it, and add it again`,
    );
  }
  let more = 0;
  let after: Json = null;
  for (;;) {
    const rows = await sealedTexts.page(after, PAGE);
    for (const { platform, orderId, name, sealed } of rows) {
      if (opens(sealer, sealed, sealedPlace(platform, orderId, name))) continue;
      if (found.length >= TOLD) more++;
      else
        found.push(
          `order ${platform} ${orderId}: its sealed text ${name} does not open. It was altered, or is another order's. Compare it with a backup`,
        );
    }
    if (rows.length < PAGE) break;
    after = rows.at(-1)!.at;
  }
  return more > 0 ? [...found, `and ${more} sealed texts more that do not open`] : found;
}

function opens(sealer: Sealer, sealed: string, place: string): boolean {
  try {
    sealer.open(sealed, place);
    return true;
  } catch (error) {
    if (error instanceof WrongMasterKeyError) return false;
    throw error;
  }
}

/**
 * Compares the look-up keys, unique keys, lists and deadlines of every order with those that its
 * platform declares.
 *
 * @returns missing and superfluous entries, each with its order
 */
export async function auditEntries(
  { ordersWithEntries }: Pick<OpenStorage, 'ordersWithEntries'>,
  platforms: readonly Pick<Platform, 'name' | 'model'>[],
): Promise<string[]> {
  const models = new Map<string, OrderModel>(platforms.map(({ name, model }) => [name, model]));
  const found: string[] = [];
  let more = 0;
  for await (const one of ordersWithEntries()) {
    const model = models.get(one.order.platform);
    if (model === undefined) continue;
    for (const problem of entryProblems(model, one)) {
      if (found.length >= TOLD) more++;
      else found.push(problem);
    }
  }
  return more > 0
    ? [...found, `and ${more} entries of orders more that are not as declared`]
    : found;
}
