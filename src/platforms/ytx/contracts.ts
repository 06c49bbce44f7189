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
const CUSTOM_PARM = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const PRODUCT_CODE = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const MOBILE = /^1[3-9]\d{9}$/;
const ACCOUNT_SID = /^[0-9A-Za-z]{1,64}$/;

/** The most order ids that one call may ask for. [ours] */
export const MAX_IDS = 100;

export interface Field {
  readonly description: string;
  readonly required: boolean;
  /** Absent where any text is taken: what names nothing is answered as such. */
  readonly pattern?: RegExp;
}

export type FieldName = 'appid' | 'requestId' | 'customParm' | 'rechargeAccount' | 'productCode';

export type Contract = Readonly<Partial<Record<FieldName, Field>>>;

const appid: Field = { description: '应用编号', required: true };

export const CONTRACTS = {
  /** 003. One of requestId and customParm: "没收到requestId才选择customParm参数查询". */
  getOrderResult: {
    appid,
    requestId: { description: '订单编号', required: false },
    customParm: { description: '自定义参数', required: false },
  },
  /** Public client code has it; customParm is the idempotency key of the app. */
  productOrder: {
    appid,
    rechargeAccount: { description: '充值手机', required: true, pattern: MOBILE },
    productCode: { description: '产品编号', required: true },
    customParm: { description: '自定义参数', required: true, pattern: CUSTOM_PARM },
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
export const isMobile = (text: string): boolean => MOBILE.test(text);

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
