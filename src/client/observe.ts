// Shows each exchange to the hook of a client, whatever came of it.
import { CallError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import type { Redacted } from './redact.ts';
import type { WireReply } from './wire-protocol.ts';

interface Which {
  readonly method: string;
  readonly attempt: number;
  /** The server's address. */
  readonly base: string;
}

/** @param redacted is made only where there is a hook */
export async function observed(
  exchanging: () => Promise<WireReply>,
  onExchange: ClientOptions<unknown>['onExchange'],
  redacted: () => Redacted,
  { method, attempt, base }: Which,
): Promise<WireReply> {
  if (!onExchange) return exchanging();
  const begun = performance.now();
  const { request, reply: shown } = redacted();
  const show = (reply: WireReply | null, error: CallError | null): void => {
    const { path, ...rest } = request;
    try {
      onExchange({
        method,
        attempt,
        request: { ...rest, url: base + path },
        reply: reply && {
          status: reply.status,
          requestId: reply.headers.get('x-request-id'),
          body: shown(reply.body),
        },
        error,
        milliseconds: performance.now() - begun,
      });
    } catch (thrown) {
      // The call was carried out or not; a hook that fails must not change what its caller learns.
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  };
  try {
    const reply = await exchanging();
    show(reply, null);
    return reply;
  } catch (error) {
    show(null, error instanceof CallError ? error : null);
    throw error;
  }
}
