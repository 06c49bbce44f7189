// `ordergate reset`: recreates a sandbox's ledger, on a running server or on the ledger itself.

import { type Config, ConfigError, readFlags } from '../config.ts';
import { auditCommand, openWorkplace, resetSandbox } from '../main.ts';
import { print, say } from './output.ts';
import { askServer, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { reset as TEXT } from './texts/serve.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const { url, config } = explicitServer(values);
  if (config.environment !== 'sandbox') {
    throw new ConfigError(
      'a production ledger is never reset. Nothing was changed. Name a sandbox with --env sandbox and --data.',
    );
  }
  const generation = await (url === undefined ? resetHere(config) : resetAt(url, config));
  if (values.json) return print({ generation });
  say(
    `the sandbox is as a first start leaves it (generation ${generation}); its clock is the world's`,
  );
  return 0;
}

async function resetHere(config: Config): Promise<number> {
  const workplace = await openWorkplace({ config, mustExist: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
      throw error;
    },
  );
  if (!workplace) return resetAt(serverUrl(config), config);
  try {
    return await auditCommand(
      workplace,
      { action: 'resetSandbox' },
      () => resetSandbox(workplace),
      (generation) => ({ generation }),
    );
  } finally {
    await workplace.storage.close();
  }
}

async function resetAt(url: string, config: Config): Promise<number> {
  const answer = await askServer<{ generation: number }>(url, '/sandbox/reset', config, {});
  return answer.generation;
}
