// /sandbox: the sandbox's ledger made anew, so that every test run begins with the same orders.
import { z } from 'zod';
import { type Endpoint, endpoint, isoTime } from './endpoint.ts';

export const sandboxEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/sandbox/reset',
    operationId: 'resetSandbox',
    summary:
      'Make the ledger anew, as a first start does: orders, history, callbacks, tokens, parties, catalog and the clock’s offset go, and the fixtures come',
    body: z.strictObject({}),
    status: 200,
    response: z.object({
      generation: z.int().describe('one more with each reset'),
      now: z.iso.datetime(),
      offsetSeconds: z.int(),
    }),
    errors: { 404: 'not a sandbox' },
    sandboxOnly: true,
    async handle(_call, { resetSandbox, clock }) {
      const generation = await resetSandbox();
      return { generation, now: isoTime(clock.now()), offsetSeconds: clock.offsetSeconds };
    },
  }),
];
