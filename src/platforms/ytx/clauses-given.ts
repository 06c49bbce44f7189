// What the clauses of ytx have in common: accounts, apps, orders and calls.
import type { Clause, ClauseRequest } from '../../protocol/clause.ts';
import type { Source } from '../../protocol/contract.ts';
import type { Code } from './codes.ts';
import { DOCUMENT } from './sources.ts';

export type YtxClause = Clause<Code>;

export const ACCOUNT = 'abcdefghijklmnopqrstuvwxyz012345';
export const OTHER_ACCOUNT = 'ff8080813c37da53013c804f8072007c';
export const APP = 'ff8080813fc70a7b013fc72312324213';
export const PRODUCTION_APP = '3215ad6a7d0247ae8b39728b854fa59c';
export const SMS_APP = '11112222333344445555666677778888';
export const LIMITED_APP = 'ffff0000ffff0000ffff0000ffff0000';
export const MOBILE = '18812340804';

export const settled = (number: string): Source => ({ settled: number });
export const said = (section: string, quote: string) => ({ document: DOCUMENT, section, quote });

export const queryOf = (
  requestId: unknown,
  more: Readonly<Record<string, unknown>> = {},
): ClauseRequest => ({ method: 'getOrderResult', params: { appid: APP, requestId, ...more } });

export const submitOf = (
  customParm: string,
  more: Readonly<Record<string, unknown>> = {},
): ClauseRequest => ({
  method: 'productOrder',
  params: { appid: APP, rechargeAccount: MOBILE, productCode: 'P1', customParm, ...more },
});

/** An order that was charged, with `more` in place of its fields. */
export const orderRow = (requestId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  requestId,
  appid: APP,
  orderSts: '1',
  remark: '成功',
  mobile: MOBILE,
  oriAmount: '2.94',
  customParm: `key-${requestId}`,
  ...more,
});
