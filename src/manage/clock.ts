// /clock: the sandbox's clock, which tests move forward instead of waiting.
import { z } from 'zod';
import { type Endpoint, endpoint, isoTime, type ManageServices } from './endpoint.ts';

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
];
