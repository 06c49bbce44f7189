// Calls a sample of a contract on a running server, with the client of its platform.
import { createClient } from '../src/client/client.ts';
import { RefusedError } from '../src/client/errors.ts';
import type { WireProtocol } from '../src/client/wire-protocol.ts';
import type { Ordergate } from '../src/main.ts';
import { platforms } from '../src/platforms/index.ts';
import type { Contract, Sample } from '../src/protocol/contract.ts';

/** Answers the code of the reply, or the contract's word for a success. */
type Caller = (server: Ordergate, method: string, sample: Sample) => Promise<string>;

function callerOf(protocol: WireProtocol<Contract, unknown>): Caller {
  const { name, success } = protocol.contract;
  return async ({ url, parties }, method, { as, params }) => {
    const key = parties.find(name, as)!.keys[0]!.secret;
    const credentials = protocol.toCredentials(as, key);
    const client = createClient(protocol, { baseUrl: url, credentials });
    const result = await client.try(method, params as never);
    if (result.ok) return success;
    if (result.error instanceof RefusedError) return result.error.refused.code;
    throw result.error;
  };
}

/** By the name of the platform, whose `client.ts` exports its protocol under the same name. */
export const CALLERS: Readonly<Record<string, Caller>> = Object.fromEntries(
  await Promise.all(
    platforms.map(async ({ name }) => {
      const clients = await import(`../src/platforms/${name}/client.ts`);
      return [name, callerOf(clients[name])] as const;
    }),
  ),
);
