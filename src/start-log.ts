// Logs a start: where the server listens, what deserves attention, and the next steps of a sandbox.
import { type Config, isOnServer } from './config.ts';
import { isLoopbackHost } from './directory/loopback.ts';
import type { Logger } from './log.ts';
import { agedFixtures, sandboxHints } from './sandbox.ts';
import { oldRuleLines, type Workplace } from './workplace.ts';

export interface Start {
  readonly url: string;
  readonly manageUrl: string;
  readonly version: string;
  /** A link that signs in at once; null if other machines can reach the server. */
  readonly link: string | null;
}

export async function logStart(
  log: Logger,
  workplace: Workplace,
  config: Config,
  { url, manageUrl, version, link }: Start,
): Promise<void> {
  const { storage } = workplace;
  const { environment } = config;
  const data = isOnServer(config) ? 'postgres' : config.dataDirectory;
  const warnings = [...(storage.warnings ?? []), ...(storage.notices ?? [])];
  for (const warning of warnings) log.warn(warning);
  const apart = manageUrl !== url && { manageUrl };
  log.info({ url, ...apart, environment, data, version }, 'started');
  if (sharesListener(config)) {
    log.warn(
      'everybody who reaches the gateways also reaches the management API and the console. Set ORDERGATE_MANAGE_PORT, which gives management a port of its own',
    );
  }
  if (environment === 'sandbox') {
    log.info(sandboxHints(workplace, config, manageUrl, link), 'sandbox: what to do next');
    for (const line of await agedFixtures(workplace)) log.warn(line);
  }
  for (const line of await oldRuleLines(workplace, config)) log.warn(line);
}

/** Whether other machines reach the management API of production at the gateways' port. */
export const sharesListener = ({ environment, host, managePort }: Config): boolean =>
  environment === 'production' &&
  managePort === undefined &&
  !isLoopbackHost(host.includes(':') ? `[${host}]` : host);
