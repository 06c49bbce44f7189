// A new order of ytx: from an import file, from productOrder, or as load data.
import type { Instant } from '../../core/clock.ts';
import { type NewOrder, orderId, ownerId } from '../../core/ledger.ts';
import type { Order } from '../../core/order.ts';
import { declaredEntries } from '../../core/order-entries.ts';
import { model } from './model.ts';
import { PLATFORM } from './name.ts';
import type { AccountKind } from './recharge-account.ts';
import { REMARKS, type State } from './states.ts';

export interface OrderRow {
  readonly requestId: string;
  readonly accountSID: string;
  readonly appid: string;
  readonly orderSts: State;
  readonly remark?: string | undefined;
  /** What kind of account the order charges; kept with it, since its product may change. */
  readonly account: AccountKind;
  /** The account, normalized. */
  readonly mobile: string;
  readonly productCode: string;
  /** In fen. */
  readonly amount: number;
  /** Empty where it has none. */
  readonly customParm: string;
  readonly createdAt: Instant;
}

export function newYtxOrder(row: OrderRow, now: Instant): NewOrder {
  const { account, mobile, productCode, customParm, orderSts } = row;
  const order: Order = {
    platform: PLATFORM,
    orderId: orderId(row.requestId),
    owner: ownerId(row.appid),
    state: orderSts,
    version: 1,
    createdAt: row.createdAt,
    updatedAt: now,
    attributes: {
      accountSID: row.accountSID,
      mobile,
      ...(account !== 'mobile' && { account }),
      productCode,
      amountFen: row.amount,
      customParm,
      remark: row.remark ?? REMARKS[orderSts],
    },
    lines: [],
  };
  return { order, ...declaredEntries(model, order), actor: 'import', note: null };
}
