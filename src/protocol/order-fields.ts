// Schemas of the fields of a platform's orders, for the description of the management API.
import type { z } from 'zod';

export interface OrderFields {
  /** The platform's own data of an order, in addition to the fields that all orders have. */
  readonly attributes: z.ZodObject;
  /** The platform's own data of a line. Absent if its orders have no lines. */
  readonly lineAttributes?: z.ZodObject;
  /** For each section of an import file, how a row describes an order. */
  readonly rows: Readonly<Record<string, readonly z.ZodType[]>>;
}
