// From bytes to an accepted call: the checks in their order; the first refusal is the answer.
import {
  Checks,
  decodeUtf8,
  enterLimits,
  findFaults,
  indexOfDigest,
  JsonError,
  judgeRequestTime,
  limitsOf,
  liveKeys,
  MINUTE,
  PASS,
  type Params,
  type Party,
  parseForm,
  parseJson,
  type Refusal,
  SECOND,
  type Start,
  says,
  signatureOf,
} from 'ordergate/platform';
import type { Code } from './codes.ts';
import { contract, type LanternContract, type Method } from './contract.ts';
import { PLATFORM } from './name.ts';
import { type Signed, scheme } from './signature.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;
const refuse = <C extends Code>(refused: C, detail: string): Refusal<C> => ({ refused, detail });

/** L3 */
const TOLERANCE = { behindMs: 5 * MINUTE, aheadMs: 5 * MINUTE };
const MAX_BODY = 16 * 1024;

const header = ({ request }: Start, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

/** A call for one order by its id is a query, and any other an order. HEAD asks as GET does. */
function readRequest(call: Start): { readonly method: Method; readonly signed: Signed } {
  const { method, path, query, body, params } = call.request;
  const target = query === '' ? path : `${path}?${query}`;
  return {
    method: params.orderId === undefined ? 'order.create' : 'order.read',
    signed: { method, target, time: header(call, 'x-lantern-time'), body },
  };
}

function findPartner(call: Start): Step<{ readonly party: Party }, 'UNKNOWN_PARTNER'> {
  const id = header(call, 'x-lantern-partner');
  const party = call.parties.find(PLATFORM, id);
  if (party?.enabled) return { party };
  return refuse('UNKNOWN_PARTNER', id === '' ? 'no X-Lantern-Partner' : `no partner ${id}`);
}

function checkSignature(
  call: Start & { readonly party: Party; readonly signed: Signed },
): Step<{ readonly verified: true }, 'BAD_SIGNATURE'> {
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map(({ secret }) => signatureOf(scheme, call.signed, secret));
  const key = keys[indexOfDigest(header(call, 'x-lantern-sign'), expected)];
  if (!key) return refuse('BAD_SIGNATURE', `X-Lantern-Sign fits none of ${keys.length} keys`);
  call.parties.noteUse(call.party, key, call.now);
  return { verified: true };
}

function checkTime(call: Start & { readonly signed: Signed }): Step<object, 'STALE_TIME'> {
  const { time } = call.signed;
  if (!/^\d{10}$/.test(time)) return refuse('STALE_TIME', 'X-Lantern-Time is no time in seconds');
  const wrong = judgeRequestTime(call, Number(time) * SECOND, TOLERANCE);
  return wrong === null ? PASS : refuse('STALE_TIME', `X-Lantern-Time ${time} ${wrong}`);
}

async function checkLimits(
  call: Start & { readonly party: Party },
): Promise<Step<object, 'TOO_MANY'>> {
  const limits = limitsOf(call.party);
  const full = limits && (await enterLimits(call, call.party, limits));
  return full ? refuse('TOO_MANY', `the partner's limit ${full} is reached`) : PASS;
}

/** Held against the contract: a field that is not defined is refused, too. */
function readParams(
  call: Start & { readonly method: Method },
): Step<{ readonly values: Values }, 'BAD_REQUEST'> {
  const { request, method } = call;
  const given = method === 'order.read' ? readQuery(request.query) : readBody(request.body);
  if (typeof given === 'string') return refuse('BAD_REQUEST', given);
  const values = { ...given, ...request.params };
  const [fault] = findFaults(contract.methods[method].params, values);
  return fault
    ? refuse('BAD_REQUEST', `${fault.path} is ${fault.is}`)
    : { values: values as Values };
}

export type Values = Params<LanternContract, 'order.create'> &
  Params<LanternContract, 'order.read'>;

function readQuery(query: string): Record<string, unknown> | string {
  const fields = parseForm(query);
  return fields ? Object.fromEntries(fields) : 'the query does not decode';
}

function readBody(body: Buffer): Record<string, unknown> | string {
  const text = decodeUtf8(body);
  if (text === null) return 'the body is not UTF-8';
  try {
    const value = parseJson(text, { maxBytes: MAX_BODY });
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? value : 'the body is no JSON object';
  } catch (error) {
    if (error instanceof JsonError) return `the body is not JSON: ${error.message}`;
    throw error;
  }
}

export const checks = Checks.from<Start>()
  .step('readRequest', readRequest)
  .step('findPartner', findPartner, {
    UNKNOWN_PARTNER: says('没有这个合作方，或已停用', 'no partner of the id is switched on'),
  })
  .step('checkSignature', checkSignature, {
    BAD_SIGNATURE: says('签名与任何密钥都不符', 'the signature fits no key'),
  })
  .step('checkTime', checkTime, {
    STALE_TIME: says('时间戳相差超过 5 分钟', 'the time is over 5 minutes off'),
  })
  .step('checkLimits', checkLimits, {
    TOO_MANY: says('已达调用次数上限', 'a limit of calls is reached'),
  })
  .step('readParams', readParams, {
    BAD_REQUEST: says('报文或字段不符合约定', 'the body or a field is not as the contract says'),
  });

export type LanternCall = Start & {
  readonly method: Method;
  readonly signed: Signed;
  readonly party: Party;
  readonly values: Values;
};
