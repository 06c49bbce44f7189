// The refusal of an order that a platform does not have.
import type { Platform } from '../protocol/platform.ts';
import { ManageError } from './endpoint.ts';

export function unknownOrder(platform: Platform, id: string): ManageError {
  return new ManageError(404, 'unknown-order', `${platform.name} has no order "${id}"`, 'orderId');
}
