// Distinguishes ytx's replies: an order with its result, and a status that refuses or acknowledges.
import { type OrderResult, RESULT_FIELDS } from './methods.ts';

/**
 * statusCode, statusMsg, requestId: the reply that refuses a call, or accepts an order (statusCode
 * `0`).
 */
export interface YtxStatus {
  readonly statusCode: string;
  readonly statusMsg: string;
  readonly requestId: string;
}

const holds = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');

const STATUS_FIELDS = ['statusCode', 'statusMsg', 'requestId'];
export const isOrderResult = (value: unknown): value is OrderResult => holds(value, RESULT_FIELDS);
export const isStatus = (value: unknown): value is YtxStatus => holds(value, STATUS_FIELDS);
