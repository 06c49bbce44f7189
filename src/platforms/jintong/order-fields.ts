// The fields of a Jintong order, for the reference of the management API.
import { z } from 'zod';
import type { OrderFields } from '../../protocol/order-fields.ts';
import { orderSchema } from './import.ts';

export const orderFields: OrderFields = {
  attributes: z.looseObject({
    userName: z.string().describe('the user of the partner whose order it is'),
    amountFen: z.int().describe('the amount in fen'),
    pnr: z.string().describe('PNR, the reservation’s record; empty where it has none'),
    flightNo: z.string().describe('the flight; empty where it has none'),
  }),
  rows: { orders: [orderSchema] },
};
