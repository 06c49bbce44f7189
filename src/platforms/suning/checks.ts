// From bytes to an accepted call: the checks in the order that the protocol settles, one function each.
import { hash } from 'node:crypto';
import { MINUTE } from '../../core/clock.ts';
import { liveKeys, type Party } from '../../core/party.ts';
import { Checks, PASS, type Refusal } from '../../protocol/checks.ts';
import { indexOfDigest } from '../../protocol/digest.ts';
import { enterLimits, type FullWindow, type PartyLimits } from '../../protocol/party-limits.ts';
import type { Start } from '../../protocol/platform.ts';
import { judgeRequestTime } from '../../protocol/request-time.ts';
import { formatShanghai, parseShanghai } from '../../protocol/shanghai-time.ts';
import { readApp } from './app.ts';
import { type Code, OTHER_TEXTS } from './codes.ts';
import { CONTRACTS, type Contract, isAppKey, isMethod, type Method, VERSION } from './contracts.ts';
import { findRepeated, header } from './headers.ts';
import { checkUnionId, findNode, readDocument } from './node.ts';
import { describeSigned, type Signed, signInfo } from './signature.ts';
import { readValues, type Values } from './values.ts';
import { type Element, type Format, readFormat } from './wire.ts';

export const PLATFORM = 'suning';
/** The catalog's kind of methods that were taken out of use. */
export const RETIRED_METHOD = 'retired-method';

type Step<Added extends object> = Added | Refusal<Code>;

const refuse = (refused: Code, detail: string): Refusal<Code> => ({ refused, detail });

interface System {
  readonly appMethod: string;
  readonly appRequestTime: string;
  readonly appKey: string;
  readonly versionNo: string;
  readonly sign: string;
}

function requireHeaders(call: Start): Step<System> {
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

/** What stands in the string to sign has a shape, so that nothing slides from one part to the next. */
function checkShapes(
  call: Start & System,
): Step<{ readonly format: Format; readonly requestedAt: number }> {
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
): Step<object> {
  const wrong = judgeRequestTime(call, call.requestedAt, TIME_TOLERANCE);
  if (!wrong) return PASS;
  return refuse('sys.check.app-time:error', `AppRequestTime ${call.appRequestTime} ${wrong}`);
}

function findApp(call: Start & System): Step<{ readonly party: Party }> {
  const party = isAppKey(call.appKey) ? call.parties.find(PLATFORM, call.appKey) : undefined;
  if (party?.enabled) return { party };
  const description = OTHER_TEXTS['sys.check.user-permission:inexistence'];
  const detail = party ? 'the app is switched off' : 'no such app';
  return { refused: 'sys.check.user-permission:inexistence', description, detail };
}

function buildSigned(
  call: Start & System,
): Step<{ readonly signed: Signed; readonly signedText: string }> {
  const { appMethod, appRequestTime, appKey, versionNo, request } = call;
  const signed = { appMethod, appRequestTime, appKey, versionNo, body: request.body };
  return { signed, signedText: describeSigned(signed) };
}

function checkSignature(
  call: Start & System & { readonly party: Party; readonly signed: Signed },
): Step<object> {
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map((key) => signInfo(key.secret, call.signed));
  const key = keys[indexOfDigest(call.sign, expected)];
  if (key) {
    call.parties.noteUse(call.party, key, call.now);
    return PASS;
  }
  const detail = `signInfo is not MD5(string to sign) by any of ${keys.length} secrets`;
  return refuse('sys.check.app-sign:error', detail);
}

function findMethod(
  call: Start & System,
): Step<{ readonly method: Method; readonly contract: Contract }> {
  if (call.catalog.find(PLATFORM, RETIRED_METHOD, call.appMethod)) {
    return refuse('sys.check.api-permission:overdue', 'the method was retired');
  }
  if (!isMethod(call.appMethod)) {
    return refuse('sys.check.api-permission:inexistence', 'no such method');
  }
  return { method: call.appMethod, contract: CONTRACTS[call.appMethod] };
}

function checkGrant(call: { readonly party: Party; readonly method: Method }): Step<object> {
  if (call.party.grants.includes(call.method)) return PASS;
  return refuse('sys.check.method-permission:authority', `the app is not granted ${call.method}`);
}

/** SHA-256, base64url: how tokens are kept. */
export const tokenDigest = (token: string): string => hash('sha256', token, 'base64url');

/** "采用OAuth授权方式为必填参数" */
function checkToken(call: Start & { readonly party: Party }): Step<object> | Promise<Step<object>> {
  return readApp(call.party).oauthRequired ? checkAccessToken(call) : PASS;
}

async function checkAccessToken(call: Start & { readonly party: Party }): Promise<Step<object>> {
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

const LIMIT_CODES: Readonly<Record<FullWindow, Code>> = {
  'at-once': 'sys.controller.api-access:limit',
  second: 'sys.controller.api-frequency:limit',
  day: 'sys.controller.api-request:limit',
};

/** "an app without limits has none" */
function checkLimits(
  call: Start & { readonly party: Party },
): Step<object> | Promise<Step<object>> {
  const { limits } = readApp(call.party);
  return limits ? refuseBeyond(call, limits) : PASS;
}

async function refuseBeyond(
  call: Start & { readonly party: Party },
  limits: PartyLimits,
): Promise<Step<object>> {
  const full = await enterLimits(call, call.party, limits);
  return full === null ? PASS : refuse(LIMIT_CODES[full], `the limit ${full} is reached`);
}

function checkValues(call: {
  readonly method: Method;
  readonly node: Element;
}): Step<{ readonly values: Values[Method] }> {
  const values = readValues(call.method, call.node);
  return 'refused' in values ? values : { values };
}

/** protocol: "Order of checks". The first refusal is the answer. */
export const checks = Checks.from<Start>()
  .step('requireHeaders', requireHeaders) //  header-param:null · missing-parameter:* · app-sign:null
  .step('checkShapes', checkShapes) //        request-params:error
  .step('checkTime', checkTime) //            app-time:error
  .step('findApp', findApp) //                user-permission:inexistence 用户key不存在
  .step('buildSigned', buildSigned)
  .step('checkSignature', checkSignature) //  app-sign:error
  .step('findMethod', findMethod) //          api-permission:overdue · api-permission:inexistence
  .step('checkGrant', checkGrant) //          method-permission:authority
  .step('checkToken', checkToken) //          user-permission:inexistence 访问令牌不存在 · :overdue
  .step('checkLimits', checkLimits) //        api-access:limit · api-frequency:limit · api-request:limit
  .step('readDocument', readDocument) //      request-params:error
  .step('findNode', findNode) //              missing-nestElement:sn_body · request-message:error · …
  .step('checkUnionId', checkUnionId) //      snunionid.length.is.not:48
  .step('checkValues', checkValues); //       the method's own

export type SuningCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
