// The events of the stream as data: their schemas, their text on the wire, and where a stream goes on.
import { z } from 'zod';
import type { CallbackEvent } from '../../core/callbacks.ts';
import type { RequestRecord } from '../../core/request-log.ts';
import { REFUSED_BY_HTTP } from '../../protocol/record.ts';
import { isoTime } from '../endpoint.ts';

export const TOPICS = ['orders', 'calls', 'deliveries', 'overview'] as const;
export type Topic = (typeof TOPICS)[number];

const topics = z.array(z.enum(TOPICS));

/** By the name of the event; the data of each is one line of JSON. */
export const messageSchemas = {
  hello: z
    .object({
      topics,
      platform: z.string().nullable(),
      party: z.string().nullable(),
      heartbeatSeconds: z.int().describe('a comment comes at least so often'),
    })
    .describe('the first event'),
  order: z
    .object({
      platform: z.string(),
      orderId: z.string(),
      party: z.string().describe('who owns it'),
      version: z.int(),
      at: z.iso.datetime(),
      type: z.string().describe('the type of the event that callbacks tell'),
      action: z.string(),
      line: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string(),
    })
    .describe('one change of an order; a new order has from: null'),
  call: z
    .object({
      id: z.int(),
      at: z.iso.datetime(),
      platform: z.string(),
      party: z.string().nullable(),
      method: z.string().nullable(),
      outcome: z.string(),
      refused: z.boolean(),
      orderId: z.string().nullable(),
      durationMicros: z.int(),
    })
    .describe('one gateway call in the request log; GET /requests/{id} has the whole'),
  deliveries: z
    .object({
      endpointId: z.string(),
      platform: z.string(),
      party: z.string(),
      pending: z.int(),
      failing: z.int(),
      dead: z.int(),
    })
    .describe('callbacks of an endpoint have changed, and these are its counts now'),
  reload: z
    .object({ topics, reason: z.enum(['too-many', 'not-kept', 'reset']) })
    .describe('events of these topics are missing: read the lists again'),
};

export type Reason = 'too-many' | 'not-kept' | 'reset';

export type OrderEvent = Omit<CallbackEvent, 'payload'>;

export function orderData(event: OrderEvent): z.input<typeof messageSchemas.order> {
  const { platform, orderId, owner, version, at, type, action, line, from, to } = event;
  return {
    ...{ platform, orderId, party: owner, version, at: isoTime(at), type },
    ...{ action, line, from, to },
  };
}

export function callData(
  record: RequestRecord,
  successCode: string | undefined,
): z.input<typeof messageSchemas.call> {
  const { id, at, platform, party, method, outcome, orderId, durationMicros, refusedBy } = record;
  const refused = refusedBy === REFUSED_BY_HTTP || outcome !== successCode;
  const call = { id, platform, party, method, outcome, refused, orderId, durationMicros };
  return { ...call, at: isoTime(at) };
}

/** How far a stream has come: the last event of an order, and the newest call. */
export interface Position {
  readonly order: number;
  readonly call: number;
}

const POSITION = /^(\d{1,16})-(\d{1,16})$/;

/** Null for a text that no stream has sent. */
export function readPosition(text: string | undefined): Position | null {
  const [, order, call] = POSITION.exec(text ?? '') ?? [];
  return order === undefined ? null : { order: Number(order), call: Number(call) };
}

/** One event as the stream's text; JSON has no line break. */
export function eventText(name: string, data: unknown, position?: Position): string {
  const id = position ? `id: ${position.order}-${position.call}\n` : '';
  return `event: ${name}\n${id}data: ${JSON.stringify(data)}\n\n`;
}
