// The platform's data of an app (a party): its suppliers, its provider, limits, and whether it
// needs OAuth.
import { z } from 'zod';
import type { Party } from '../../core/party.ts';
import { limitsSchema, type PartyLimits } from '../../directory/party-limits.ts';
import { readItem } from '../../protocol/import.ts';
import { ImportError } from '../../protocol/platform.ts';
import { isAppKey, isId, isMethod, METHODS } from './methods.ts';

const id = z.string().refine(isId, 'has to be 1 to 32 letters, digits, _ or -');

/** A redirect address is compared as a whole, so that it must be complete. */
const redirectUri = z.string().refine((text) => {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.hash === '' &&
    url.username === '' &&
    /^[\x21-\x7E]+$/.test(text)
  );
}, 'has to be an http(s) URL without a fragment');

export const appSettings = {
  supplierCodes: z.array(id).max(10_000).default([]),
  provider: id.optional(),
  limits: limitsSchema.optional(),
  oauthRequired: z.boolean().default(false),
  redirectUris: z.array(redirectUri).max(20).default([]),
};

const schema = z.strictObject(appSettings);

export interface App {
  /** 供应商编码 of the suppliers whose order lines the app may report on. */
  readonly supplierCodes: readonly string[];
  /** The provider whose service-market orders the app sees; absent: none. */
  readonly provider?: string | undefined;
  readonly limits?: PartyLimits | undefined;
  readonly oauthRequired: boolean;
  /** The allowed redirect addresses, compared exactly. */
  readonly redirectUris: readonly string[];
}

/** Keyed by the party object, because a changed party is a new object. */
const apps = new WeakMap<Party, App>();

export function readApp(party: Party): App {
  let app = apps.get(party);
  if (!app) {
    app = schema.parse(party.attributes);
    apps.set(party, app);
  }
  return app;
}

/** Orders belong to the supplier of their lines, or to the provider of the service market. */
export function owners(party: Party): readonly string[] {
  const { supplierCodes, provider } = readApp(party);
  return provider === undefined ? supplierCodes : [...supplierCodes, provider];
}

/** @throws {ImportError} names the field */
export function checkParty(party: Party): void {
  if (!isAppKey(party.partyId)) {
    throw new ImportError('partyId', 'the AppKey has to be 6 to 64 letters and digits');
  }
  if (party.users.length > 0) throw new ImportError('users', 'an app has none');
  if (party.addresses.length > 0) {
    const problem = 'the protocol has no code for an address that is not allowed; leave it empty';
    throw new ImportError('addresses', problem);
  }
  const grant = party.grants.find((g) => !isMethod(g));
  if (grant !== undefined) {
    const known = METHODS.join(', ');
    throw new ImportError('grants', `"${grant}" is not one of ${known}`);
  }
  try {
    readItem(schema, party.attributes);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const known = Object.keys(appSettings).join(', ');
    const problem =
      error.problem === 'no such field' ? `no such attribute; there are: ${known}` : error.problem;
    throw new ImportError(`attributes.${error.field}`, problem);
  }
}
