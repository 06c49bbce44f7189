// From bytes to an accepted call: the checks in their order. The first refusal is the answer.
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
  parseJson,
  type Refusal,
  SECOND,
  type Start,
  says,
  signatureOf,
} from 'ordergate/platform';
import type { Code } from './codes.ts';
import { contract, type Method, pathOf, type SkeletonContract } from './contract.ts';
import { PLATFORM } from './name.ts';
import { type Signed, scheme } from './signature.ts';

// LEFT: put the checks into the order in which the vendor gives its codes

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;
const refuse = <C extends Code>(refused: C, detail: string): Refusal<C> => ({ refused, detail });

/** N3 */
const TOLERANCE = { behindMs: 5 * MINUTE, aheadMs: 5 * MINUTE };
/** In bytes. The server refuses longer bodies before it parses them. */
export const MAX_BODY = 16 * 1024;

const header = ({ request }: Start, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

function readRequest(call: Start): { readonly method: Method; readonly signed: Signed } {
  const { path, body } = call.request;
  return {
    method: path === pathOf('order.read') ? 'order.read' : 'order.create',
    signed: { path, time: header(call, 'x-skeleton-time'), body: decodeUtf8(body) ?? '' },
  };
}

function findParty(call: Start): Step<{ readonly party: Party }, 'UNKNOWN_PARTY'> {
  const id = header(call, 'x-skeleton-party');
  const party = call.parties.find(PLATFORM, id);
  if (party?.enabled) return { party };
  return refuse('UNKNOWN_PARTY', id === '' ? 'no X-Skeleton-Party' : `no party ${id}`);
}

function checkSignature(
  call: Start & { readonly party: Party; readonly signed: Signed },
): Step<{ readonly verified: true }, 'BAD_SIGNATURE'> {
  const keys = liveKeys(call.party, call.now);
  const expected = keys.map(({ secret }) => signatureOf(scheme, call.signed, secret));
  const key = keys[indexOfDigest(header(call, 'x-skeleton-sign'), expected)];
  if (!key) return refuse('BAD_SIGNATURE', `X-Skeleton-Sign fits none of ${keys.length} keys`);
  call.parties.noteUse(call.party, key, call.now);
  return { verified: true };
}

function checkTime(call: Start & { readonly signed: Signed }): Step<object, 'STALE_TIME'> {
  const { time } = call.signed;
  if (!/^\d{10}$/.test(time)) return refuse('STALE_TIME', 'X-Skeleton-Time is no time in seconds');
  const wrong = judgeRequestTime(call, Number(time) * SECOND, TOLERANCE);
  return wrong === null ? PASS : refuse('STALE_TIME', `X-Skeleton-Time ${time} ${wrong}`);
}

async function checkLimits(
  call: Start & { readonly party: Party },
): Promise<Step<object, 'TOO_MANY'>> {
  const limits = limitsOf(call.party);
  const full = limits && (await enterLimits(call, call.party, limits));
  return full ? refuse('TOO_MANY', `the party's limit ${full} is reached`) : PASS;
}

type Values = Params<SkeletonContract, 'order.create'> & Params<SkeletonContract, 'order.read'>;

/** A field that the contract does not define is refused, too. */
function readParams(
  call: Start & { readonly method: Method; readonly signed: Signed },
): Step<{ readonly values: Values }, 'BAD_REQUEST'> {
  const given = readBody(call.signed.body);
  if (typeof given === 'string') return refuse('BAD_REQUEST', given);
  const [fault] = findFaults(contract.methods[call.method].params, given);
  return fault
    ? refuse('BAD_REQUEST', `${fault.path} is ${fault.is}`)
    : { values: given as Values };
}

function readBody(text: string): Readonly<Record<string, unknown>> | string {
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
  .step('findParty', findParty, {
    UNKNOWN_PARTY: says('没有这个调用方，或已停用', 'no party of the id is switched on'),
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

export type SkeletonCall = Start & {
  readonly method: Method;
  readonly signed: Signed;
  readonly party: Party;
  readonly values: Values;
};
