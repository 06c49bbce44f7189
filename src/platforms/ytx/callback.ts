// The callback (状态回推) to an app when one of its orders gets a result, and its address.
import type { Json, JsonObject, Order } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import type { Environment, PartyDirectory } from '../../protocol/platform.ts';
import type { PlatformCallbacks } from '../../protocol/platform-callbacks.ts';
import { findApp, readAppList } from './apps.ts';
import { RESULT_FIELDS } from './methods.ts';
import { PLATFORM } from './name.ts';
import { orderResult } from './result.ts';

/** The payload of a result's event: the order as its app sees it at that moment, and the app. */
export function callbackPayload(order: Order): JsonObject {
  return { ...orderResult(order), accountSID: order.attributes.accountSID ?? '' };
}

/**
 * JSON with requestId, appid, orderSts, remark, mobile (masked), oriAmount and customParm: the
 * document's fields in its order, whatever the payload went through meanwhile.
 */
export function callbackBody(payload: JsonObject): string {
  return JSON.stringify(Object.fromEntries(RESULT_FIELDS.map((name) => [name, payload[name]])));
}

/**
 * The app's callback URL as it is now; undefined where nothing is pushed: "没有相关设置", so
 * in production only, and there to apps of that environment which have set one.
 */
export function callbackUrl(
  { accountSID, appid }: JsonObject,
  parties: PartyDirectory,
  environment: Environment,
): string | undefined {
  const party = parties.find(PLATFORM, String(accountSID));
  const app = party?.enabled ? findApp(party, String(appid)) : undefined;
  const pushes = environment === 'production' && app?.environment === 'production';
  return pushes ? app.callbackUrl : undefined;
}

/**
 * The account in which an app was last found, because apps seldom change their account and there
 * are many.
 */
const accounts = new Map<string, string>();

function findAccount(appid: string, parties: PartyDirectory): Party | undefined {
  const known = parties.find(PLATFORM, accounts.get(appid) ?? '');
  if (known && findApp(known, appid)) return known;
  const found = parties.list(PLATFORM).find((one) => findApp(one, appid));
  if (found) accounts.set(appid, found.partyId);
  return found;
}

const hasResult = (payload: Json): payload is JsonObject =>
  typeof payload === 'object' && payload !== null && 'requestId' in payload;

/** Results are pushed; the creation of an order is not. Any 2xx acknowledges. */
export const callbacks: PlatformCallbacks = {
  addresses: (account) =>
    readAppList(account).flatMap(({ appid, callbackUrl: url }, i) =>
      url === undefined ? [] : [{ key: appid, field: `attributes.apps.${i}.callbackUrl`, url }],
    ),
  environments: ['production'],
  body({ payload }) {
    if (!hasResult(payload)) return null;
    return { contentType: 'application/json; charset=utf-8', body: callbackBody(payload) };
  },
  endpoint(appid, { environment, parties }) {
    const account = findAccount(appid, parties);
    const url =
      account && callbackUrl({ accountSID: account.partyId, appid }, parties, environment);
    return url === undefined ? null : { url };
  },
};
