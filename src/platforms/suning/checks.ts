// The checks from bytes to an accepted call, in the protocol's sequence, one function each.
import { MINUTE } from '../../core/clock.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import { enterLimits, type FullWindow, type PartyLimits } from '../../directory/party-limits.ts';
import { Checks, PASS, type Refusal, says } from '../../protocol/checks.ts';
import { indexOfDigest } from '../../protocol/digest.ts';
import type { Start } from '../../protocol/platform.ts';
import { judgeRequestTime } from '../../protocol/request-time.ts';
import { formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';
import { digestOf, type SignedPart } from '../../protocol/signature-scheme.ts';
import { readApp } from './app.ts';
import { type Code, OTHER_TEXTS } from './codes.ts';
import { findRepeated, header } from './headers.ts';
import { isAppKey, isMethod, type Method, RETIRED_METHOD, VERSION } from './methods.ts';
import { PLATFORM } from './name.ts';
import { checkUnionId, findNode, readDocument } from './node.ts';
import { signature } from './signature.ts';
import { tokenDigest } from './token-digest.ts';
import { readValues, VALUE_REASONS, type ValueCode, type Values } from './values.ts';
import { type Element, type Format, readFormat } from './wire.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;

const refuse = <C extends Code>(refused: C, detail: string): Refusal<C> => ({ refused, detail });

interface System {
  readonly appMethod: string;
  readonly appRequestTime: string;
  readonly appKey: string;
  readonly versionNo: string;
  readonly sign: string;
}

type HeaderCode =
  | 'sys.check.header-param:null'
  | 'sys.check.missing-parameter:appRequestTime'
  | 'sys.check.missing-parameter:apiversion'
  | 'sys.check.app-sign:null';

function requireHeaders(call: Start): Step<System, HeaderCode> {
  const appMethod = header(call, 'AppMethod');
  const appKey = header(call, 'AppKey');
  const appRequestTime = header(call, 'AppRequestTime');
  const versionNo = header(call, 'VersionNo');
  const sign = header(call, 'signInfo');
  if (!appMethod) return refuse('sys.check.header-param:null', 'header AppMethod is missing');
  if (!appKey) return refuse('sys.check.header-param:null', 'header AppKey is missing');
  if (!appRequestTime) {
    return refuse('sys.check.missing-parameter:appRequestTime', 'header AppRequestTime is missing');
  }
  if (!versionNo) {
    return refuse('sys.check.missing-parameter:apiversion', 'header VersionNo is missing');
  }
  if (!sign) return refuse('sys.check.app-sign:null', 'header signInfo is missing');
  return { appMethod, appRequestTime, appKey, versionNo, sign };
}

/**
 * Each part of the string to sign has a fixed form, so that no text can move from one part to the
 * next.
 */
function checkShapes(
  call: Start & System,
): Step<
  { readonly format: Format; readonly requestedAt: number },
  'sys.check.request-params:error'
> {
  const malformed = (detail: string) => refuse('sys.check.request-params:error', detail);
  const repeated = findRepeated(call);
  if (repeated) return malformed(repeated);
  const requestedAt = parseShanghai(call.appRequestTime);
  if (requestedAt === null) return malformed('AppRequestTime is not yyyy-MM-dd HH:mm:ss');
  const format = readFormat(header(call, 'Format'));
  if (!format) return malformed('Format is neither xml nor json');
  if (call.versionNo !== VERSION) return malformed(`VersionNo is not ${VERSION}`);
  const inPath = call.request.params.appMethod;
  if (inPath !== undefined && inPath !== call.appMethod) {
    return malformed('the method of the path is not that of the header AppMethod');
  }
  return { format, requestedAt };
}

/** "API服务端允许客户端请求时间误差为10分钟" */
const TIME_TOLERANCE = { behindMs: 10 * MINUTE, aheadMs: 10 * MINUTE };

function checkTime(
  call: Start & { readonly appRequestTime: string; readonly requestedAt: number },
): Step<object, 'sys.check.app-time:error'> {
  const wrong = judgeRequestTime(call, call.requestedAt, TIME_TOLERANCE);
  if (!wrong) return PASS;
  return refuse('sys.check.app-time:error', `AppRequestTime ${call.appRequestTime} ${wrong}`);
}

function findApp(
  call: Start & System,
): Step<{ readonly party: Party }, 'sys.check.user-permission:inexistence'> {
  const party = isAppKey(call.appKey) ? call.parties.find(PLATFORM, call.appKey) : undefined;
  if (party?.enabled) return { party };
  const description = OTHER_TEXTS['sys.check.user-permission:inexistence'];
  const detail = party ? 'the app is switched off' : 'no such app';
  return { refused: 'sys.check.user-permission:inexistence', description, detail };
}

function buildSigned(call: Start & System): Step<{ readonly signed: readonly SignedPart[] }> {
  const { appMethod, appRequestTime, appKey, versionNo, request } = call;
  const { body } = request;
  return { signed: signature.parts({ appMethod, appRequestTime, appKey, versionNo, body }) };
}

function checkSignature(
  call: Start & System & { readonly party: Party; readonly signed: readonly SignedPart[] },
): Step<object, 'sys.check.app-sign:error'> {
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map((key) => digestOf(signature.algorithm, call.signed, key.secret));
  const key = keys[indexOfDigest(call.sign, expected)];
  if (key) {
    call.parties.noteUse(call.party, key, call.now);
    return PASS;
  }
  const detail = `signInfo is not MD5(string to sign) with ${keys.length === 1 ? 'the secret' : `any of the ${keys.length} secrets`} of this party`;
  return refuse('sys.check.app-sign:error', detail);
}

function findMethod(
  call: Start & System,
): Step<
  { readonly method: Method },
  'sys.check.api-permission:overdue' | 'sys.check.api-permission:inexistence'
> {
  if (call.catalog.find(PLATFORM, RETIRED_METHOD, call.appMethod)) {
    return refuse('sys.check.api-permission:overdue', 'the method was retired');
  }
  if (!isMethod(call.appMethod)) {
    return refuse('sys.check.api-permission:inexistence', 'no such method');
  }
  return { method: call.appMethod };
}

function checkGrant(call: {
  readonly party: Party;
  readonly method: Method;
}): Step<object, 'sys.check.method-permission:authority'> {
  if (call.party.grants.includes(call.method)) return PASS;
  return refuse('sys.check.method-permission:authority', `the app is not granted ${call.method}`);
}

type TokenCode = 'sys.check.user-permission:inexistence' | 'sys.check.user-permission:overdue';

/** "采用OAuth授权方式为必填参数" */
function checkToken(
  call: Start & { readonly party: Party },
): Step<object, TokenCode> | Promise<Step<object, TokenCode>> {
  return readApp(call.party).oauthRequired ? checkAccessToken(call) : PASS;
}

async function checkAccessToken(
  call: Start & { readonly party: Party },
): Promise<Step<object, TokenCode>> {
  const given = header(call, 'access_token');
  const token = given === '' ? null : await call.tokens.find(PLATFORM, tokenDigest(given));
  if (token?.kind !== 'access' || token.partyId !== call.party.partyId) {
    const detail = given === '' ? 'header access_token is missing' : 'no such token of this app';
    return refuse('sys.check.user-permission:inexistence', detail);
  }
  if (call.now < token.expiresAt) return PASS;
  const detail = `the token ended ${formatShanghai(token.expiresAt)}`;
  return refuse('sys.check.user-permission:overdue', detail);
}

const LIMIT_CODES = {
  'at-once': 'sys.controller.api-access:limit',
  second: 'sys.controller.api-frequency:limit',
  day: 'sys.controller.api-request:limit',
} as const satisfies Readonly<Record<FullWindow, Code>>;
type LimitCode = (typeof LIMIT_CODES)[FullWindow];

/** "an app without limits has none" */
function checkLimits(
  call: Start & { readonly party: Party },
): Step<object, LimitCode> | Promise<Step<object, LimitCode>> {
  const { limits } = readApp(call.party);
  return limits ? refuseBeyond(call, limits) : PASS;
}

async function refuseBeyond(
  call: Start & { readonly party: Party },
  limits: PartyLimits,
): Promise<Step<object, LimitCode>> {
  const full = await enterLimits(call, call.party, limits);
  return full === null ? PASS : refuse(LIMIT_CODES[full], `the limit ${full} is reached`);
}

function checkValues(call: {
  readonly method: Method;
  readonly node: Element;
}): Step<{ readonly values: Values[Method] }, ValueCode> {
  const values = readValues(call.method, call.node);
  return 'refused' in values ? values : { values };
}

/** settled.md, S22 defines the sequence. The first refusal is the answer. */
export const checks = Checks.from<Start>()
  .step('requireHeaders', requireHeaders, {
    'sys.check.header-param:null': says(
      '缺少 AppMethod 或 AppKey',
      'AppMethod or AppKey is absent',
    ),
    'sys.check.missing-parameter:appRequestTime': says(
      '缺少 AppRequestTime',
      'AppRequestTime is absent',
    ),
    'sys.check.missing-parameter:apiversion': says('缺少 VersionNo', 'VersionNo is absent'),
    'sys.check.app-sign:null': says('缺少 signInfo', 'signInfo is absent'),
  })
  .step('checkShapes', checkShapes, {
    'sys.check.request-params:error': says(
      '某个请求头格式不符，或以不同的值出现两次',
      'a header is malformed, or given twice with different values',
    ),
  })
  .step('checkTime', checkTime, {
    'sys.check.app-time:error': says(
      '时间误差超过 10 分钟',
      'the time is more than 10 minutes off',
    ),
  })
  .step('findApp', findApp, {
    'sys.check.user-permission:inexistence': says(
      '没有这个应用，或已停用（用户key不存在）',
      'no app of the key is switched on',
    ),
  })
  .step('buildSigned', buildSigned)
  .step('checkSignature', checkSignature, {
    'sys.check.app-sign:error': says(
      '签名与任何一个密钥都不符',
      "the signature fits none of the app's secrets",
    ),
  })
  .step('findMethod', findMethod, {
    'sys.check.api-permission:overdue': says('方法已停用', 'the method was retired'),
    'sys.check.api-permission:inexistence': says('没有这个方法', 'there is no such method'),
  })
  .step('checkGrant', checkGrant, {
    'sys.check.method-permission:authority': says('应用未开通此方法', 'the app is not granted it'),
  })
  .step('checkToken', checkToken, {
    'sys.check.user-permission:inexistence': says(
      '令牌缺失或未知（访问令牌不存在）',
      'the token of an app with OAuth is absent or unknown',
    ),
    'sys.check.user-permission:overdue': says('令牌已过期', 'the token has expired'),
  })
  .step('checkLimits', checkLimits, {
    'sys.controller.api-access:limit': says('并发已达上限', 'too many calls at once'),
    'sys.controller.api-frequency:limit': says('每秒次数已达上限', 'too many calls a second'),
    'sys.controller.api-request:limit': says('当天次数已用完', 'too many calls a day'),
  })
  .step('readDocument', readDocument, {
    'sys.check.request-params:error': says('报文无法读取', 'the body cannot be read'),
  })
  .step('findNode', findNode, {
    'sys.check.request-params:error': says(
      '缺少方法的节点，或有其他节点',
      "the method's node is absent, or another stands there",
    ),
    'sys.check.missing-nestElement:sn_body': says('没有 sn_body', 'there is no sn_body'),
    'biz.handler.request-message:error': says('查询节点出现多次', "a query's node several times"),
    'biz.handler.batch-handler:no-support': says('写节点出现多次', "a write's node several times"),
  })
  .step('checkUnionId', checkUnionId, {
    'sys.check.snunionid.length.is.not:48': says('snunionid 不是 48 位', 'not 48 characters long'),
  })
  .step('checkValues', checkValues, VALUE_REASONS);

export type SuningCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
