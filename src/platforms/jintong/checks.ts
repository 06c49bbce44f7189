// The checks from bytes to an accepted call, in the protocol's sequence, one function each.
import { liveKeys, type Party, type PartyKey } from '../../core/party.ts';
import { enterLimits, limitsOf, type PartyLimits } from '../../directory/party-limits.ts';
import { Checks, PASS, type Refusal, says } from '../../protocol/checks.ts';
import { labelOf } from '../../protocol/contract.ts';
import { indexOfDigest } from '../../protocol/digest.ts';
import type { Start } from '../../protocol/platform.ts';
import { digestOf, type SignedPart } from '../../protocol/signature-scheme.ts';
import { TOO_OFTEN } from './code-table.ts';
import type { Code } from './codes.ts';
import {
  ACTIONS,
  type Action,
  BASIC_FIELDS,
  BASIC_VALUES,
  type ParamFields,
  paramsOf,
  URL_ENCODED,
  USER_FIELD,
} from './methods.ts';
import { PLATFORM } from './name.ts';
import { remarkMeaning, signedForms } from './remark.ts';
import { holdsSeparator, signature } from './signature.ts';
import { type Envelope, readCarrier, readEnvelope } from './wire.ts';

type Step<Added extends object, C extends Code = never> = Added | Refusal<C>;

interface Basics {
  readonly partner: string;
  readonly action: string;
  readonly sign: string;
  readonly param: ReadonlyMap<string, string>;
}

function illegal(detail: string): Refusal<'ArgumentIllegal'> {
  return { refused: 'ArgumentIllegal', detail };
}

function requireBasics(call: { readonly envelope: Envelope }): Step<Basics, 'ArgumentIllegal'> {
  const { basic, param } = call.envelope;
  const partner = basic.get('Partner');
  const action = basic.get('Action');
  const sign = basic.get('Sign');
  if (!partner) return illegal('Partner is missing');
  if (!action) return illegal('Action is missing');
  if (!sign) return illegal('Sign is missing');
  if (!param) return illegal('Param is missing');
  return { partner, action, sign, param };
}

function findPartner(call: Start & Basics): Step<{ readonly party: Party }, 'UnfoundUserInfo'> {
  const party = call.parties.find(PLATFORM, call.partner);
  if (!party?.enabled) return { refused: 'UnfoundUserInfo', detail: `no partner ${call.partner}` };
  return { party };
}

function checkAddress(call: Start & { readonly party: Party }): Step<object, 'UnauthorizedIp'> {
  if (call.parties.admits(call.party, call.request.address)) return PASS;
  return {
    refused: 'UnauthorizedIp',
    detail: `${call.request.address} is not in the partner's list`,
  };
}

interface FoundAction {
  readonly method: Action;
  /** The elements that Param may contain. */
  readonly params: ParamFields;
}

const FOUND_ACTIONS = new Map<string, FoundAction>(
  ACTIONS.map((method) => [method, { method, params: paramsOf(method) }]),
);

function findAction(call: Basics): Step<FoundAction, 'NotImplemented'> {
  const found = FOUND_ACTIONS.get(call.action);
  return found ?? { refused: 'NotImplemented', detail: `no action ${call.action}` };
}

const BASIC_NAMES: ReadonlySet<string> = new Set(BASIC_FIELDS);

function refuseUndefinedElements(
  call: Basics & FoundAction & { readonly envelope: Envelope },
): Step<object, 'ArgumentDeserializeFail'> {
  for (const name of call.envelope.basic.keys()) {
    if (!BASIC_NAMES.has(name)) return notDefined(name);
  }
  for (const name of call.param.keys()) {
    if (!Object.hasOwn(call.params, name)) return notDefined(`Param/${name}`);
  }
  return PASS;
}

function notDefined(name: string): Refusal<'ArgumentDeserializeFail'> {
  return { refused: 'ArgumentDeserializeFail', detail: `the action does not define ${name}` };
}

function checkGrant(call: {
  readonly party: Party;
  readonly method: Action;
}): Step<object, 'Unauthorized'> {
  if (call.party.grants.includes(call.method)) return PASS;
  return { refused: 'Unauthorized', detail: `the partner is not granted ${call.method}` };
}

/**
 * The string to sign has no escaping: a value with `&` or `=` could pose as further fields, so that
 * one signature would fit two requests. Every such value is refused.
 */
function refuseSeparators(
  call: Basics & { readonly envelope: Envelope },
): Step<object, 'ArgumentIllegal'> {
  for (const fields of [call.envelope.basic, call.param]) {
    for (const [name, value] of fields) {
      if (name !== 'Sign' && holdsSeparator(value)) return illegal(`${name} holds & or =`);
    }
  }
  return PASS;
}

/**
 * The values of Param in one form that may have been signed, and the string to sign for that form.
 */
interface SignedForm {
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly parts: readonly SignedPart[];
}

/** The forms in which the request may be signed. The first is the received form. */
function buildStringsToSign(
  call: Basics & FoundAction & { readonly envelope: Envelope },
): Step<{ readonly signedForms: readonly SignedForm[] }> {
  const { basic, sent } = call.envelope;
  const given: Record<string, string | undefined> = {};
  let remark: string | undefined;
  for (const name in call.params) {
    given[name] = call.param.get(name);
    if (given[name] && name === URL_ENCODED) remark = name;
  }
  const over = (values: SignedForm['given']): SignedForm => ({
    given: values,
    parts: signature.parts({
      Action: basic.get('Action'),
      Param: values,
      Partner: basic.get('Partner'),
      RequestFmt: basic.get('RequestFmt'),
      ResponseFmt: basic.get('ResponseFmt'),
      Version: basic.get('Version'),
    }),
  });
  if (remark === undefined) return { signedForms: [over(given)] };
  const [name, text] = [remark, given[remark]!];
  const forms = signedForms(text, sent.get(name) ?? text);
  return { signedForms: forms.map((form) => over({ ...given, [name]: form })) };
}

function checkSignature(
  call: Basics & Start & { readonly party: Party; readonly signedForms: readonly SignedForm[] },
): Step<{ readonly signed: SignedForm; readonly verifiedBy: PartyKey }, 'SignFail'> {
  const keys = liveKeys(call.party, call.now);
  const pairs = keys.flatMap((key) => call.signedForms.map((form) => ({ key, form })));
  const expected = pairs.map(({ key, form }) =>
    digestOf(signature.algorithm, form.parts, key.secret),
  );
  const pair = pairs[indexOfDigest(call.sign, expected)];
  if (pair) {
    call.parties.noteUse(call.party, pair.key, call.now);
    return { signed: pair.form, verifiedBy: pair.key };
  }
  return {
    refused: 'SignFail',
    detail: `Sign is not MD5(string to sign + key) with ${keys.length === 1 ? 'the key' : `any of the ${keys.length} keys`} of this party`,
  };
}

/**
 * A partner without limits is not limited. The documents define no code for exceeding a limit
 * (settled.md, J27).
 */
function checkLimits(
  call: Start & { readonly party: Party },
): Step<object, 'CallFail'> | Promise<Step<object, 'CallFail'>> {
  const limits = limitsOf(call.party);
  return limits ? refuseBeyond(call, limits) : PASS;
}

async function refuseBeyond(
  call: Start & { readonly party: Party },
  limits: PartyLimits,
): Promise<Step<object, 'CallFail'>> {
  const full = await enterLimits(call, call.party, limits);
  if (full === null) return PASS;
  const detail = `the partner's limit ${full} is reached`;
  return { refused: 'CallFail', description: TOO_OFTEN, detail };
}

const ACCEPTED = Object.entries(BASIC_VALUES);

/** The meaning of Param's values: checked against their contract, with Remark decoded. */
function checkValues(
  call: Basics &
    FoundAction & {
      readonly envelope: Envelope;
      readonly signed: SignedForm;
    },
): Step<{ readonly values: Readonly<Record<string, string>> }, 'ArgumentIllegal'> {
  for (const [name, accepted] of ACCEPTED) {
    const value = call.envelope.basic.get(name);
    if (!value) return illegal(`${name} is missing`);
    if (!accepted.includes(value)) return illegal(`${name} is not ${accepted.join(' or ')}`);
  }
  const values: Record<string, string> = {};
  for (const name in call.params) {
    const given = call.signed.given[name];
    if (!given) return illegal(`Param/${name} is missing`);
    const value = name === URL_ENCODED ? remarkMeaning(given) : given;
    const field = call.params[name]!;
    // A decoded Remark may contain characters that a plain value must not contain.
    const judged = name === URL_ENCODED ? value.replaceAll(/[&=]/g, '-') : value;
    if (field.pattern && !field.pattern.test(judged)) {
      return illegal(`Param/${name} (${labelOf(field)}) is malformed`);
    }
    values[name] = value;
  }
  return { values };
}

function findUser(call: {
  readonly party: Party;
  readonly method: Action;
  readonly values: Readonly<Record<string, string>>;
}): Step<{ readonly userName: string }, 'UnfoundUserInfo'> {
  const userName = call.values[USER_FIELD[call.method]]!;
  if (call.party.users.includes(userName)) return { userName };
  return { refused: 'UnfoundUserInfo', detail: `the partner has no user ${userName}` };
}

/** settled.md, J15 defines the sequence. The first refusal is the answer. */
export const checks = Checks.from<Start>()
  .step('readCarrier', (call) => readCarrier(call.request.body), {
    ArgumentDecryptFail: says(
      '表单、URL 编码或字符编码无法读取',
      'the form, its URL encoding or its character encoding cannot be read',
    ),
    ArgumentDeserializeFail: says(
      '报文过长、不是 UTF-8，或出现在两个字段中',
      'the document is too long, is not UTF-8, or stands in two fields',
    ),
  })
  .step('readEnvelope', (call) => readEnvelope(call.carrier), {
    ArgumentDeserializeFail: says(
      'XML 不合法、被拒绝，或元素重复',
      'the XML is not well-formed or is refused, or an element is given twice',
    ),
  })
  .step('requireBasics', requireBasics, {
    ArgumentIllegal: says(
      '缺少 Partner、Action、Sign 或 Param',
      'Partner, Action, Sign or Param is absent',
    ),
  })
  .step('findPartner', findPartner, {
    UnfoundUserInfo: says('没有这个合作伙伴，或已停用', 'no partner of the name is switched on'),
  })
  .step('checkAddress', checkAddress, {
    UnauthorizedIp: says('地址不在名单中', "the address is not in the partner's list"),
  })
  .step('findAction', findAction, {
    NotImplemented: says('没有这个 Action', 'there is no such Action'),
  })
  .step('refuseUndefinedElements', refuseUndefinedElements, {
    ArgumentDeserializeFail: says('接口未定义的元素', 'the action does not define an element'),
  })
  .step('checkGrant', checkGrant, {
    Unauthorized: says('该合作伙伴未开通此接口', 'the partner is not granted the action'),
  })
  .step('refuseSeparators', refuseSeparators, {
    ArgumentIllegal: says('值中含有 & 或 =', 'a value holds & or ='),
  })
  .step('buildStringsToSign', buildStringsToSign)
  .step('checkSignature', checkSignature, {
    SignFail: says('签名与任何一个密钥都不符', "the signature fits none of the partner's keys"),
  })
  .step('checkLimits', checkLimits, {
    CallFail: says('调用次数已达上限', 'the partner has reached a limit of its calls'),
  })
  .step('checkValues', checkValues, {
    ArgumentIllegal: says('缺少某个值，或值不合法', 'a value is absent or malformed'),
  })
  .step('findUser', findUser, {
    UnfoundUserInfo: says('合作伙伴名下没有这个用户', 'the partner has no such user'),
  });

export type JintongCall = typeof checks extends Checks<Start, infer Call> ? Call : never;
