// The checks from bytes to an accepted call, in the protocol's sequence, one function each.
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
import { type Asked, readIds } from './ids.ts';
import { type Action, FUNC, FUNC_URL, isAction, VERSION } from './methods.ts';
import { PLATFORM } from './name.ts';
import { quotable } from './redact.ts';
import {
  AHEAD_MS,
  type Authorization,
  readAuthorization,
  signature,
  VALID_MS,
} from './signature.ts';
import { readFields, type Values } from './values.ts';
import { readBody, readSign } from './wire.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;

function refuse<C extends Code>(refused: C, detail: string): Refusal<C> {
  return { refused, detail: quotable(detail) };
}

/** The parts of the path as received, which the request log records even for a refused call. */
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
  const detail = `Sign is not MD5(accountSID + authToken + timestamp) with ${keys.length === 1 ? 'the token' : `any of the ${keys.length} tokens`} of this party`;
  return refuse('-201', detail);
}

function checkTime(call: Start & { readonly authorization: Authorization }): Step<object, '-203'> {
  const { at, timestamp } = call.authorization;
  const wrong = judgeRequestTime(call, at, { behindMs: VALID_MS, aheadMs: AHEAD_MS });
  return wrong ? refuse('-203', `timestamp ${timestamp} ${wrong}`) : PASS;
}

/** The same limits as on the other platforms. An account without limits is not limited. [ours] */
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

/** Read before the action. An action without requestId ignores it. */
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
}): Step<{ readonly action: Action }, '-2' | '-206'> {
  if (action === undefined || action === null || action === '') {
    return refuse('-2', 'action is missing');
  }
  if (typeof action === 'string' && isAction(action)) {
    return { action };
  }
  const named = typeof action === 'string' ? action : `that is of type ${typeof action}`;
  return refuse('-206', `no action ${named}`);
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
  // "没有相关设置": the sandbox has no address lists.
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

/** settled.md, Y18 defines the sequence. The first refusal is the answer. */
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

/** The order that an operation found or created; the operation fills it in for the request log. */
export interface Touched {
  orderId: string | undefined;
}

export type YtxCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
