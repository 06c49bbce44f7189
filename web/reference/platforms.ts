// The clients of the platforms, each loaded when a page of its platform is read.
import type { WireProtocol } from '../../src/client/wire-protocol.ts';
import type { Contract } from '../../src/protocol/contract.ts';
import type { SigningSample } from '../../src/protocol/signing-sample.ts';

export interface Client {
  readonly protocol: WireProtocol<Contract, unknown>;
  readonly signing: SigningSample;
}

type Loaded = readonly [Record<string, unknown>, { readonly signingSample: SigningSample }];

const LOADERS: Readonly<Record<string, () => Promise<Loaded>>> = {
  jintong: () =>
    Promise.all([
      import('../../src/platforms/jintong/client.ts'),
      import('../../src/platforms/jintong/signing-sample.ts'),
    ]),
  suning: () =>
    Promise.all([
      import('../../src/platforms/suning/client.ts'),
      import('../../src/platforms/suning/signing-sample.ts'),
    ]),
  ytx: () =>
    Promise.all([
      import('../../src/platforms/ytx/client.ts'),
      import('../../src/platforms/ytx/signing-sample.ts'),
    ]),
};

/** Null for a platform from outside: its page keeps the worked example. */
export async function clientOf(platform: string): Promise<Client | null> {
  if (!Object.hasOwn(LOADERS, platform)) return null;
  const [{ [platform]: protocol }, { signingSample }] = await LOADERS[platform]!();
  return { protocol: protocol as Client['protocol'], signing: signingSample };
}
