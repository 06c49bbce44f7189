// The apps of an account in the party's attributes: their environment, functions, address list and
// callback.
import { z } from 'zod';
import type { Json, JsonObject } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { AddressList, splitAddresses } from '../../directory/addresses.ts';
import { readItem } from '../../protocol/import.ts';
import type { PartyApps } from '../../protocol/party-apps.ts';
import { type Environment, ImportError } from '../../protocol/platform.ts';
import { FUNCTIONS, isAppId } from './methods.ts';

const functionName = z.enum(FUNCTIONS, `has to be one of ${FUNCTIONS.join(', ')}`);

const appSchema = z.strictObject({
  appid: z.string().refine(isAppId, 'has to be 1 to 64 letters or digits'),
  /** "应用ID与环境不匹配": an app works in one of the two. */
  environment: z.enum(['sandbox', 'production']),
  functions: z.array(functionName),
  /** "应用上线后,应用ID才有效" */
  online: z.boolean().default(true),
  /** "多个ip使用英文,号分隔。配置空表示不鉴权" */
  allowedIps: z.union([z.string(), z.array(z.string())]).default([]),
  callbackUrl: z.url({ protocol: /^https?$/, error: 'has to be an http or https URL' }).optional(),
});

const attributesSchema = z.looseObject({ apps: z.array(appSchema).default([]) });

export interface App {
  readonly appid: string;
  readonly environment: Environment;
  readonly functions: readonly string[];
  readonly online: boolean;
  readonly addresses: AddressList;
  readonly callbackUrl: string | undefined;
}

/**
 * The checked apps of an account in an import file.
 * @throws {ImportError}
 */
export function readApps(apps: Json): JsonObject {
  const read = readItem(attributesSchema, { apps });
  const attributes = {
    apps: read.apps.map(({ allowedIps, callbackUrl, ...app }) => ({
      ...app,
      allowedIps: splitAddresses(allowedIps),
      ...(callbackUrl !== undefined && { callbackUrl }),
    })),
  };
  toApps(attributes);
  return attributes;
}

/** @throws {ImportError} names the field that makes the apps in the attributes invalid */
export function checkApps(attributes: JsonObject): void {
  toApps(attributes);
}

function toApps(attributes: JsonObject): ReadonlyMap<string, App> {
  const apps = new Map<string, App>();
  for (const [i, row] of readItem(attributesSchema, attributes).apps.entries()) {
    const { allowedIps, callbackUrl, ...app } = row;
    if (apps.has(app.appid)) throw new ImportError(`apps.${i}.appid`, 'is there twice');
    try {
      const addresses = new AddressList(splitAddresses(allowedIps));
      apps.set(app.appid, { ...app, addresses, callbackUrl });
    } catch (error) {
      throw new ImportError(`apps.${i}.allowedIps`, (error as Error).message);
    }
  }
  return apps;
}

/**
 * The valid apps. An older app that today's rules would refuse is ignored, so that the account's
 * other calls work; a start and `verify` list it (old-rules.ts).
 */
function readableApps(attributes: JsonObject): ReadonlyMap<string, App> {
  try {
    return toApps(attributes);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
  }
  const apps = new Map<string, App>();
  for (const row of Array.isArray(attributes.apps) ? attributes.apps : []) {
    try {
      for (const [appid, app] of toApps({ apps: [row] }))
        if (!apps.has(appid)) apps.set(appid, app);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
    }
  }
  return apps;
}

/** Cached for each state of a party, because every call looks its app up. */
const known = new WeakMap<JsonObject, ReadonlyMap<string, App>>();

function appsOf(party: Party): ReadonlyMap<string, App> {
  let apps = known.get(party.attributes);
  if (!apps) {
    apps = readableApps(party.attributes);
    known.set(party.attributes, apps);
  }
  return apps;
}

export function findApp(party: Party, appid: string): App | undefined {
  return appsOf(party).get(appid);
}

export function appIds(party: Party): readonly string[] {
  return [...appsOf(party).keys()];
}

/** The apps as the attributes contain them, including fields that the reader does not know. */
const rowsOf = ({ attributes }: Party): readonly JsonObject[] =>
  Array.isArray(attributes.apps) ? attributes.apps : [];

/** The apps as resources of the management API. */
export const partyApps: PartyApps = {
  ids: (party) => rowsOf(party).map(({ appid }) => String(appid)),
  put(party, appid, app) {
    if (app.appid !== undefined && app.appid !== appid) {
      throw new ImportError('appid', `is not the app of the URL, ${appid}; leave it out`);
    }
    const rows = [...rowsOf(party)];
    const place = rows.findIndex((row) => row.appid === appid);
    rows[place < 0 ? rows.length : place] = { appid, ...app };
    return { ...party.attributes, apps: rows };
  },
  remove: (party, appid) => ({
    ...party.attributes,
    apps: rowsOf(party).filter((row) => row.appid !== appid),
  }),
};

/** The apps of an account, in their sequence. */
export function readAppList(party: Party): readonly App[] {
  return [...appsOf(party).values()];
}
