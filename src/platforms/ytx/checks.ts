// From bytes to an accepted call: the checks in the order that the protocol settles, one function each.
import type { JsonObject } from '../../core/order.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import { Checks, PASS, type Refusal } from '../../protocol/checks.ts';
import { indexOfDigest } from '../../protocol/digest.ts';
import { enterLimits, limitsOf, type PartyLimits } from '../../protocol/party-limits.ts';
import type { Start } from '../../protocol/platform.ts';
import { judgeRequestTime } from '../../protocol/request-time.ts';
import { type App, findApp } from './apps.ts';
import type { Code } from './codes.ts';
import {
  type Action,
  CONTRACTS,
  type Contract,
  type FieldName,
  FUNC,
  FUNC_URL,
  isAction,
  isLostText,
  PLATFORM,
  VERSION,
} from './contracts.ts';
import { type Asked, readIds } from './ids.ts';
import { findProduct } from './products.ts';
import { isAccount, normalizeAccount } from './recharge-account.ts';
import { quotable } from './redact.ts';
import { AHEAD_MS, type Authorization, readAuthorization, sign, VALID_MS } from './signature.ts';
import { readBody, readSign } from './wire.ts';

type Step<Added extends object> = Added | Refusal<Code>;

function refuse(refused: Code, detail: string): Refusal<Code> {
  return { refused, detail: quotable(detail) };
}

/** The path's parts as they were sent; what the request log is told even of a refused call. */
function readPath({ request }: Start): { readonly accountSID: string } {
  return { accountSID: request.params.accountSID! };
}

function checkFunction({ request }: Start): Step<object> {
  const { version, func, funcURL } = request.params;
  if (version !== VERSION) return refuse('-207', `version ${version} is not ${VERSION}`);
  if (func !== FUNC) return refuse('-207', `func ${func} is not ${FUNC}`);
  return funcURL === FUNC_URL ? PASS : refuse('-207', `funcURL ${funcURL} is not ${FUNC_URL}`);
}

function checkAuthorization(
  call: Start & { readonly accountSID: string },
): Step<{ readonly authorization: Authorization }> {
  const header = call.request.headers.authorization;
  if (typeof header !== 'string' || header === '') return refuse('-202', 'no Authorization');
  const authorization = readAuthorization(header);
  if (!authorization) {
    return refuse('-202', 'Authorization is not base64(accountSID|yyyyMMddHHmmss)');
  }
  if (authorization.accountSID === call.accountSID) return { authorization };
  return refuse('-202', `Authorization is of account ${authorization.accountSID}`);
}

function findAccount(
  call: Start & { readonly accountSID: string },
): Step<{ readonly party: Party }> {
  const party = call.parties.find(PLATFORM, call.accountSID);
  return party?.enabled ? { party } : refuse('-204', `no account ${call.accountSID}`);
}

function checkSign(
  call: Start & { readonly party: Party; readonly authorization: Authorization },
): Step<{ readonly sign: string }> {
  const given = readSign(call.request.query);
  if (!given) return refuse('-201', 'the URL has no Sign, or several');
  const { accountSID, timestamp } = call.authorization;
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map((key) => sign(accountSID, key.secret, timestamp));
  const key = keys[indexOfDigest(given, expected)];
  if (key) {
    call.parties.noteUse(call.party, key, call.now);
    return { sign: given };
  }
  const detail = `Sign is not MD5(accountSID + authToken + timestamp) by any of ${keys.length} tokens`;
  return refuse('-201', detail);
}

function checkTime(call: Start & { readonly authorization: Authorization }): Step<object> {
  const { at, timestamp } = call.authorization;
  const wrong = judgeRequestTime(call, at, { behindMs: VALID_MS, aheadMs: AHEAD_MS });
  return wrong ? refuse('-203', `timestamp ${timestamp} ${wrong}`) : PASS;
}

/** The same limits as for the apps of the other platforms; an account without limits has none. [ours] */
function checkLimits(
  call: Start & { readonly party: Party },
): Step<object> | Promise<Step<object>> {
  const limits = limitsOf(call.party);
  return limits ? refuseBeyond(call, limits) : PASS;
}

async function refuseBeyond(
  call: Start & { readonly party: Party },
  limits: PartyLimits,
): Promise<Step<object>> {
  const full = await enterLimits(call, call.party, limits);
  return full === null ? PASS : refuse('-706', `the account's limit ${full} is reached`);
}

function parseBody({ request }: Start): Step<{ readonly body: JsonObject }> {
  const body = readBody(request.body);
  return typeof body === 'string' ? refuse('-101', body) : { body };
}

/** Before the action is looked at; one that takes no requestId does not care what stands there. */
function readAsked({ body }: { readonly body: JsonObject }): Step<{ readonly asked: Asked }> {
  if (body.action === 'productOrder') return { asked: { ids: [], list: false } };
  const asked = readIds(body.requestId);
  return typeof asked === 'string' ? refuse('-101', asked) : { asked };
}

function findAction({
  body: { action },
}: {
  readonly body: JsonObject;
}): Step<{ readonly action: Action; readonly contract: Contract }> {
  if (action === undefined || action === null || action === '') {
    return refuse('-2', 'action is missing');
  }
  if (typeof action === 'string' && isAction(action)) {
    return { action, contract: CONTRACTS[action] };
  }
  const named = typeof action === 'string' ? action : `that is of type ${typeof action}`;
  return refuse('-206', `no action ${named}`);
}

type Values = Readonly<Record<string, string>>;

/** The fields that the action defines; those that it does not are ignored, as public clients need. */
function readFields(
  call: Start & {
    readonly body: JsonObject;
    readonly action: Action;
    readonly contract: Contract;
    readonly asked: Asked;
  },
): Step<{ readonly values: Values }> {
  const values: Record<string, string> = {};
  let malformed: Refusal<Code> | undefined;
  for (const [name, { required, description, blanks }] of Object.entries(call.contract)) {
    if (!isRead(name as FieldName, call.asked)) continue;
    const given = call.body[name] ?? '';
    if (typeof given !== 'string') {
      malformed ??= refuse('-101', `${name} (${description}) is of type ${typeOf(given)}, no text`);
      continue;
    }
    const value = blanks === 'kept' ? given : given.trim();
    if (required && value === '') return refuse('-2', `${name} (${description}) is missing`);
    values[name] = value;
  }
  if (malformed) return malformed;
  if (call.action === 'getOrderResult' && call.asked.ids.length === 0 && !values.customParm) {
    return refuse('-2', 'requestId is missing, and customParm too');
  }
  for (const [name, { pattern, description }] of Object.entries(call.contract)) {
    const value = values[name];
    if (value === undefined || value === '') continue;
    const problem = problemOf(name as FieldName, value, pattern, values, call);
    // Not the value itself: it may be somebody's number.
    if (problem !== null) return refuse('-101', `${name} (${description}) ${problem}`);
  }
  return { values };
}

/** requestId was read before, and with it "customParm does not count, whatever it is". */
const isRead = (name: FieldName, asked: Asked): boolean =>
  name !== 'requestId' && (name !== 'customParm' || asked.ids.length === 0);

const typeOf = (value: JsonObject[string]): string =>
  Array.isArray(value) ? 'array' : typeof value;

/** What is wrong with a field's value; null where nothing is. */
function problemOf(
  name: FieldName,
  value: string,
  pattern: RegExp | undefined,
  values: Values,
  call: Start,
): string | null {
  if (pattern && !pattern.test(value)) return 'is malformed';
  if (name === 'customParm' && isLostText(value)) {
    return 'is what is left of a text whose encoder could not write it: send it as UTF-8';
  }
  if (name !== 'rechargeAccount') return null;
  const product = findProduct(values.productCode!, call);
  if (product?.account === 'mobile') {
    return isAccount('mobile', normalizeAccount('mobile', value)) ? null : 'is no mobile number';
  }
  if (isAccount('any', value)) return null;
  // Of a product that has gone, the order may be there, and its account may be a number with blanks.
  if (!product && isAccount('mobile', normalizeAccount('mobile', value))) return null;
  return 'is not 1 to 64 visible characters';
}

/** "应用验证失败原因(-205)": one code for all of them; the request log says which it was. */
function checkApp(
  call: Start & { readonly party: Party; readonly values: Values },
): Step<{ readonly app: App }> {
  const { party, request, environment } = call;
  const app = findApp(party, call.values.appid!);
  if (!app) return refuse('-205', `the account has no app ${call.values.appid}`);
  if (app.environment !== environment) {
    return refuse('-205', `the app is of ${app.environment}, and this is ${environment}`);
  }
  // "沙箱环境没有相关设置": the sandbox has no address lists.
  if (environment === 'production') {
    const { address } = request;
    if (!app.addresses.isEmpty && !app.addresses.has(address)) {
      return refuse('-205', `${address} is not in the app's allowedIps`);
    }
    if (!call.parties.admits(party, address)) {
      return refuse('-205', `${address} is not in the account's list`);
    }
  }
  if (!app.functions.includes(FUNC)) return refuse('-205', `the app has no function ${FUNC}`);
  return app.online ? { app } : refuse('-205', 'the app is not online');
}

/** protocol: "Order of checks". The first refusal is the answer. */
export const checks = Checks.from<Start>()
  .step('readPath', readPath)
  .step('checkFunction', checkFunction) //             -207
  .step('checkAuthorization', checkAuthorization) //   -202
  .step('findAccount', findAccount) //                 -204
  .step('checkSign', checkSign) //                     -201
  .step('checkTime', checkTime) //                     -203
  .step('checkLimits', checkLimits) //                 -706
  .step('parseBody', parseBody) //                     -101
  .step('readAsked', readAsked) //                     -101
  .step('findAction', findAction) //                   -2, -206
  .step('readFields', readFields) //                   -2, -101
  .step('checkApp', checkApp) //                       -205
  .step('noteOrder', () => ({ touched: { orderId: undefined } as Touched }));

/** The order that an operation found or made, for the request log; it fills this in. */
export interface Touched {
  orderId: string | undefined;
}

export type YtxCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
