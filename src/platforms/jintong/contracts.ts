// The three actions, field by field, as the documents' tables have them.

/** How long values may be; the documents set no bounds. [ours] */
const ORDER_ID = /^[0-9A-Za-z-]{1,32}$/;
const USER_NAME = /^[^\s&=\p{Cc}\p{Cs}](?:[^&=\p{Cc}\p{Cs}]{0,62}[^\s&=\p{Cc}\p{Cs}])?$/u;
/** Lines and tabs are a person's; other control characters are not. */
const REMARK = /^[\t\n[^\p{Cc}\p{Cs}]]{1,500}$/v;

export interface Field {
  readonly pattern: RegExp;
  readonly description: string;
  /** Arrives URL-encoded or plain: 001 says encoded, its sample is plain. */
  readonly urlEncoded?: true;
}

/** 请求基本参数, in the documents' order, without Param. */
export const BASIC_FIELDS = [
  'Partner',
  'Action',
  'RequestFmt',
  'ResponseFmt',
  'SignType',
  'Sign',
  'Version',
] as const;
type BasicField = (typeof BASIC_FIELDS)[number];

/** What the basic parameters may hold besides Partner, Action and Sign, which have checks of their own. */
export const BASIC_VALUES: Readonly<Partial<Record<BasicField, readonly string[]>>> = {
  RequestFmt: ['XML'],
  ResponseFmt: ['XML'],
  SignType: ['MD5'],
  // The documents' version is 1.0.0.0; a sibling client sends 1.0.0.
  Version: ['1.0.0.0', '1.0.0'],
};

const orderId: Field = { pattern: ORDER_ID, description: '订单号' };
const userName: Field = { pattern: USER_NAME, description: '用户名' };

export const CONTRACTS = {
  /** 000, 二.1: 分销商催单 */
  HastenOrder: { param: { OrderID: orderId, UserName: userName }, user: 'UserName' },
  /** 001, 二.1: 取消订单 */
  OperateCancelOrder: {
    param: {
      Consumer: userName,
      OrderID: orderId,
      Remark: { pattern: REMARK, description: '取消原因', urlEncoded: true },
    },
    user: 'Consumer',
  },
  /** 001 shows it in its signing example; its reply is ours. */
  GetOrderDetail: { param: { OrderID: orderId, UserName: userName }, user: 'UserName' },
} as const satisfies Record<string, Contract>;

export interface Contract {
  readonly param: Readonly<Record<string, Field>>;
  /** The field that names the user. */
  readonly user: string;
}

export type Action = keyof typeof CONTRACTS;
export type Param<A extends Action> = {
  readonly [F in keyof (typeof CONTRACTS)[A]['param']]: string;
};

export function isAction(name: string): name is Action {
  return Object.hasOwn(CONTRACTS, name);
}

export const isUserName = (name: string): boolean => USER_NAME.test(name);
export const isOrderId = (id: string): boolean => ORDER_ID.test(id);
