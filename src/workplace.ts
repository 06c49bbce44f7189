// An open ledger with the parties, catalog and clock that belong to it. An empty sandbox is filled
// with fixtures.
import { createReadStream } from 'node:fs';
import { oldRulesOfEndpoint } from './callbacks/old-endpoints.ts';
import { judgePartyAddresses, oldRulesOfAddresses } from './callbacks/party-addresses.ts';
import { type Config, ConfigError, isOnServer } from './config.ts';
import { type Clock, OffsetClock, systemClock } from './core/clock.ts';
import type { Party } from './core/party.ts';
import { Catalog } from './directory/catalog.ts';
import { ownersOf } from './directory/owners.ts';
import { Parties } from './directory/parties.ts';
import { publishedKeys } from './directory/published-keys.ts';
import { importFile } from './import/run.ts';
import { platformsOf } from './platform-file.ts';
import { type Finding, findingText, findOldRules } from './protocol/old-rules.ts';
import type { Platform } from './protocol/platform.ts';
import { requireLedger } from './require-ledger.ts';
import { readMasterKey, readOldMasterKeys } from './secrets.ts';
import { holdsLedger, openStorage } from './storage/open.ts';
import { Sealer } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

const MIB = 1024 * 1024;
/** If fewer bytes are free, calls are no longer logged, so that the ledger can continue. */
const REQUEST_LOG_RESERVE = 512 * MIB;

export interface WorkplaceOptions {
  readonly config: Config;
  /** For tests: other limits of the request log than the configured ones, in bytes. */
  readonly requestLog?: { readonly maxBytes: number; readonly reserveBytes: number };
  /** For tests: the clock to which the sandbox's offset is added. */
  readonly clock?: Clock;
  /** Default: ours, and those of the configured file. */
  readonly platforms?: readonly Platform[];
  /**
   * Called instead of an error if the ledger belongs to the other environment, for read-only
   * commands.
   */
  readonly onOtherEnvironment?: ((problem: string) => void) | undefined;
  /** Opens a ledger although it is known to have lost acknowledged changes. */
  readonly acceptLoss?: boolean | undefined;
  /**
   * Refuses a place without a ledger and creates nothing there, because the name may be mistyped.
   */
  readonly mustExist?: boolean;
}

/** An open ledger with everything that the server and the commands need. */
export interface Workplace {
  readonly storage: OpenStorage;
  readonly sealer: Sealer;
  readonly parties: Parties;
  readonly catalog: Catalog;
  readonly clock: OffsetClock;
  readonly platforms: readonly Platform[];
}

/** Opens the data directory; an empty sandbox is filled with the fixtures. */
export async function openWorkplace(options: WorkplaceOptions): Promise<Workplace> {
  const { config, platforms = await platformsOf(options.config), acceptLoss } = options;
  const sandbox = config.environment === 'sandbox';
  if (options.mustExist) await requireLedger(config); // A missing ledger fails before a key is created.
  const sealer = new Sealer(readMasterKey(config), readOldMasterKeys(config));
  const databaseTime = options.clock === undefined;
  const storage = await openStorage(config, sealer, {
    databaseTime,
    acceptLoss,
    ownersOf(party) {
      const platform = platforms.find(({ name }) => name === party.platform);
      return platform ? ownersOf(platform, party) : [party.partyId];
    },
    requestLog: options.requestLog ?? {
      maxBytes: config.requestLogMib * MIB,
      reserveBytes: REQUEST_LOG_RESERVE,
      idsTellTime: !sandbox && options.clock === undefined,
    },
  });
  try {
    const problem = await claimEnvironment(storage, config);
    if (problem !== null && !options.onOtherEnvironment) throw new ConfigError(problem);
    if (problem !== null) options.onOtherEnvironment!(problem);
    const offset = sandbox ? await storage.ledger.readClockOffset() : 0;
    const clock = new OffsetClock(options.clock ?? storage.clock ?? systemClock, offset);
    const parties = await Parties.load(
      storage.ledger,
      judgePartyAddresses(platforms, config.callbackAllow),
      sandbox ? undefined : publishedKeys(platforms),
    );
    const catalog = await Catalog.load(storage.catalog);
    storage.shared?.onChange('parties', () => parties.reload());
    storage.shared?.onChange('catalog', () => catalog.reload());
    if (sandbox) storage.shared?.onClockOffset((seconds) => clock.catchUp(seconds));
    storage.shared?.onReset(async (seconds) => {
      clock.restart(seconds);
      await Promise.all([parties.reload(), catalog.reload()]);
    });
    const workplace = { storage, sealer, parties, catalog, clock, platforms };
    if (sandbox && problem === null) await fillWhenEmpty(workplace);
    return workplace;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/**
 * Recreates a sandbox's ledger as at a first start: deletes its content, restarts the clock, and
 * loads the fixtures with times relative to now. Resolves to the new generation.
 */
export async function resetSandbox(workplace: Workplace): Promise<number> {
  const { storage, clock, parties, catalog } = workplace;
  const anew = async (): Promise<number> => {
    const generation = await storage.reset();
    clock.restart(0);
    await Promise.all([parties.reload(), catalog.reload()]);
    await fillSandbox(workplace);
    return generation;
  };
  return storage.shared ? storage.shared.alone(anew) : anew();
}

/** Whether the configured place holds a ledger. Creates nothing. */
export const holdsLedgerOf = (config: Config): Promise<boolean> => holdsLedger(config);

/** Parties, catalog entries and callback endpoints that today's rules would refuse. */
export async function oldRulesOf(
  { platforms, parties, catalog, storage, clock }: Workplace,
  config: Config,
): Promise<Finding[]> {
  const endpoints = await storage.callbacks.listEndpoints({});
  const endpoint = (one: (typeof endpoints)[number]) =>
    oldRulesOfEndpoint(one, config.callbackAllow);
  const address = (party: Party) => oldRulesOfAddresses(platforms, party, config.callbackAllow);
  const sources = { platforms, parties, catalog, endpoints, endpoint, address };
  return [...findOldRules({ ...sources, now: clock.now() })];
}

/** Maximum findings about older data in a start's log; `verify` lists all. */
const FINDINGS_LOGGED = 20;

/** The log lines of a start about older data: one per finding, and the number of further ones. */
export async function oldRuleLines(workplace: Workplace, config: Config): Promise<string[]> {
  const findings = await oldRulesOf(workplace, config);
  const lines = findings.slice(0, FINDINGS_LOGGED).map(findingText);
  const more = findings.length - lines.length;
  if (more === 0) return lines;
  return [...lines, `and ${more} more that today's rules refuse: ordergate verify lists all`];
}

/**
 * The sandbox's keys are public and its clock can be moved. A directory therefore belongs to one
 * environment permanently, so that neither ever serves the other's orders.
 */
async function claimEnvironment({ ledger }: OpenStorage, config: Config): Promise<string | null> {
  const environment = await ledger.claimEnvironment(config.environment);
  if (environment === config.environment) return null;
  return `${isOnServer(config) ? 'the database' : config.dataDirectory} is a ${environment} ledger, and ORDERGATE_ENV (--env) is ${config.environment}. Set it to ${environment}, or choose another ${isOnServer(config) ? 'database' : 'data directory'}.`;
}

/** If several nodes start on an empty ledger, one of them fills it, and the others wait. */
async function fillWhenEmpty(workplace: Workplace): Promise<void> {
  const { ledger, shared } = workplace.storage;
  const fill = async (): Promise<void> => {
    if (await ledger.isEmpty()) await fillSandbox(workplace);
  };
  if (!shared) return fill();
  await shared.alone(fill);
  await Promise.all([workplace.parties.reload(), workplace.catalog.reload()]);
}

async function fillSandbox(workplace: Workplace): Promise<void> {
  const { ledger, tokens } = workplace.storage;
  const target = { ...workplace, ledger, tokens };
  for (const { sandboxFile } of workplace.platforms) {
    await importFile(() => createReadStream(sandboxFile), target, {
      onRefused(line, problem) {
        throw new Error(`${sandboxFile.pathname} line ${line}: ${problem}`);
      },
      onProgress() {},
    });
  }
}
