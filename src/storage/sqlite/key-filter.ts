// A Bloom filter of the orders and parties of calls: shows that a group of calls surely lacks one,
// or may contain it.

/** Bits for a thousand ids. With four bits per id, one in 400 absent ids gives a false positive. */
const BITS = 16_384;
const HASHES = 4;

export const newFilter = (): Uint8Array<ArrayBuffer> => new Uint8Array(BITS / 8);

export function addToFilter(filter: Uint8Array, id: string): void {
  for (let hash = hashOf(id), i = 0; i < HASHES; i++, hash = next(hash)) {
    const bit = hash & (BITS - 1);
    filter[bit >> 3]! |= 1 << (bit & 7);
  }
}

export function mayHold(filter: Uint8Array, id: string): boolean {
  for (let hash = hashOf(id), i = 0; i < HASHES; i++, hash = next(hash)) {
    const bit = hash & (BITS - 1);
    if ((filter[bit >> 3]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/**
 * FNV-1a over UTF-16 code units, then mixed, because ids often differ only in their last digits.
 */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return next(hash);
}

function next(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97) ^ (mixed >>> 7);
}

/** The key of a party, apart from an order that has the same id. */
export const partyKey = (party: string): string => `\0${party}`;
