// Creates a new ytx order: for an import file, for productOrder, or as load data.
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
  /**
   * The kind of account that the order charges. It is stored with the order, because its product
   * may change.
   */
  readonly account: AccountKind;
  /** The normalised account. */
  readonly mobile: string;
  readonly productCode: string;
  /** In fen. */
  readonly amount: number;
  /** Empty if the order has none. */
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
