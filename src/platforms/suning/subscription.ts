// A service-market order (服务市场订单) in the form for core and in the form of queryHistoryOrder.
import type { Instant } from '../../core/clock.ts';
import { formatYuan } from '../../core/money.ts';
import type { JsonObject, Order } from '../../core/order.ts';
import type { Reply } from '../../protocol/contract.ts';
import { formatShanghai } from '../../protocol/shanghai-time.ts';
import type { SuningContract } from './contract.ts';
import type { Category } from './states.ts';
import type { Document } from './wire.ts';

/** One line (订单行) of the order. */
export interface SubscriptionDetail {
  readonly serverId: string;
  readonly serviceName: string;
  readonly chargeId: string;
  readonly chargeName: string;
  readonly orderDetailId: string;
  readonly orderQuantity: number;
  readonly basePriceFen: number;
  readonly effectiveAt: Instant;
  readonly failureAt: Instant;
  readonly originalCostTotalFen: number;
  readonly realPaymentTotalFen: number;
  readonly preferentialPriceTotalFen: number;
}

export interface Subscription {
  readonly orderCategory: `${Category}`;
  readonly shopName: string;
  readonly businessAccounts: string;
  readonly details: readonly SubscriptionDetail[];
}

export const toAttributes = (subscription: Subscription): JsonObject =>
  subscription as unknown as JsonObject;

type Told = Reply<SuningContract, 'suning.fws.historyorder.query'>;
type Detail = Told['orderDetail'][number];
type Head = Omit<Told, 'orderDetail'>;

/** Every value is a text, and `orderDetail` always a list (settled.md, S20); names in the sample's order. */
export function describeOrder(order: Order): Document {
  const { orderCategory, shopName, businessAccounts, details } =
    order.attributes as unknown as Subscription;
  const head: Head = {
    orderId: order.orderId,
    orderCategory,
    shopName,
    businessAccounts,
    createTime: formatShanghai(order.createdAt),
  };
  return { ...head, orderDetail: details.map(describeDetail) };
}

function describeDetail(detail: SubscriptionDetail): Detail {
  return {
    serverId: detail.serverId,
    serviceName: detail.serviceName,
    chargeId: detail.chargeId,
    chargeName: detail.chargeName,
    orderDetailId: detail.orderDetailId,
    orderQuantity: String(detail.orderQuantity),
    basePrice: formatYuan(detail.basePriceFen),
    effectiveTime: formatShanghai(detail.effectiveAt),
    failureTime: formatShanghai(detail.failureAt),
    originalCostTotal: formatYuan(detail.originalCostTotalFen),
    realPaymentTotal: formatYuan(detail.realPaymentTotalFen),
    preferentialPriceTotal: formatYuan(detail.preferentialPriceTotalFen),
  };
}
