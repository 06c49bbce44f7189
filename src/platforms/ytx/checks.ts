// From bytes to an accepted call: the checks in the order that the protocol settles, one function each.
import type { JsonObject } from '../../core/order.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import { enterLimits, limitsOf, type PartyLimits } from '../../directory/party-limits.ts';
import { Checks, PASS, type Refusal, says } from '../../protocol/checks.ts';
import { indexOfDigest } from '../../protocol/digest.ts';
import type { Start } from '../../protocol/platform.ts';
import { judgeRequestTime } from '../../protocol/request-time.ts';
import { digestOf } from '../../protocol/signature-scheme.ts';
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
  VERSION,
} from './contracts.ts';
import { type Asked, readIds } from './ids.ts';
import { PLATFORM } from './name.ts';
import { findProduct } from './products.ts';
import { isAccount, normalizeAccount } from './recharge-account.ts';
import { quotable } from './redact.ts';
import {
  AHEAD_MS,
  type Authorization,
  readAuthorization,
  signature,
  VALID_MS,
} from './signature.ts';
import { readBody, readSign } from './wire.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;

function refuse<C extends Code>(refused: C, detail: string): Refusal<C> {
  return { refused, detail: quotable(detail) };
}

/** The path's parts as they were sent; what the request log is told even of a refused call. */
function readPath({ request }: Start): { readonly accountSID: string } {
  return { accountSID: request.params.accountSID! };
}

function checkFunction({ request }: Start): Step<object, '-207'> {
  const { version, func, funcURL } = request.params;
  if (version !== VERSION) return refuse('-207', `version ${version} is not ${VERSION}`);
  if (func !== FUNC) return refuse('-207', `func ${func} is not ${FUNC}`);
  return funcURL === FUNC_URL ? PASS : refuse('-207', `funcURL ${funcURL} is not ${FUNC_URL}`);
}

function checkAuthorization(
  call: Start & { readonly accountSID: string },
): Step<{ readonly authorization: Authorization }, '-202'> {
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
): Step<{ readonly party: Party }, '-204'> {
  const party = call.parties.find(PLATFORM, call.accountSID);
  return party?.enabled ? { party } : refuse('-204', `no account ${call.accountSID}`);
}

function checkSign(
  call: Start & { readonly party: Party; readonly authorization: Authorization },
): Step<{ readonly sign: string }, '-201'> {
  const given = readSign(call.request.query);
  if (!given) return refuse('-201', 'the URL has no Sign, or several');
  const parts = signature.parts(call.authorization);
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map((key) => digestOf(signature.algorithm, parts, key.secret));
  const key = keys[indexOfDigest(given, expected)];
  if (key) {
    call.parties.noteUse(call.party, key, call.now);
    return { sign: given };
  }
  const detail = `Sign is not MD5(accountSID + authToken + timestamp) by any of ${keys.length} tokens`;
  return refuse('-201', detail);
}

function checkTime(call: Start & { readonly authorization: Authorization }): Step<object, '-203'> {
  const { at, timestamp } = call.authorization;
  const wrong = judgeRequestTime(call, at, { behindMs: VALID_MS, aheadMs: AHEAD_MS });
  return wrong ? refuse('-203', `timestamp ${timestamp} ${wrong}`) : PASS;
}

/** The same limits as for the apps of the other platforms; an account without limits has none. [ours] */
function checkLimits(
  call: Start & { readonly party: Party },
): Step<object, '-706'> | Promise<Step<object, '-706'>> {
  const limits = limitsOf(call.party);
  return limits ? refuseBeyond(call, limits) : PASS;
}

async function refuseBeyond(
  call: Start & { readonly party: Party },
  limits: PartyLimits,
): Promise<Step<object, '-706'>> {
  const full = await enterLimits(call, call.party, limits);
  return full === null ? PASS : refuse('-706', `the account's limit ${full} is reached`);
}

function parseBody({ request }: Start): Step<{ readonly body: JsonObject }, '-101'> {
  const body = readBody(request.body);
  return typeof body === 'string' ? refuse('-101', body) : { body };
}

/** Before the action is looked at; one that takes no requestId does not care what stands there. */
function readAsked({
  body,
}: {
  readonly body: JsonObject;
}): Step<{ readonly asked: Asked }, '-101'> {
  if (body.action === 'productOrder') return { asked: { ids: [], list: false } };
  const asked = readIds(body.requestId);
  return typeof asked === 'string' ? refuse('-101', asked) : { asked };
}

function findAction({
  body: { action },
}: {
  readonly body: JsonObject;
}): Step<{ readonly action: Action; readonly contract: Contract }, '-2' | '-206'> {
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
): Step<{ readonly values: Values }, '-2' | '-101'> {
  const values: Record<string, string> = {};
  let malformed: Refusal<'-101'> | undefined;
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
): Step<{ readonly app: App }, '-205'> {
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

/** The order is settled in settled.md, Y18. The first refusal is the answer. */
export const checks = Checks.from<Start>()
  .step('readPath', readPath)
  .step('checkFunction', checkFunction, {
    '-207': says('URL 中的版本或功能不受支持', 'the version or function of the URL is not served'),
  })
  .step('checkAuthorization', checkAuthorization, {
    '-202': says(
      '没有 Authorization、无法解码，或属于其他账户',
      "Authorization is absent, does not decode, or is another account's",
    ),
  })
  .step('findAccount', findAccount, {
    '-204': says('没有这个账户，或已停用', 'no account of the id is switched on'),
  })
  .step('checkSign', checkSign, {
    '-201': says(
      '没有 Sign、有多个，或与令牌不符',
      'Sign is absent, given twice, or fits no token',
    ),
  })
  .step('checkTime', checkTime, {
    '-203': says('时间戳过旧或超前', 'the time is too old, or ahead'),
  })
  .step('checkLimits', checkLimits, {
    '-706': says('账户的调用次数已达上限', 'the account has reached a limit of its calls'),
  })
  .step('parseBody', parseBody, {
    '-101': says('报文不是 JSON 对象', 'the body is no JSON object'),
  })
  .step('readAsked', readAsked, {
    '-101': says(
      'requestId 无法读取，或超过 100 个',
      'requestId cannot be read, or holds over 100',
    ),
  })
  .step('findAction', findAction, {
    '-2': says('没有 action', 'action is absent'),
    '-206': says('没有这个 action', 'there is no such action'),
  })
  .step('readFields', readFields, {
    '-2': says('缺少必填字段', 'a required field is absent'),
    '-101': says('字段不是文本，或值不合法', 'a field is no text, or malformed'),
  })
  .step('checkApp', checkApp, {
    '-205': says(
      '应用未知、环境不符、地址不在白名单、未开通或未上线',
      'the app is unknown, of the other environment, called from elsewhere, without the function, or not online',
    ),
  })
  .step('noteOrder', () => ({ touched: { orderId: undefined } as Touched }));

/** The order that an operation found or made, for the request log; it fills this in. */
export interface Touched {
  orderId: string | undefined;
}

export type YtxCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
