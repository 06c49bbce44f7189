// Reads the callback (状态回推) that ytx sends to an app when one of its orders gets a result.
import { CallbackError } from '../../client/webhooks.ts';
import type { OrderResult } from './methods.ts';
import { isOrderResult } from './order-result.ts';

/**
 * Reads the body of a callback. Callbacks are not signed, so anybody who knows the address can send
 * one: call getOrderResult before money depends on it.
 *
 * @param rawBody the bytes of the body, or their text in UTF-8
 * @throws {CallbackError}
 */
export function readCallback(rawBody: string | Uint8Array): OrderResult {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) {
    throw new CallbackError(
      'parsed-body',
      'rawBody is a parsed body: hand over the bytes or the text',
    );
  }
  const text = typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CallbackError('not-an-event', 'the callback is no JSON', error);
  }
  if (isOrderResult(value)) return value;
  throw new CallbackError('not-an-event', 'the callback lacks one of its fields');
}
