// Why a call of the reference's form was refused for its signature, without a token: of public keys only.
import type { RequestLog } from '../core/request-log.ts';
import type { Platform } from '../protocol/platform.ts';
import type { Live } from './live.ts';
import { publicKey } from './public-key.ts';

/** The part of the detective that the reference asks. */
export interface Detective {
  readonly arrivals: Pick<RequestLog, 'find'>;
  askRow(platform: Platform, requestId: number): Promise<object>;
}

/**
 * The detective's answer on a call of the request log. Null where there is no such call, and for a party
 * whose key is not public: what a stranger may know of a call is what he could have sent himself.
 */
export async function whyOf(
  platform: Platform,
  requestId: string,
  live: Live,
  detective: Detective,
): Promise<object | null> {
  if (!/^\d{1,16}$/.test(requestId)) return null;
  const record = await detective.arrivals.find(Number(requestId));
  if (record?.platform !== platform.name || record.party === null) return null;
  if (publicKey(platform, record.party, live) === null) return null;
  return detective.askRow(platform, record.id);
}
