// Calls a sample of a contract on a running server, with the platform's own client; a line a platform.
import { createClient } from '../src/client/client.ts';
import { RefusedError } from '../src/client/errors.ts';
import type { WireProtocol } from '../src/client/wire-protocol.ts';
import type { Ordergate } from '../src/main.ts';
import { jintong } from '../src/platforms/jintong/client.ts';
import { suning } from '../src/platforms/suning/client.ts';
import { ytx } from '../src/platforms/ytx/client.ts';
import type { Contract, Sample } from '../src/protocol/contract.ts';

/** Answers the code of the reply, or the contract's word for a success. */
type Caller = (server: Ordergate, method: string, sample: Sample) => Promise<string>;

/** @param toCredentials from the party's id and its key */
function callerOf<C extends Contract, Credentials>(
  protocol: WireProtocol<C, Credentials>,
  toCredentials: (as: string, key: string) => Credentials,
): Caller {
  const { name, success } = protocol.contract;
  return async ({ url, parties }, method, { as, params }) => {
    const key = parties.find(name, as)!.keys[0]!.secret;
    const client = createClient(protocol, { baseUrl: url, credentials: toCredentials(as, key) });
    const result = await client.try(method, params as never);
    if (result.ok) return success;
    if (result.error instanceof RefusedError) return result.error.refused.code;
    throw result.error;
  };
}

/** By the name of the platform. */
export const CALLERS: Readonly<Record<string, Caller>> = {
  jintong: callerOf(jintong, (partner, key) => ({ partner, key })),
  suning: callerOf(suning, (appKey, appSecret) => ({ appKey, appSecret })),
  ytx: callerOf(ytx, (accountSID, authToken) => ({ accountSID, authToken })),
};
