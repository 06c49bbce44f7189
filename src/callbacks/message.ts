// An event as a registered endpoint gets it: the JSON of Standard Webhooks, from the change alone.
import { randomBytes } from 'node:crypto';
import type { CallbackEvent } from '../core/callbacks.ts';

export const CONTENT_TYPE = 'application/json; charset=utf-8';

/**
 * `data.state` is the order's state after the change; null where one line alone changed, whose state
 * is `to`. What operators note stays inside.
 */
export function messageBody(event: CallbackEvent): string {
  const { type, platform, orderId, owner, version, action, line, from, to, payload } = event;
  const at = new Date(event.at).toISOString();
  const state = line === null ? to : null;
  const change = { platform, orderId, party: owner, version, action, state, from, to, line, at };
  return JSON.stringify({ type, timestamp: at, data: { ...change, payload } });
}

/** An id that says nothing: a running number would tell a party how much all others do. */
export function newMessageId(): string {
  return `msg_${randomBytes(15).toString('base64url')}`;
}

/** What a test of an endpoint gets. */
export function pingBody(endpointId: string, now: number): string {
  const at = new Date(now).toISOString();
  return JSON.stringify({ type: 'ping', timestamp: at, data: { endpointId, at } });
}
