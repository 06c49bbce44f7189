// Handles a call that HTTP refuses under a platform's path: writes a request log record and the
// platform's own reply.
import type { Clock } from '../core/clock.ts';
import type { Caller } from '../protocol/gateway-request.ts';
import type { PipelineServices } from '../protocol/pipeline.ts';
import type { Platform } from '../protocol/platform.ts';
import { recordRefusal } from '../protocol/record.ts';
import type { Problem } from './problems.ts';
import { errorReply } from './replies.ts';
import type { HttpReply } from './routes.ts';

export interface HttpRefused extends Problem {
  readonly platform: string;
  readonly method: string;
  readonly path: string;
  readonly caller: Caller;
  readonly notes: readonly string[];
}

export interface RefusalParts {
  readonly platforms: readonly Platform[];
  readonly clock: Clock;
  readonly pipeline: PipelineServices;
  nextRequestId(): number;
  onFault(error: unknown, path: string): void;
}

/** Returns a function that logs a refused call and returns its reply. */
export function refusals({ platforms, clock, pipeline, nextRequestId, onFault }: RefusalParts) {
  return (refused: HttpRefused): HttpReply => {
    const id = nextRequestId();
    const platform = platforms.find(({ name }) => name === refused.platform)!;
    recordRefusal(id, clock.now(), { ...refused, platform }, pipeline);
    const { status, code, message, path } = refused;
    const headers = { ...refused.headers, 'x-request-id': String(id) };
    try {
      const written = platform.writeHttpRefusal?.({ status, code, message });
      if (written) return { status, contentType: written.contentType, body: written.body, headers };
    } catch (error) {
      onFault(error, path);
    }
    return errorReply(status, code, message, headers);
  };
}
