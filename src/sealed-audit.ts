// Whether what is sealed opens: card codes and passwords of orders, and the secrets of callback endpoints.
import type { Json } from './core/order.ts';
import { sealedPlace } from './storage/order-row.ts';
import { type Sealer, WrongMasterKeyError } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

const PAGE = 200;
/** Of more only their number is told. */
const TOLD = 100;

/**
 * Opens every sealed text with the master key that is at hand, and keeps none of them. The keys of parties
 * were opened when the ledger was.
 *
 * @returns what does not open, each by its order: a row that was cut, altered or moved from another order
 */
export async function auditSealed({ sealedTexts }: OpenStorage, sealer: Sealer): Promise<string[]> {
  const found: string[] = [];
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
