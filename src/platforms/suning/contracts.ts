// The two methods, field by field, and the system parameters, as the documents' tables have them.
import type { Service } from './codes.ts';

/** 系统参数, in the documents' order, spelt as their tables do; headers, names in any case. */
export const SYSTEM_PARAMETERS = [
  'appMethod',
  'appRequestTime',
  'format',
  'appKey',
  'versionNo',
  'signInfo',
  'access_token',
] as const;

/** The catalog's kind of methods that were taken out of use. */
export const RETIRED_METHOD = 'retired-method';

/** "API的版本,目前为v1.2版本" */
export const VERSION = 'v1.2';

export interface Field {
  readonly required: boolean;
  readonly description: string;
  /** May be given several times. */
  readonly repeats?: true;
  /** White space around the value is part of it; of all other values it is none. */
  readonly blanks?: 'kept';
}

export interface Contract {
  /** The element below `sn_body`, in request and reply. */
  readonly node: string;
  readonly kind: 'query' | 'other';
  readonly service: Service;
  /** 请求参数, in the documents' order. */
  readonly fields: Readonly<Record<string, Field>>;
}

const must = (description: string): Field => ({ required: true, description });
const may = (description: string): Field => ({ required: false, description });

export const CONTRACTS = {
  /** 002: 虚拟商品订单状态同步 */
  'suning.selfmarket.leaguerstatus.add': {
    node: 'addLeaguerstatus',
    kind: 'other',
    service: 'somp',
    fields: {
      iqStatus: must('状态标识'),
      orderId: must('销售订单号'),
      orderItemId: must('订单行号'),
      supplierCode: may('供应商编码'),
      failReason: { required: false, description: '充值失败原因', blanks: 'kept' },
      cardList: { required: false, description: '卡密', repeats: true },
    },
  },
  /** 004: 批量查询订单记录 */
  'suning.fws.historyorder.query': {
    node: 'queryHistoryOrder',
    kind: 'query',
    service: 'fws',
    fields: {
      serverId: may('服务市场的服务的代码'),
      chargeId: may('收费项目代码'),
      startTime: must('开始时间'),
      endTime: must('结束时间'),
      orderCategory: may('服务市场订单类型'),
      pageNo: may('页码'),
      pageSize: may('每页条数'),
    },
  },
} as const satisfies Record<string, Contract>;

export type Method = keyof typeof CONTRACTS;

export function isMethod(name: string): name is Method {
  return Object.hasOwn(CONTRACTS, name);
}

/** The 17 names of an order in 004's reply: those of the order, then those of `orderDetail`. */
export const ORDER_FIELDS = [
  'orderId',
  'orderCategory',
  'shopName',
  'businessAccounts',
  'createTime',
] as const;
export const DETAIL_FIELDS = [
  'serverId',
  'serviceName',
  'chargeId',
  'chargeName',
  'orderDetailId',
  'orderQuantity',
  'basePrice',
  'effectiveTime',
  'failureTime',
  'originalCostTotal',
  'realPaymentTotal',
  'preferentialPriceTotal',
] as const;

/** The names of a request that the documents define, at whatever place. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'sn_request',
  'sn_body',
  'cardCode',
  'cardSec',
  'snunionid',
  ...SYSTEM_PARAMETERS,
  ...Object.values(CONTRACTS).flatMap(({ node, fields }) => [node, ...Object.keys(fields)]),
]);

/**
 * Whether the request log may repeat a name. Other names are the caller's own words: a client that
 * writes cards as `{"CODE":"SECRET"}` makes card codes of them.
 */
export const isKnownName = (name: string): boolean => KNOWN_NAMES.has(name);

/** How long ids may be; the documents set no bounds. [ours] */
const ID = /^[0-9A-Za-z_-]{1,32}$/;
export const isId = (text: string): boolean => ID.test(text);

/** The sample's key is 32 hex digits; others may give other keys, without what could slide. [ours] */
const APP_KEY = /^[0-9A-Za-z]{6,64}$/;
export const isAppKey = (text: string): boolean => APP_KEY.test(text);
