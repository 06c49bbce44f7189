// Learns the server's clock from the header Date of a reply that says that the call's time is too far off.
import type { Contract } from '../protocol/contract.ts';
import { RefusedError } from './errors.ts';
import type { WireReply } from './wire-protocol.ts';

/** Date counts whole seconds, and a reply is some time under way: less than this is no clock that is off. */
const LEAST_MS = 5000;

/**
 * The server's time, in milliseconds since 1970; null where another signature would not help.
 *
 * @param signedFor the time that the refused call was signed for
 */
export function serverDate(
  contract: Contract,
  error: unknown,
  { headers }: WireReply,
  signedFor: number,
): number | null {
  if (!(error instanceof RefusedError) || !contract.codes[error.row]?.clock) return null;
  const date = Date.parse(headers.get('date') ?? '');
  return Math.abs(date - signedFor) >= LEAST_MS ? date : null;
}
