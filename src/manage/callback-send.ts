// /callbacks/endpoints/…/send: in a sandbox, a body of one's own, signed as a callback.
import { z } from 'zod';
import { type Endpoint, endpoint, ManageError } from './endpoint.ts';

export const callbackSendEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/callbacks/endpoints/{endpointId}/send',
    operationId: 'sendOwnCallback',
    summary: 'Sign a body of your own as a callback of the endpoint, and post it at once',
    sandboxOnly: true,
    body: z.strictObject({
      body: z.string().max(262_144),
      contentType: z
        .string()
        .max(200)
        .regex(/^[\x20-\x7e]+$/, 'has to be one line of ASCII')
        .default('application/json; charset=utf-8'),
      post: z.boolean().default(true).describe('false: only the headers are made'),
    }),
    status: 200,
    response: z.object({
      headers: z.record(z.string(), z.string()).describe('content type and signature'),
      posted: z
        .object({
          status: z.int().nullable(),
          error: z.string().nullable().describe('why it would not count as delivered'),
          answer: z.string().describe('the first KiB'),
        })
        .nullable(),
    }),
    errors: { 404: 'no such endpoint, or not a sandbox' },
    async handle({ params, body: { body, contentType, post } }, { callbacks }) {
      const target = await callbacks.findEndpoint(params.endpointId!);
      if (!target) {
        const message = `no callback endpoint "${params.endpointId!.slice(0, 40)}"`;
        throw new ManageError(404, 'unknown-endpoint', message, 'endpointId');
      }
      const { headers, posted } = await callbacks.sendOwn(target, { contentType, body }, post);
      if (posted === null) return { headers, posted };
      const { status, error, answer } = posted;
      return { headers, posted: { status, error, answer } };
    },
  }),
];
