// The fields of a ytx order, for the reference of the management API.
import { z } from 'zod';
import type { OrderFields } from '../../protocol/order-fields.ts';
import { orderSchema } from './import.ts';
import { ACCOUNT_KINDS } from './recharge-account.ts';

export const orderFields: OrderFields = {
  attributes: z.looseObject({
    accountSID: z.string().describe('the account whose app made the order'),
    mobile: z.string().describe('the account that is charged, normalized'),
    account: z.enum(ACCOUNT_KINDS).optional().describe('what kind of account; absent: mobile'),
    productCode: z.string(),
    amountFen: z.int().describe('the price in fen'),
    customParm: z.string().describe('the caller’s own key; empty where it gave none'),
    remark: z.string(),
  }),
  rows: { orders: [orderSchema] },
};
