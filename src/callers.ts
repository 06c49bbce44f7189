// The clients of our platforms by name, for the commands that call a gateway.
import type { WireProtocol } from './client/wire-protocol.ts';
import { jintong } from './platforms/jintong/client.ts';
import { suning } from './platforms/suning/client.ts';
import { ytx } from './platforms/ytx/client.ts';
import type { Contract } from './protocol/contract.ts';

export { createClient } from './client/client.ts';
export { NetworkError, RefusedError, UnreadableReplyError } from './client/errors.ts';
export type { Exchange } from './client/options.ts';

/** A protocol whose methods are known only when the program runs. */
export type AnyProtocol = WireProtocol<Contract, Record<string, unknown>>;

export const PROTOCOLS: Readonly<Record<string, AnyProtocol>> = {
  jintong: jintong as unknown as AnyProtocol,
  suning: suning as unknown as AnyProtocol,
  ytx: ytx as unknown as AnyProtocol,
};
