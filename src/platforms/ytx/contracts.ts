// The path and the two actions, field by field, as document 003 and public client code have them.

/** "目前可选版本:201612" */
export const VERSION = '201612';
/** "Unicom【权益类】 当前功能属:Unicom" */
export const FUNC = 'Unicom';
/** "业务功能的各类具体操作分支 当前功能属:Order.wx" */
export const FUNC_URL = 'Order.wx';

/** 功能所属分类: what an app may have besides; only Unicom is served here. */
export const FUNCTIONS = ['call', 'sms', 'traffic', 'account', 'Unicom'] as const;

/** How long values may be; the document sets no bounds. [ours] */
const APP_ID = /^[0-9A-Za-z]{1,64}$/;
const REQUEST_ID = /^[0-9A-Za-z-]{1,32}$/;
export const MAX_ID_LENGTH = 32;
const CUSTOM_PARM = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const PRODUCT_CODE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const ACCOUNT_SID = /^[0-9A-Za-z]{1,64}$/;

/** The most order ids that one call may ask for. [ours] */
export const MAX_IDS = 100;

/**
 * The longest body: many times what {@link MAX_IDS} ids, or the fields of an order, can need. What is
 * longer means nothing, and is not read. [ours]
 */
export const MAX_BODY_BYTES = 64 * 1024;

export interface Field {
  readonly description: string;
  readonly required: boolean;
  /** `kept`: blanks around the value are part of it; default: `trimmed`. */
  readonly blanks?: 'trimmed' | 'kept';
  /** Absent where any text is taken: what names nothing is answered as such. */
  readonly pattern?: RegExp;
}

export type FieldName = 'appid' | 'requestId' | 'customParm' | 'rechargeAccount' | 'productCode';

export type Contract = Readonly<Partial<Record<FieldName, Field>>>;

const appid: Field = { description: '应用编号', required: true };
/** A key of the app's own, so it is what was sent, blanks included. */
const customParm = { description: '自定义参数', blanks: 'kept' } as const;

export const CONTRACTS = {
  /** 003. One of requestId and customParm: "没收到requestId才选择customParm参数查询". */
  getOrderResult: {
    appid,
    requestId: { description: '订单编号', required: false },
    customParm: { ...customParm, required: false },
  },
  /** Public client code has it; customParm is the idempotency key of the app. */
  productOrder: {
    appid,
    /** What it may hold depends on the product: see recharge-account.ts. */
    rechargeAccount: { description: '充值手机', required: true },
    productCode: { description: '产品编号', required: true },
    customParm: { ...customParm, required: true, pattern: CUSTOM_PARM },
  },
} as const satisfies Record<string, Contract>;

export type Action = keyof typeof CONTRACTS;

/** "API接口名称,默认值:getOrderResult(区分大小写)" */
export function isAction(name: string): name is Action {
  return Object.hasOwn(CONTRACTS, name);
}

export const isAccountSID = (text: string): boolean => ACCOUNT_SID.test(text);
export const isAppId = (text: string): boolean => APP_ID.test(text);
export const isRequestId = (text: string): boolean => REQUEST_ID.test(text);
export const isCustomParm = (text: string): boolean => CUSTOM_PARM.test(text);
export const isProductCode = (text: string): boolean => PRODUCT_CODE.test(text);

/** A text that holds at least one letter or digit of any script. */
const NAMES_SOMETHING = /[\p{L}\p{N}]/u;

/**
 * Whether the text is what is left of another one that a client's encoder could not write: `???` (Chinese
 * written as ISO-8859-1), or U+FFFD (bytes that were read as UTF-8 and were none). Two different orders
 * then have one such customParm, so it is nobody's key.
 */
export function isLostText(text: string): boolean {
  return (text.includes('?') && !NAMES_SOMETHING.test(text)) || text.includes('\uFFFD');
}

/** 响应参数 of getOrderResult, in the document's order; all of them strings. */
export const RESULT_FIELDS = [
  'requestId',
  'appid',
  'orderSts',
  'remark',
  'mobile',
  'oriAmount',
  'customParm',
] as const;

export type OrderResult = { readonly [F in (typeof RESULT_FIELDS)[number]]: string };
