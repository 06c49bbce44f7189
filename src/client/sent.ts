// What a call sent, so that a repeat can carry the same; and what an error leaves open about it.
import type { Contract, MethodOf, Params } from '../protocol/contract.ts';
import { type CallError, NetworkError, type RefusedError } from './errors.ts';
import type { CallParams } from './options.ts';
import type { WireRequest } from './wire-protocol.ts';

/** A call that went out, and may have been carried out: what a repeat of it has to carry. */
export interface Sent {
  readonly method: string;
  readonly request: WireRequest;
  /** By this machine's clock, in milliseconds since 1970. */
  readonly signedAt: number;
  /** The time that stands in the call, which is the server's where that was learnt. */
  readonly signedFor: number;
}

/** Kept beside the errors and not in them, since errors are logged. */
const sentOf = new WeakMap<CallError, Sent>();

/** Remembers what the call of an error sent, for `repeatOf`. */
export function remember(error: CallError, sent: Sent): void {
  sentOf.set(error, sent);
}

/** The parameters with a key of the client's own where the caller gave none. */
export function complete<C extends Contract, M extends MethodOf<C>>(
  name: string | undefined,
  given: CallParams<C, M>,
  before?: Readonly<Record<string, string>>,
): { readonly params: Params<C, M>; readonly made: Readonly<Record<string, string>> } {
  const params = given as unknown as Params<C, M>;
  if (name === undefined || (given as Record<string, unknown>)[name] !== undefined) {
    return { params, made: {} };
  }
  const made = { [name]: before?.[name] ?? crypto.randomUUID() };
  return { params: { ...params, ...made }, made };
}

/** What an earlier error's call sent. @throws {TypeError | RangeError} where it cannot be sent again */
export function earlier(error: CallError, method: string, withinMs: number, now: number): Sent {
  const sent = sentOf.get(error);
  if (sent?.method !== method) {
    throw new TypeError(
      `repeatOf is no error of a call of ${method} that may have been carried out`,
    );
  }
  if (now - sent.signedAt >= withinMs) {
    throw new RangeError(
      `${method} cannot be repeated any more: the server would take it for another call. Find out what became of it instead.`,
    );
  }
  return sent;
}

export const mayHaveHappened = (error: CallError): boolean =>
  'outcome' in error && error.outcome === 'unknown';

/** An answer that would come again: the path is wrong, or something turns the call away. */
export const isFinal = ({ status, outcome }: NetworkError): boolean =>
  status !== null && outcome === 'not-sent';

/** That the last attempt was not sent says nothing of the one before it. */
export function inDoubt(error: CallError, doubt: CallError | null): CallError {
  if (!doubt || mayHaveHappened(error)) return error;
  return new NetworkError(
    `${error.message}; an earlier attempt may have been carried out`,
    'unknown',
    {
      cause: error,
    },
  );
}

/** A repeat was refused, which says nothing of an earlier attempt. */
export function unsettled(error: RefusedError): NetworkError {
  const message = `${error.message} An earlier attempt may have been carried out all the same.`;
  const unknown = new NetworkError(message, 'unknown', { cause: error });
  unknown.requestId = error.requestId;
  return unknown;
}
