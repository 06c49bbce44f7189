// Facts from the contract for this folder: its actions, the parts of the path, and patterns of ids
// and keys.
import type { Fields, MethodOf, Params, Reply } from '../../protocol/contract.ts';
import { contract, type YtxContract } from './contract.ts';

export type Action = MethodOf<YtxContract>;

export const ACTIONS = Object.keys(contract.methods) as Action[];

/** "API接口名称,默认值:getOrderResult(区分大小写)" */
export function isAction(name: string): name is Action {
  return Object.hasOwn(contract.methods, name);
}

export type FieldName = { [A in Action]: keyof Params<YtxContract, A> }[Action];

export const paramsOf = (action: Action): Fields => contract.methods[action].params;

/** The only value of a part of the path. */
const only = <V extends string>({
  values,
}: {
  readonly values: { readonly [K in V]: object };
}): V => Object.keys(values)[0] as V;

const { version, func, funcURL, accountSID } = contract.envelope.request;
/** "目前可选版本:201612" */
export const VERSION = only(version);
/** "当前功能属:Unicom" */
export const FUNC = only(func);
/** "业务功能的各类具体操作分支 当前功能属:Order.wx" */
export const FUNC_URL = only(funcURL);

/** 功能所属分类: the functions that an app may have; this server serves only Unicom. */
export const FUNCTIONS = ['call', 'sms', 'traffic', 'account', 'Unicom'] as const;

const { requestId } = contract.methods.getOrderResult.params;
/** Maximum number of order ids per call (settled.md, Y10). */
export const MAX_IDS = requestId.max;
export const MAX_ID_LENGTH = 32;

/**
 * Maximum length of a body: many times the length of {@link MAX_IDS} ids or of an order's fields. A
 * longer body is meaningless and is not read. [ours]
 */
export const MAX_BODY_BYTES = 64 * 1024;

/** Maximum lengths of values; the document defines none. [ours] */
const APP_ID = /^[0-9A-Za-z]{1,64}$/;
const REQUEST_ID = /^[0-9A-Za-z-]{1,32}$/;
const PRODUCT_CODE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const CUSTOM_PARM = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

export const isAccountSID = (text: string): boolean => accountSID.pattern.test(text);
export const isAppId = (text: string): boolean => APP_ID.test(text);
export const isRequestId = (text: string): boolean => REQUEST_ID.test(text);
export const isCustomParm = (text: string): boolean => CUSTOM_PARM.test(text);
export const isProductCode = (text: string): boolean => PRODUCT_CODE.test(text);

/** A text with at least one letter or digit of any script. */
const NAMES_SOMETHING = /[\p{L}\p{N}]/u;

/**
 * Whether the text is what is left of another one that a client's encoder could not write: `???` (Chinese
 * written as ISO-8859-1), or U+FFFD (bytes that were read as UTF-8 and were none). Two different orders
 * then have one such customParm, so it is nobody's key (settled.md, Y12).
 */
export function isLostText(text: string): boolean {
  return (text.includes('?') && !NAMES_SOMETHING.test(text)) || text.includes('\uFFFD');
}

/** 响应参数 of getOrderResult, in the document's order; on the wire all of them are strings. */
export type OrderResult = Reply<YtxContract, 'getOrderResult'>;

export const RESULT_FIELDS = Object.keys(
  contract.methods.getOrderResult.reply,
) as readonly (keyof OrderResult)[];
