// The signature detective on an open ledger, for the server and for a command that has opened the
// ledger itself.
import type { Config } from './config.ts';
import type { Principal } from './core/principal.ts';
import type { RequestRecord } from './core/request-log.ts';
import { Detective } from './detective/detective.ts';
import { publishedKeys } from './directory/published-keys.ts';
import type { ManageServices } from './manage/endpoint.ts';
import type { Workplace } from './workplace.ts';

export interface DetectiveHooks {
  append(record: RequestRecord): void;
  isSecret(word: string): boolean;
  onFault(error: unknown): void;
}

export function detectiveOf(
  { storage, parties, catalog, clock, platforms }: Workplace,
  { environment }: Pick<Config, 'environment'>,
  hooks: DetectiveHooks,
): Detective {
  const { requests, tokens } = storage;
  // In a sandbox the published keys are the keys of its own parties.
  const published = environment === 'sandbox' ? new Set<string>() : publishedKeys(platforms);
  return new Detective({
    ...{ requests, tokens, parties, catalog, clock, environment, published },
    endpoints: (platform) => storage.callbacks.listEndpoints({ platform }),
    ...hooks,
  });
}

const COMMAND: Principal = {
  ...{ kind: 'admin-token', name: 'command line', role: 'admin' },
  ...{ scope: null, accountId: null, credentialId: null },
};

/** @returns what a server's management API would answer to `POST /debug/signature` */
export async function debugSignature(
  workplace: Workplace,
  config: Config,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  // Loaded here: a server has this module, and its start does not need the endpoints.
  const { debugEndpoints } = await import('./manage/debug.ts');
  const { callEndpoint } = await import('./manage/index.ts');
  const { storage, parties, platforms } = workplace;
  const detective = detectiveOf(workplace, config, {
    append: (record) => storage.requests.append(record),
    isSecret: (word) => parties.isSecret(word),
    onFault: (error) => {
      throw error;
    },
  });
  try {
    const services = { detective, platforms } as unknown as ManageServices;
    const address = 'this machine';
    const answer = await callEndpoint(
      debugEndpoints[0]!,
      {
        ...{ params: {}, query: '', headers: {}, principal: COMMAND },
        body: Buffer.from(JSON.stringify(body)),
        caller: { address, countedAs: address },
      },
      services,
    );
    return { status: answer.status, body: JSON.parse(answer.body) };
  } finally {
    await detective.close();
  }
}
