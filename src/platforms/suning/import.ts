// Apps with their tokens, retired methods and merchants as an import file gives them; its sections.
import { z } from 'zod';
import type { CatalogEntry } from '../../core/catalog.ts';
import { MINUTE } from '../../core/clock.ts';
import type { Json } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { IMPORTED_GRANT, type Token } from '../../core/token.ts';
import { newParty } from '../../directory/new-party.ts';
import { checkAsFile, readItem } from '../../protocol/import.ts';
import { noteField, secretField } from '../../protocol/import-fields.ts';
import { type ImportContext, ImportError, type ImportFormat } from '../../protocol/platform.ts';
import { appSettings, checkParty } from './app.ts';
import { differs, moves } from './import-again.ts';
import { orderSections, rows } from './import-orders.ts';
import { MERCHANT, merchantEntry, merchantSchema } from './merchant.ts';
import { RETIRED_METHOD } from './methods.ts';
import { PLATFORM } from './name.ts';
import { tokenDigest } from './token-digest.ts';

const appSchema = z.strictObject({
  note: noteField,
  appKey: z.string(),
  appSecret: secretField,
  methods: z.array(z.string()),
  ...appSettings,
  accessTokens: z
    .array(z.strictObject({ token: z.string().min(16).max(256), expiresInMinutes: z.int() }))
    .default([]),
});

/** A party's fields as the import file calls them. */
const FILE_NAMES: Readonly<Record<string, string>> = { partyId: 'appKey', grants: 'methods' };

function readAppRow(item: Json, { now }: ImportContext): Party[] {
  const {
    note: _,
    appKey,
    appSecret,
    methods,
    accessTokens: __,
    ...attributes
  } = readItem(appSchema, item);
  const its = { platform: PLATFORM, partyId: appKey, secret: appSecret, grants: methods };
  const party = newParty({ ...its, attributes: attributes as Party['attributes'] }, now);
  checkAsFile(FILE_NAMES, () => checkParty(party));
  return [party];
}

function readTokens(item: Json, { now }: ImportContext): Token[] {
  const { appKey, accessTokens } = readItem(appSchema, item);
  return accessTokens.map(({ token, expiresInMinutes }) => ({
    platform: PLATFORM,
    digest: tokenDigest(token),
    kind: 'access',
    partyId: appKey,
    grantId: `${IMPORTED_GRANT}${tokenDigest(token)}`,
    expiresAt: now + expiresInMinutes * MINUTE,
    attributes: {},
  }));
}

const methodName = z.string().regex(/^[a-z][a-z0-9.]{2,99}$/i, 'has to be the name of a method');

function readRetiredMethod(item: Json): CatalogEntry[] {
  return [
    { platform: PLATFORM, kind: RETIRED_METHOD, key: readItem(methodName, item), document: {} },
  ];
}

export const CATALOG_KINDS = [RETIRED_METHOD, MERCHANT];

/** What the management API may keep in the catalog. @throws {ImportError} */
export function checkCatalogEntry({ kind, key, document }: CatalogEntry): void {
  if (kind === RETIRED_METHOD) {
    readItem(methodName, key);
    readItem(z.strictObject({}), document);
  } else if (kind === MERCHANT) readItem(merchantSchema, document);
  else throw new ImportError('kind', `has to be one of ${CATALOG_KINDS.join(', ')}`);
}

export const importFormat: ImportFormat = {
  parties: { apps: readAppRow },
  tokens: { apps: readTokens },
  catalog: { retiredMethods: readRetiredMethod, merchants: merchantEntry },
  orders: orderSections,
  differs,
  moves,
  rows,
};
