// /clock: the sandbox's clock, which tests move forward instead of waiting.
import { z } from 'zod';
import { SECOND } from '../core/clock.ts';
import { type Endpoint, endpoint, isoTime, ManageError, type ManageServices } from './endpoint.ts';

const clockSchema = z
  .object({ now: z.iso.datetime(), offsetSeconds: z.int() })
  .meta({ id: 'Clock' });

/** Ten years at a time: far more than any rule looks ahead. */
const MAX_ADVANCE_SECONDS = 315_360_000;

const view = ({ clock }: ManageServices) => ({
  now: isoTime(clock.now()),
  offsetSeconds: clock.offsetSeconds,
});

export const clockEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/clock',
    operationId: 'readClock',
    summary: "The sandbox's clock",
    status: 200,
    response: clockSchema,
    errors: { 404: 'not a sandbox' },
    sandboxOnly: true,
    async handle(_call, services) {
      return view(services);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/clock',
    operationId: 'advanceClock',
    summary: 'Move it forward; answers after everything that has become due has run',
    body: z.strictObject({ advanceSeconds: z.int().min(0).max(MAX_ADVANCE_SECONDS) }),
    status: 200,
    response: clockSchema,
    errors: { 404: 'not a sandbox' },
    sandboxOnly: true,
    async handle({ body }, services) {
      await services.advanceClock(body.advanceSeconds);
      return view(services);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/clock/next-deadline',
    operationId: 'advanceToDeadline',
    summary: 'Move the clock to the next deadline of any order, and let it run',
    body: z.strictObject({}),
    status: 200,
    response: clockSchema.extend({
      platform: z.string(),
      orderId: z.string(),
      dueAt: z.iso.datetime().describe('when the deadline was due'),
    }),
    errors: { 404: 'not a sandbox', 409: 'no order has a deadline' },
    sandboxOnly: true,
    async handle(_call, services) {
      const { clock, ledger } = services;
      const [next] = await ledger.listDeadlines(clock.now() + MAX_ADVANCE_SECONDS * SECOND, 1);
      if (!next) throw new ManageError(409, 'no-deadline', 'no order has a deadline');
      const { platform, orderId, dueAt } = next;
      await services.advanceClock(Math.max(0, Math.ceil((dueAt - clock.now()) / SECOND)));
      return { ...view(services), platform, orderId, dueAt: isoTime(dueAt) };
    },
  }),
];
