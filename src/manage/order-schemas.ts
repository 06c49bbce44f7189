// What the management API shows of an order, and what a new one is made of.
import { z } from 'zod';

export const orderSchema = z
  .object({
    platform: z.string(),
    orderId: z.string(),
    party: z.string().describe('who owns it: partner, supplier or app'),
    state: z.string(),
    stateName: z.string(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    createdAtShanghai: z.iso.datetime({ offset: true }).describe('the same time in Asia/Shanghai'),
    updatedAt: z.iso.datetime(),
    updatedAtShanghai: z.iso.datetime({ offset: true }),
    attributes: z.record(z.string(), z.json()),
    lines: z.array(
      z.object({
        lineId: z.string(),
        state: z.string(),
        stateName: z.string(),
        attributes: z.record(z.string(), z.json()),
      }),
    ),
  })
  .meta({ id: 'Order' });

export const sealedSchema = z
  .object({ name: z.string(), mask: z.json().describe('what may be seen of it') })
  .meta({ id: 'SealedText' });

export const newOrder = z
  .looseObject({ platform: z.string() })
  .meta({ id: 'NewOrder', description: 'An order as in an import file, with its platform' });
