// A ledger that is open, with the parties, catalog and clock that work on it; an empty sandbox is filled.
import { createReadStream } from 'node:fs';
import { oldRulesOfEndpoint } from './callbacks/old-endpoints.ts';
import { judgePartyAddresses, oldRulesOfAddresses } from './callbacks/party-addresses.ts';
import { type Config, ConfigError } from './config.ts';
import { type Clock, OffsetClock, systemClock } from './core/clock.ts';
import type { Party } from './core/party.ts';
import { Catalog } from './directory/catalog.ts';
import { Parties } from './directory/parties.ts';
import { publishedKeys } from './directory/published-keys.ts';
import { importFile } from './import/run.ts';
import { platformsOf } from './platform-file.ts';
import { type Finding, findingText, findOldRules } from './protocol/old-rules.ts';
import type { Platform } from './protocol/platform.ts';
import { readMasterKey, readOldMasterKeys } from './secrets.ts';
import { holdsLedger, openStorage } from './storage/open.ts';
import { Sealer } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

const MIB = 1024 * 1024;
/** Free bytes below which calls are not logged any more, so that the ledger can go on. */
const REQUEST_LOG_RESERVE = 512 * MIB;

export interface WorkplaceOptions {
  readonly config: Config;
  /** For tests: other bounds of the request log than the configuration's, in bytes. */
  readonly requestLog?: { readonly maxBytes: number; readonly reserveBytes: number };
  /** For tests that need another time: the clock that the sandbox's offset is added to. */
  readonly clock?: Clock;
  /** Default: ours, and those of the file that the configuration names. */
  readonly platforms?: readonly Platform[];
  /** Told that the ledger is of the other environment, instead of an error: for a command that only looks. */
  readonly onOtherEnvironment?: ((problem: string) => void) | undefined;
  /** Opens a ledger although acknowledged changes are known to be lost. */
  readonly acceptLoss?: boolean | undefined;
  /** Refuses a place that holds no ledger, and makes nothing there: a name may be mistyped. */
  readonly mustExist?: boolean;
}

/** A ledger that is open, with what is needed to work on it; for the server and the commands. */
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
  if (options.mustExist) await requireLedger(config); // Before a key is made for it.
  const sealer = new Sealer(readMasterKey(config), readOldMasterKeys(config));
  const databaseTime = options.clock === undefined;
  const storage = await openStorage(config, sealer, {
    databaseTime,
    acceptLoss,
    requestLog: options.requestLog ?? {
      maxBytes: config.requestLogMib * MIB,
      reserveBytes: REQUEST_LOG_RESERVE,
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
 * Makes a sandbox's ledger anew, as a first start does: what was in it goes, the clock begins again,
 * and the fixtures come, their relative times from now. Resolves to the new generation.
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

/** @throws {ConfigError} where there is no ledger; nothing is made */
async function requireLedger(config: Config): Promise<void> {
  if (await holdsLedger(config)) return;
  const { databaseUrl, dataDirectory } = config;
  throw new ConfigError(
    databaseUrl === undefined
      ? `${dataDirectory} holds no ledger. Nothing was made. Name the directory of one with --data (ORDERGATE_DATA); ordergate serve makes one.`
      : 'the database holds no ledger. Nothing was made. Name the database of one in ORDERGATE_DATABASE_URL; ordergate serve makes one.',
  );
}

/** What today's rules would refuse of the parties, catalog entries and callback endpoints. */
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

/** Lines about older data in a start's log; `verify` lists all. */
const FINDINGS_LOGGED = 20;

/** What a start says of older data: one line each, and how many more there are. */
export async function oldRuleLines(workplace: Workplace, config: Config): Promise<string[]> {
  const findings = await oldRulesOf(workplace, config);
  const lines = findings.slice(0, FINDINGS_LOGGED).map(findingText);
  const more = findings.length - lines.length;
  if (more === 0) return lines;
  return [...lines, `and ${more} more that today's rules refuse: ordergate verify lists all`];
}

/**
 * The sandbox's keys are public and its clock can be moved: a directory is one or the other for
 * good, so that neither ever comes to serve real orders.
 */
async function claimEnvironment({ ledger }: OpenStorage, config: Config): Promise<string | null> {
  const environment = await ledger.claimEnvironment(config.environment);
  if (environment === config.environment) return null;
  return `${config.databaseUrl === undefined ? config.dataDirectory : 'the database'} is a ${environment} ledger, and ORDERGATE_ENV (--env) is ${config.environment}. Set it to ${environment}, or choose another ${config.databaseUrl === undefined ? 'data directory' : 'database'}.`;
}

/** Of several nodes that start on an empty ledger one fills it, and the others wait for it. */
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
