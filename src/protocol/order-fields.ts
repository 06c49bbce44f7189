// The fields of a platform's orders as schemas, from which the management API describes itself.
import type { z } from 'zod';

export interface OrderFields {
  /** What the platform keeps with an order, beside what all orders have. */
  readonly attributes: z.ZodObject;
  /** What it keeps with a line. Absent where its orders have no lines. */
  readonly lineAttributes?: z.ZodObject;
  /** How a row of each section of an import file gives an order, by the section's name. */
  readonly rows: Readonly<Record<string, readonly z.ZodType[]>>;
}
