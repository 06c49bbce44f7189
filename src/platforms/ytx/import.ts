// Reads accounts, products and orders of an import file, and creates load data for benchmarks.
import { z } from 'zod';
import type { CatalogEntry } from '../../core/catalog.ts';
import { MINUTE } from '../../core/clock.ts';
import type { Json, JsonObject } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { checkAddressesOf, newParty } from '../../directory/new-party.ts';
import { checkLimitsOf, limitsSchema } from '../../directory/party-limits.ts';
import { md5Hex } from '../../protocol/digest.ts';
import { readItem, stateField } from '../../protocol/import.ts';
import { noteField, secretField, shanghaiField, yuanField } from '../../protocol/import-fields.ts';
import {
  type ImportContext,
  ImportError,
  type ImportedOrder,
  type ImportFormat,
  type SeedGenerator,
} from '../../protocol/platform.ts';
import { appIds, checkApps, findApp, readApps } from './apps.ts';
import { differs, moves } from './import-again.ts';
import {
  FUNC,
  isAccountSID,
  isCustomParm,
  isLostText,
  isProductCode,
  isRequestId,
} from './methods.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import { newYtxOrder } from './new-order.ts';
import { ACCOUNT_KINDS, isAccount, normalizeAccount } from './recharge-account.ts';
import { findSandboxProduct } from './sandbox-products.ts';
import type { State } from './states.ts';

const ACCOUNT_SID = 'has to be 1 to 64 letters or digits';

const accountSchema = z.strictObject({
  note: noteField,
  accountSID: z.string().refine(isAccountSID, ACCOUNT_SID),
  authToken: secretField,
  apps: z.json(),
  limits: limitsSchema.optional(),
});

const yuan = yuanField('2.94');

const productCode = z
  .string()
  .refine(isProductCode, 'has to be 1 to 64 characters, none a control character');

/** The kind of account that the product charges: see recharge-account.ts. */
const accountKind = z.enum(ACCOUNT_KINDS, `has to be one of ${ACCOUNT_KINDS.join(', ')}`);

const productSchema = z.strictObject({
  note: noteField,
  productCode,
  amount: yuan,
  account: accountKind.optional(),
});

export const orderSchema = z.strictObject({
  note: noteField,
  requestId: z.string().refine(isRequestId, 'has to be 1 to 32 letters, digits or -'),
  appid: z.string(),
  orderSts: stateField<State>(model),
  remark: z.string().max(500).optional(),
  mobile: z.string(),
  account: accountKind.default('mobile'),
  productCode: z.union([z.literal(''), productCode]).default(''),
  oriAmount: yuan,
  customParm: z
    .string()
    .refine(
      (text) => text === '' || isCustomParm(text),
      'has to be up to 64 characters, none a control character',
    )
    .refine(
      (text) => !isLostText(text),
      "is what is left of a text that was encoded wrongly, and so is nobody's key: leave it out, or correct it",
    )
    .default(''),
  createdAt: shanghaiField('2016-01-02 09:12:33').optional(),
});

function readAccount(item: Json, { now, parties }: ImportContext): Party[] {
  const { accountSID, authToken, apps, limits } = readItem(accountSchema, item);
  const attributes = {
    ...readApps(apps as Json),
    ...(limits && { limits: limits as JsonObject }),
  };
  const its = { platform: PLATFORM, partyId: accountSID, secret: authToken, attributes };
  const party = newParty(its, now);
  refuseSharedApps(party, parties, 'apps');
  checkParty(party, []);
  return [party];
}

/** An order belongs to its app, so that an app must belong to one account only. */
function refuseSharedApps(party: Party, others: readonly Party[], field: string): void {
  for (const other of others) {
    if (other.partyId === party.partyId) continue;
    const shared = appIds(party).find((id) => findApp(other, id));
    if (shared) throw new ImportError(field, `app ${shared} is account ${other.partyId}'s`);
  }
}

/** The data of an account is in `attributes.apps`; ytx has no grants and users. */
export function checkParty(party: Party, others: readonly Party[]): void {
  if (!isAccountSID(party.partyId)) throw new ImportError('partyId', ACCOUNT_SID);
  if (party.grants.length > 0) {
    throw new ImportError('grants', 'ytx has none: an app has functions, see attributes.apps');
  }
  if (party.users.length > 0) throw new ImportError('users', 'ytx has none');
  checkAddressesOf(party);
  try {
    checkApps(party.attributes);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ImportError(`attributes.${error.field}`, error.problem);
  }
  checkLimitsOf(party);
  refuseSharedApps(party, others, 'attributes.apps');
}

function readProduct(item: Json): CatalogEntry[] {
  const { productCode, amount, account } = readItem(productSchema, item);
  const entry = { platform: PLATFORM, kind: 'product', key: productCode };
  if (findSandboxProduct(productCode)) throw new ImportError('productCode', RESERVED);
  return [{ ...entry, document: { amountFen: amount, ...(account && { account }) } }];
}

const RESERVED = "is one of the sandbox's, whose orders resolve by themselves";

const productDocument = z.strictObject({
  amountFen: z.int('has to be the price in fen').min(0).max(1e15),
  account: accountKind.optional(),
});

export const CATALOG_KINDS = ['product'];

export function checkCatalogEntry({ kind, key, document }: CatalogEntry): void {
  if (kind !== 'product') throw new ImportError('kind', 'ytx has products only: product');
  if (!isProductCode(key)) throw new ImportError('key', 'has to be a product code');
  if (findSandboxProduct(key)) throw new ImportError('key', RESERVED);
  readItem(productDocument, document);
}

function readOrder(item: Json, { now, parties }: ImportContext): ImportedOrder {
  const { note: _, oriAmount: amount, createdAt: given, ...row } = readItem(orderSchema, item);
  const owner = parties.find((party) => findApp(party, row.appid));
  if (!owner) throw new ImportError('appid', `no account has an app ${row.appid}`);
  const mobile = normalizeAccount(row.account, row.mobile);
  if (!isAccount(row.account, mobile)) {
    const problem =
      row.account === 'mobile'
        ? 'has to be a mobile number of 11 digits; for another account add "account": "any"'
        : 'has to be 1 to 64 visible characters';
    throw new ImportError('mobile', problem);
  }
  const createdAt = given ?? now;
  const order = { ...row, mobile, accountSID: owner.partyId, amount, createdAt };
  return { ...newYtxOrder(order, now), relative: given === undefined ? ['createdAt'] : [] };
}

export const importFormat: ImportFormat = {
  parties: { accounts: readAccount },
  catalog: { products: readProduct },
  orders: { orders: readOrder },
  differs,
  moves,
};

const SEED_STATES: readonly State[] = ['1', '1', '0', '-1', '-2'];

export const seed: SeedGenerator = {
  party(partyId, secret, now) {
    const apps = [{ appid: md5Hex(partyId), environment: 'sandbox', functions: [FUNC] }];
    return newParty({ platform: PLATFORM, partyId, secret, attributes: readApps(apps) }, now);
  },
  order: (party, index, now) =>
    newYtxOrder(
      {
        requestId: `19${String(index).padStart(14, '0')}`,
        accountSID: party.partyId,
        appid: appIds(party)[0] ?? md5Hex(party.partyId),
        orderSts: SEED_STATES[index % SEED_STATES.length]!,
        account: 'mobile',
        mobile: `188${String(index % 100_000_000).padStart(8, '0')}`,
        productCode: '',
        amount: 294,
        customParm: `load-${index}`,
        createdAt: now - ((index % 100_000) * MINUTE) / 10,
      },
      now,
    ),
};
