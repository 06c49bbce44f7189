// The clients of platforms by name, ours and those of outside modules, for the commands that call a gateway.
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

/**
 * Our clients and those that the modules export.
 *
 * @param modules the file of each flag or setting that is given, by its name
 * @throws {ConfigError} if a module cannot be loaded
 */
export async function protocolsOf(
  modules: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, AnyProtocol>>> {
  const found: Record<string, AnyProtocol> = { ...PROTOCOLS };
  for (const [setting, file] of Object.entries(modules)) {
    if (file === undefined) continue;
    const { exportsOf } = await import('./platform-file.ts'); // Only then: it loads every platform.
    for (const one of Object.values(await exportsOf(file, `${setting} is "${file}"`))) {
      if (isProtocol(one)) found[one.contract.name] = one;
    }
  }
  return found;
}

const isProtocol = (value: unknown): value is AnyProtocol =>
  typeof value === 'object' && value !== null && 'contract' in value && 'toCredentials' in value;
