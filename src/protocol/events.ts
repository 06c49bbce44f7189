// The events of a platform's orders as plain data, for the catalogue in the reference.
import type { Json } from '../core/order.ts';
import type { Fields, Text } from './contract.ts';

export interface EventStatement {
  readonly text: Text;
  /** The fields of `data.payload`. Absent: the payload is null. */
  readonly payload?: Fields;
  /** What of the event is the platform's own; the rest is the same for all. */
  readonly example: {
    readonly orderId: string;
    readonly party: string;
    readonly line: string | null;
    readonly from: string | null;
    readonly to: string;
    readonly payload: Json;
  };
}

/** By action: the event of the action `hastened` has the type `order.hastened`. */
export type Events = Readonly<Record<string, EventStatement>>;
