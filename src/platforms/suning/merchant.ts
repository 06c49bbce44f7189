// Merchants (商户) who may consent that an app acts for them. The operator stores them with a digest
// of their password.
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { CatalogEntry } from '../../core/catalog.ts';
import type { Json } from '../../core/order.ts';
import { md5Hex } from '../../protocol/digest.ts';
import { readItem } from '../../protocol/import.ts';
import type { OldRule } from '../../protocol/old-rules.ts';
import type { CatalogDirectory, Environment } from '../../protocol/platform.ts';
import { PLATFORM } from './name.ts';

/** The kind in the catalog; the entry's key is the merchant's sign-in name. */
export const MERCHANT = 'merchant';

/** The data of the consenting merchant in a token reply. */
export interface Merchant {
  readonly userName: string;
  readonly custnum: string;
  readonly vendorCode: string;
}

/** A guess costs about 50 ms and 16 MiB. */
const COST = { N: 16_384, r: 8, p: 1 };
const LENGTH = 32;
const DIGEST = /^scrypt\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/;

const plain = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);
const userName = plain(64).min(1);
/** Two independent Java clients read it as a number; 002's sample, 10042869, has eight digits. [ours] */
const VENDOR_CODE = /^\d{8}$/;
const numbers = {
  custnum: plain(32).default(''),
  vendorCode: z.string().regex(VENDOR_CODE, 'has to be eight digits, such as 10042869'),
};

export const merchantSchema = z.strictObject({
  passwordDigest: z
    .string()
    .regex(
      DIGEST,
      'has to be scrypt$SALT$DIGEST (README, "Merchants"); an import file takes a password',
    ),
  ...numbers,
});
const rowSchema = z.strictObject({
  note: z.string().optional(),
  userName,
  password: z.string().min(8, 'has to be at least 8 characters').max(256),
  ...numbers,
});

/** A row of an import file's `merchants`. The password itself is not stored. */
export function merchantEntry(item: Json): CatalogEntry[] {
  const { userName: key, password, custnum, vendorCode } = readItem(rowSchema, item);
  const salt = randomBytes(16).toString('base64url');
  const digest = scryptSync(password, salt, LENGTH, COST).toString('base64url');
  const document = { passwordDigest: `scrypt$${salt}$${digest}`, custnum, vendorCode };
  return [{ platform: PLATFORM, kind: MERCHANT, key, document }];
}

const derive = promisify<string, string, number, typeof COST, Buffer>(scrypt);
/** Used for an unknown name, so that the answer takes as long as for a known one. */
const NOBODY = `scrypt$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * The merchant who signs in; null if the sign-in fails. The sandbox accepts any name, because its
 * keys are public and its data has no value; elsewhere the operator's account is required. [ours]
 */
export async function findMerchant(
  catalog: CatalogDirectory,
  environment: Environment,
  name: string,
  password: string,
): Promise<Merchant | null> {
  if (!userName.safeParse(name).success) return null;
  const entry = catalog.find(PLATFORM, MERCHANT, name);
  if (environment === 'sandbox') {
    const { custnum, vendorCode } = entry?.document ?? {};
    return {
      userName: name,
      custnum: String(custnum ?? sandboxNumber(name, 10)),
      vendorCode: vendorCodeOf(vendorCode ?? sandboxNumber(name, 8)),
    };
  }
  const [, salt, digest] = String(entry?.document.passwordDigest ?? NOBODY).split('$');
  const derived = await derive(password, salt!, LENGTH, COST);
  if (!timingSafeEqual(derived, Buffer.from(digest!, 'base64url')) || !entry) return null;
  const { custnum, vendorCode } = entry.document;
  return { userName: name, custnum: String(custnum), vendorCode: vendorCodeOf(vendorCode) };
}

/** Digits that depend only on the name. */
const sandboxNumber = (name: string, digits: number): string =>
  String(Number.parseInt(md5Hex(name).slice(0, 10), 16) % 10 ** digits).padStart(digits, '0');

/** An older merchant without a number of eight digits gets a fixed number that is no supplier's. */
const vendorCodeOf = (kept: unknown): string =>
  VENDOR_CODE.test(String(kept)) ? String(kept) : '00000000';

/**
 * The findings of `verify` and of a start about merchants that were stored before vendorCode had to
 * have eight digits.
 */
export function oldRulesOfMerchant({ kind, key, document }: CatalogEntry): readonly OldRule[] {
  if (kind !== MERCHANT || VENDOR_CODE.test(String(document.vendorCode ?? ''))) return [];
  const remedy = `give it one of eight digits: PUT /manage/v1/catalog/suning/merchant/${encodeURIComponent(key)} with passwordDigest, custnum and vendorCode`;
  const problem =
    'is not eight digits, and clients read it as a number; token calls answer 00000000';
  return [{ field: 'vendorCode', problem, remedy }];
}
