// The message about an event to a registered endpoint: the JSON of Standard Webhooks, made from the
// event alone.
import { randomBytes } from 'node:crypto';
import type { CallbackEvent } from '../core/callbacks.ts';

export const CONTENT_TYPE = 'application/json; charset=utf-8';

/**
 * `data.state` is the order's state after the change; null if only one line changed, whose state is
 * `to`. Operators' notes are not sent.
 */
export function messageBody(event: CallbackEvent): string {
  const { type, platform, orderId, owner, version, action, line, from, to, payload } = event;
  const at = new Date(event.at).toISOString();
  const state = line === null ? to : null;
  const change = { platform, orderId, party: owner, version, action, state, from, to, line, at };
  return JSON.stringify({ type, timestamp: at, data: { ...change, payload } });
}

/** A random id, because a running number would reveal the traffic of all parties. */
export function newMessageId(): string {
  return `msg_${randomBytes(15).toString('base64url')}`;
}

/** The message of an endpoint's test. */
export function pingBody(endpointId: string, now: number): string {
  const at = new Date(now).toISOString();
  return JSON.stringify({ type: 'ping', timestamp: at, data: { endpointId, at } });
}
