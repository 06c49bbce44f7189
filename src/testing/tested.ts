// What the suite is given: a platform, its client, its folder, and a way to start a server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createClient } from '../client/client.ts';
import { RefusedError } from '../client/errors.ts';
import type { WireProtocol } from '../client/wire-protocol.ts';
import { readConfig, startOrdergate } from '../main.ts';
import type { Contract } from '../protocol/contract.ts';
import type { PartyDirectory, Platform } from '../protocol/platform.ts';

// biome-ignore lint/suspicious/noExplicitAny: the suite calls every method of every contract.
export type AnyProtocol = WireProtocol<any, any>;

/** A sandbox with the platform's fixtures. */
export interface TestedServer {
  readonly url: string;
  readonly adminToken: string;
  readonly parties: Pick<PartyDirectory, 'find'>;
}

export interface TestedPlatform {
  /** What `definePlatform` returned. */
  readonly platform: Platform;
  /** What the platform's `client.ts` exports. */
  readonly client: AnyProtocol;
  /** The platform's folder: `new URL('./', import.meta.url)` in a file of the folder. */
  readonly folder: URL;
  /** The least number of literal quotations of the vendor's documents in the contract. Default: 0. */
  readonly quotations?: number;
  /** Codes that neither a check nor a method states, such as a success in another member of the reply. */
  readonly alsoGiven?: readonly string[];
  /** Starts a sandbox that serves the given platform. Default: in this process, on a free port. */
  start?(platform: Platform): Promise<TestedServer>;
}

/** Starts a sandbox with one platform in a directory of its own; both are gone after the tests. */
export async function startSandbox(platform: Platform): Promise<TestedServer> {
  const directory = mkdtempSync(join(tmpdir(), `${platform.name}-`));
  const settings = { ORDERGATE_LOG_LEVEL: 'silent' };
  const config = readConfig({ port: '0', data: directory }, settings);
  const server = await startOrdergate({ config, platforms: [platform] });
  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return server;
}

/** The credentials of a party of the fixtures. @throws when the sandbox has no such party */
export function credentialsOf(client: AnyProtocol, server: TestedServer, partyId: string): unknown {
  const { name } = client.contract as Contract;
  const key = server.parties.find(name, partyId)?.keys[0];
  if (!key) throw new Error(`the sandbox of ${name} has no party ${partyId} with a key`);
  return client.toCredentials(partyId, key.secret);
}

/** Calls a method with the platform's client; answers the code of a refusal, or the word for success. */
export async function codeOf(
  client: AnyProtocol,
  server: TestedServer,
  method: string,
  { as, params }: { readonly as: string; readonly params: unknown },
): Promise<string> {
  const credentials = credentialsOf(client, server, as);
  const one = createClient(client, { baseUrl: server.url, credentials });
  const result = await one.try(method, params as never);
  if (result.ok) return client.contract.success;
  if (result.error instanceof RefusedError) return result.error.refused.code;
  throw result.error;
}
