// The only composition root: wires configuration, storage, platforms, workers and HTTP together.
import { createReadStream, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallbackOverrides, Callbacks } from './callbacks/callbacks.ts';
import { callbackDesk } from './callbacks/desk.ts';
import { type Config, ConfigError } from './config.ts';
import { backUpLedger as backUp } from './copies.ts';
import { type Clock, DAY, HOUR, OffsetClock, SECOND, systemClock } from './core/clock.ts';
import { DeadlineWorker, runDueDeadlines } from './core/run-deadlines.ts';
import { CallbackMetrics } from './http/callback-metrics.ts';
import { Metrics } from './http/metrics.ts';
import { type Route, routeTable } from './http/routes.ts';
import { HttpServer } from './http/server.ts';
import { createLog, type Logger } from './log.ts';
import type { ManageServices } from './manage/endpoint.ts';
import { callEndpoint, manageEndpoints } from './manage/index.ts';
import { platforms as allPlatforms } from './platforms/index.ts';
import { Catalog } from './protocol/catalog.ts';
import { importFile } from './protocol/import-file.ts';
import { Parties } from './protocol/parties.ts';
import type { PipelineServices } from './protocol/pipeline.ts';
import type { Platform } from './protocol/platform.ts';
import { readAdminToken, readMasterKey } from './secrets.ts';
import { openStorage } from './storage/open.ts';
import { Sealer } from './storage/seal.ts';
import type { OpenStorage } from './storage/storage.ts';

export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

export { migrateLedger, restoreLedger } from './copies.ts';

/** A consistent copy of the ledger; the server on it goes on. */
export const backUpLedger = (
  config: Config,
  file: string,
  options: { readonly withKey: boolean },
  onProgress: (rows: number) => void,
) => backUp(config, file, { ...options, version: VERSION }, onProgress);

/** How long a token that has ended is still known as such, so that its holder is told to refresh it. */
const TOKEN_MEMORY_MS = 30 * DAY;

/** How long moving the clock waits for callbacks: longer than one may take. */
const DRAIN_MS = 20 * SECOND;

export interface Options {
  readonly config: Config;
  /** For tests that need another time: the clock that the sandbox's offset is added to. */
  readonly clock?: Clock;
  readonly platforms?: readonly Platform[];
  readonly log?: Logger;
  /** For tests: what stands in the place of the world that callbacks go to. */
  readonly callbacks?: CallbackOverrides;
}

/** A ledger that is open, with what is needed to work on it; for the server and the commands. */
export interface Workplace {
  readonly storage: OpenStorage;
  readonly parties: Parties;
  readonly catalog: Catalog;
  readonly clock: OffsetClock;
  readonly platforms: readonly Platform[];
}

export interface Ordergate extends Workplace {
  readonly url: string;
  readonly adminToken: string;
  readonly callbacks: Callbacks;
  /** Stops taking calls, finishes those under way, closes the ledger. */
  close(): Promise<void>;
}

/** Opens the data directory; an empty sandbox is filled with the fixtures. */
export async function openWorkplace(options: Options): Promise<Workplace> {
  const { config, platforms = allPlatforms } = options;
  const sandbox = config.environment === 'sandbox';
  const sealer = new Sealer(readMasterKey(config));
  const databaseTime = options.clock === undefined;
  const storage = await openStorage(config, sealer, { databaseTime });
  try {
    await claimEnvironment(storage, config);
    const offset = sandbox ? await storage.ledger.readClockOffset() : 0;
    const clock = new OffsetClock(options.clock ?? storage.clock ?? systemClock, offset);
    const parties = await Parties.load(storage.ledger);
    const catalog = await Catalog.load(storage.catalog);
    storage.shared?.onChange('parties', () => parties.reload());
    storage.shared?.onChange('catalog', () => catalog.reload());
    if (sandbox) storage.shared?.onClockOffset((seconds) => clock.catchUp(seconds));
    const workplace = { storage, parties, catalog, clock, platforms };
    if (sandbox) await fillWhenEmpty(workplace);
    return workplace;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/**
 * The sandbox's keys are public and its clock can be moved: a directory is one or the other for
 * good, so that neither ever comes to serve real orders.
 */
async function claimEnvironment({ ledger }: OpenStorage, config: Config): Promise<void> {
  const environment = await ledger.claimEnvironment(config.environment);
  if (environment === config.environment) return;
  throw new ConfigError(
    `${config.databaseUrl === undefined ? config.dataDirectory : 'the database'} is a ${environment} ledger, and ORDERGATE_ENV (--env) is ${config.environment}. Set it to ${environment}, or choose another ${config.databaseUrl === undefined ? 'data directory' : 'database'}.`,
  );
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
    await importFile(createReadStream(sandboxFile, 'utf8'), target, {
      onRefused(line, problem) {
        throw new Error(`${sandboxFile.pathname} line ${line}: ${problem}`);
      },
      onProgress() {},
    });
  }
}

/** Starts everything; resolves when it listens. */
export async function startOrdergate(options: Options): Promise<Ordergate> {
  const { config } = options;
  const log = options.log ?? (await createLog(config.logLevel));
  const adminToken = readAdminToken(config);
  const workplace = await openWorkplace(options);
  const { storage, parties, catalog, clock, platforms } = workplace;
  const { ledger, requests, tokens, limits } = storage;
  const { environment } = config;
  const services = { ledger, clock, environment, parties, catalog, tokens, limits };

  const handlers = Object.fromEntries(
    platforms.map((p) => [p.name, p.deadlines?.(services) ?? {}]),
  );
  // One behind the other: who waits for what is due must not miss what the worker has just claimed.
  const runDue = inTurn<void>(async () => {
    await runDueDeadlines(ledger, clock, handlers, (error, due) =>
      log.error({ err: error, ...due }, 'a deadline could not be carried out; it is tried again'),
    );
  });
  const deadlines = new DeadlineWorker(ledger, clock, runDue);
  const metrics = new Metrics(platforms, () => requests.dropped);
  const onFault = (error: unknown, path: string) =>
    log.error({ err: error, path }, 'a call failed');
  const callbackMetrics = new CallbackMetrics(metrics.registry, storage.callbacks, clock);
  const callbacks = new Callbacks({
    store: storage.callbacks,
    clock,
    environment,
    parties,
    platforms,
    allowed: config.callbackAllow,
    ...options.callbacks,
    onAttempt: (outcome) => callbackMetrics.count(outcome),
    onAlert: (alert) => {
      callbackMetrics.alert(alert.kind);
      log.error(alert, `callbacks: ${alert.kind}`);
    },
    onError: (error, what) => log.error({ err: error }, `callbacks: ${what} failed; tried again`),
  });

  const pipeline: PipelineServices = {
    ...services,
    requests,
    onFault: (error, request) => onFault(error, request.path),
    onAnswer: (platform, method, outcome, micros) =>
      metrics.count(platform, method, outcome, micros),
  };
  const sandbox = environment === 'sandbox';
  const manage: ManageServices = {
    ledger,
    requests,
    parties,
    catalog,
    platforms,
    clock,
    callbacks: callbackDesk(storage.callbacks, callbacks, config.callbackAllow),
    advanceClock: inTurn(async (seconds: number) => {
      // Another node may have moved it a moment ago, and this one may be told before it is answered.
      const offset = Math.max(clock.offsetSeconds, await ledger.readClockOffset()) + seconds;
      await ledger.writeClockOffset(offset);
      clock.catchUp(offset);
      await runDue();
      // Where changes keep coming there is always something due.
      await Promise.race([callbacks.drain(), sleep(DRAIN_MS, undefined, { ref: false })]);
    }),
  };
  const manageRoutes = manageEndpoints(sandbox, VERSION).map(
    (endpoint): Route => ({
      method: endpoint.method,
      path: `/manage/v1${endpoint.path}`,
      access: 'token',
      handle: (call) => callEndpoint(endpoint, call, manage),
    }),
  );
  const routes = routeTable({
    platforms,
    pipeline,
    manage: manageRoutes,
    metrics,
    ledger,
    onNotReady: (error) => onFault(error, '/readyz'),
  });
  const { host, port, trustedProxies } = config;
  const server = new HttpServer({ host, port, adminToken, trustedProxies, routes, onFault });

  const chores = [
    () => requests.prune(Date.now() - config.requestLogDays * DAY),
    () => ledger.forgetReplies(clock.now()),
    () => tokens.forget(clock.now() - TOKEN_MEMORY_MS),
    () => storage.callbacks.prune(clock.now() - config.requestLogDays * DAY),
  ];
  const housekeeping = setInterval(async () => {
    for (const chore of chores) {
      // One that fails keeps no other from being done.
      await chore().catch((error: unknown) =>
        log.error({ err: error }, 'housekeeping failed; it is tried again in an hour'),
      );
    }
  }, HOUR);
  housekeeping.unref();

  const close = async (): Promise<void> => {
    clearInterval(housekeeping);
    await server.close();
    await deadlines.stop();
    await callbacks.stop();
    await storage.close();
  };
  try {
    const url = await server.listen();
    deadlines.wake();
    await callbacks.start();
    const data = config.databaseUrl === undefined ? config.dataDirectory : 'postgres';
    log.info({ url, environment, data, version: VERSION }, 'started');
    return { ...workplace, url, adminToken, callbacks, close };
  } catch (error) {
    await deadlines.stop();
    await callbacks.stop();
    await storage.close();
    throw error;
  }
}

/** Calls of `run` one behind the other. */
function inTurn<A = void>(run: (argument: A) => Promise<void>): (argument: A) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const done = last.then(() => run(argument));
    last = done.catch(() => {});
    return done;
  };
}
