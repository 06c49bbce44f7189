// The fields of Suning's orders of both kinds, for the reference of the management API.
import { z } from 'zod';
import type { OrderFields } from '../../protocol/order-fields.ts';
import { rowSchemas } from './import-orders.ts';
import { CATEGORIES, FULFILMENTS, REFUND_CAUSES, REFUNDS } from './states.ts';

const instant = z.int().describe('milliseconds since 1970 (UTC)');
const fen = z.int().describe('in fen');

const detail = z.looseObject({
  serverId: z.string(),
  serviceName: z.string(),
  chargeId: z.string(),
  chargeName: z.string(),
  orderDetailId: z.string(),
  orderQuantity: z.int(),
  basePriceFen: fen,
  effectiveAt: instant,
  failureAt: instant,
  originalCostTotalFen: fen,
  realPaymentTotalFen: fen,
  preferentialPriceTotalFen: fen,
});

export const orderFields: OrderFields = {
  attributes: z
    .looseObject({
      orderCategory: z.enum(Object.keys(CATEGORIES)).optional().describe('1 新订, 2 续订, 3 升级'),
      shopName: z.string().optional(),
      businessAccounts: z.string().optional(),
      details: z.array(detail).optional().describe('the lines of a service-market order'),
    })
    .describe('of a service-market order; an order of virtual goods has its fields on its lines'),
  lineAttributes: z.looseObject({
    supplierCode: z.string().describe('the supplier whose line it is'),
    fulfilment: z.enum(Object.keys(FULFILMENTS)).describe('what is sold'),
    quantity: z.int().describe('pieces; of a card line, cards'),
    paidAt: instant,
    refund: z.enum(REFUNDS),
    refundCause: z.enum(REFUND_CAUSES).nullable(),
    failReason: z.string().nullable(),
  }),
  rows: rowSchemas,
};
