// The only composition root: wires configuration, storage, platforms, workers and HTTP together.
import { hkdfSync } from 'node:crypto';
import { accessLog, all, loggedAudit, loggedClose } from './activity-log.ts';
import { openAlarms } from './alarms-here.ts';
import { Callbacks } from './callbacks/callbacks.ts';
import { callbackManagement } from './callbacks/management.ts';
import { pulledCallbacks } from './callbacks/pulled.ts';
import { watchClock } from './clock-log.ts';
import { requestIds } from './core/request-log.ts';
import { DeadlineWorker, runDueDeadlines } from './core/run-deadlines.ts';
import { SecretWords } from './directory/secret-words.ts';
import { openEntrance, providerOf, withoutLink } from './entrance.ts';
import { FaultLog } from './fault-log.ts';
import { keepHouse } from './housekeeping.ts';
import { attribution } from './http/attribution.ts';
import { CallbackMetrics } from './http/callback-metrics.ts';
import { ledgerMetrics } from './http/ledger-metrics.ts';
import { Listeners } from './http/listeners.ts';
import { Metrics } from './http/metrics.ts';
import { refusals } from './http/refusals.ts';
import { routeTable } from './http/routes.ts';
import { partTaker } from './import/remote.ts';
import { createLog, type Logger } from './log.ts';
import type { ManageServices } from './manage/endpoint.ts';
import { openLive } from './manage/live/open.ts';
import { openManagement } from './management-here.ts';
import { platformsOf } from './platform-file.ts';
import type { PipelineServices } from './protocol/pipeline.ts';
import type { Platform } from './protocol/platform.ts';
import { hideSecrets } from './protocol/redact.ts';
import { RequestSampler } from './protocol/request-sampler.ts';
import { SandboxForces } from './protocol/sandbox-forces.ts';
import { gatewayPlace } from './reference/live.ts';
import { referenceRoutes } from './reference/routes.ts';
import { sealWithNewest } from './renew-key.ts';
import { withListener } from './sandbox.ts';
import { sandboxControls } from './sandbox-controls.ts';
import { checkGivenKeys, readAdminToken, readMasterKey } from './secrets.ts';
import { detectiveOf } from './signature-here.ts';
import { logStart } from './start-log.ts';
import type { Options, Ordergate } from './started.ts';
import { openTracing, type Tracing } from './tracing.ts';
import { VERSION } from './version.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export { auditCommand, callAccounts } from './accounts-here.ts';
export { type Config, readConfig } from './config.ts';
export type { Answer as SignatureAnswer } from './detective/answer.ts';
export { platforms } from './platforms/index.ts';
export { callLine } from './sandbox.ts';
export { debugSignature } from './signature-here.ts';
export { backUpLedger, ledgerHeadOf, migrateLedger, restoreLedger } from './transfers.ts';
export { VERSION } from './version.ts';
export { auditEntries, auditSealed } from './whole-audit.ts';
export {
  holdsLedgerOf,
  oldRulesOf,
  openWorkplace,
  resetSandbox,
  type Workplace,
} from './workplace.ts';
export type { Options, Ordergate, Platform };
export { platformsOf };

/** Starts everything; resolves when the server listens. */
export async function startOrdergate(options: Options): Promise<Ordergate> {
  const { config } = options;
  const log = options.log ?? (await createLog(config.logLevel));
  const platforms = await platformsOf(config, options.platforms); // A wrong file fails before a token is made.
  const provider = providerOf(config); // As wrong settings do.
  checkGivenKeys(config);
  const adminToken = readAdminToken(config);
  const tracing = await openTracing(VERSION);
  const workplace = await openWorkplace({ ...options, platforms });
  try {
    return await serve(workplace, { options, log, adminToken, provider, tracing });
  } catch (error) {
    // Else a ledger in use would keep the process alive, or be locked for the next start in it.
    await workplace.storage.close();
    throw error;
  }
}

interface Serving {
  readonly options: Options;
  readonly log: Logger;
  readonly adminToken: string;
  readonly provider: ReturnType<typeof providerOf>;
  readonly tracing: Tracing | undefined;
}

/** Serves an open ledger. Where that fails, everything but the ledger is stopped again. */
async function serve(workplace: Workplace, serving: Serving): Promise<Ordergate> {
  const { options, log, adminToken, provider, tracing } = serving;
  const { config } = options;
  const { storage, parties, catalog, clock, platforms } = workplace;
  const { ledger, requests, tokens, limits, desk, unserved } = storage;
  const { environment, publicUrl } = config;
  // Derived from the master key, so that every node accepts forms of every other node.
  const formKey = new Uint8Array(
    hkdfSync('sha256', readMasterKey(config), '', 'ordergate forms', 32),
  );
  const services = {
    ...{ ledger, clock, environment, parties, catalog, tokens, limits, publicUrl, formKey },
  };

  const faults = new FaultLog(log);
  const own = [adminToken, readMasterKey(config).toString('hex')];
  const secretWords = await SecretWords.start({ own, parties, tokens, platforms });
  const isSecret = secretWords.has;
  const handlers = Object.fromEntries(
    platforms.map((p) => [p.name, p.deadlines?.(services) ?? {}]),
  );
  const deadlines = new DeadlineWorker(ledger, clock, (part) =>
    runDueDeadlines(part, clock, handlers, (error, due) =>
      faults.write(
        'error',
        { err: error, ...due },
        'a deadline could not be carried out; it is tried again',
      ),
    ),
  );
  const sampler = new RequestSampler();
  const metrics = new Metrics(
    platforms,
    () => requests.dropped,
    () => sampler.skipped,
    () => clock.now(),
    config.metricsParties,
  );
  const onFault = (error: unknown, path: string) =>
    faults.write(
      'error',
      { err: error, path: hideSecrets(withoutLink(path), isSecret) },
      'a call failed',
    );
  const callbackMetrics = new CallbackMetrics(storage.callbacks, clock);
  metrics.add(...callbackMetrics.sources, ...ledgerMetrics(storage, clock, config.backups));
  const callbacks = new Callbacks({
    ...{ store: storage.callbacks, clock, environment, parties, platforms },
    allowed: config.callbackAllow,
    ...options.callbacks,
    onAttempt: (outcome) => callbackMetrics.count(outcome),
    onAlert: (alert) => {
      callbackMetrics.alert(alert.kind);
      log.error(alert, `callbacks: ${alert.kind}`);
    },
    onError: (error, what) =>
      faults.write('error', { err: error }, `callbacks: ${what} failed; tried again`),
  });

  const forces = callbacks.forces && new SandboxForces(clock, callbacks.forces);
  const access = accessLog(log, config.accessLog);
  const logged = withListener(requests, all(options.onCall, access, tracing?.note));
  const detective = detectiveOf(workplace, config, {
    append: (record) => logged.append(record),
    isSecret,
    onFault: (error) => onFault(error, 'the question why a signature is wrong'),
  });
  const { alarms, alarmWork } = openAlarms(workplace, config, { callbacks, detective, faults });
  const pipeline: PipelineServices = {
    ...services,
    requests: logged,
    questions: detective.arrivals,
    sampler,
    isSecret,
    forces,
    onFault: (error, request) => onFault(error, request.path),
    onAnswer: (platform, method, outcome, micros, party) =>
      metrics.count(platform, method, outcome, micros, parties.known(platform, party)),
  };
  const sandbox = environment === 'sandbox';
  const about = { environment, version: VERSION };
  const entrance = openEntrance(workplace, config, {
    ...{ adminToken, formKey, provider },
    onWrongToken(address) {
      metrics.countWrongToken();
      faults.write('warn', { address }, 'a wrong token was sent to the management API');
    },
  });
  const { people, secondFactor } = entrance;
  const asked = {
    callbacks: callbackManagement(storage.callbacks, callbacks, config.callbackAllow),
    ...{ ledger, parties, platforms, clock, people, requests: detective.arrivals },
  };
  const pulled = pulledCallbacks({ ...services, storage, platforms, wake: () => callbacks.wake() });
  const live = openLive({ ...asked, calls: metrics.figures, paces: options.live, onFault });
  const controls = sandboxControls(workplace, {
    ...{ receivers: callbacks.receivers, onFault },
    runDue: () => deadlines.runAll(),
    wakeDeadlines: () => deadlines.wake(),
    drainCallbacks: () => callbacks.drain(),
    forgetForces: () => forces?.clear(),
  });
  const manage: ManageServices = {
    ...{ ...asked, ...live, detective, catalog, tokens, forces, secondFactor, about, pulled },
    ...{ unserved, desk, secondPerson: config.secondPerson, alarms: alarmWork },
    audit: loggedAudit(storage.audit, log),
    importPart: partTaker({ ...workplace, ledger, tokens: secretWords.noting(tokens) }),
    calls: metrics.calls,
    ...controls,
  };
  const management = openManagement(manage, onFault);
  const { documentation } = management;
  const reference = {
    ...{ ...about, parties, clock, detective, management: documentation },
    ...gatewayPlace(config),
  };
  const nextRequestId = requestIds();
  const routes = routeTable({
    platforms,
    pipeline,
    pages: [...entrance.pages, ...referenceRoutes(platforms, reference)],
    metrics,
    ledger,
    unserved,
    nextRequestId,
    onNotReady: (error) => onFault(error, '/readyz'),
  });
  const { host, port, managePort, manageHost, trustedProxies, maxConnections } = config;
  const server = new Listeners({
    host,
    port,
    management: managePort === undefined ? undefined : { host: manageHost, port: managePort },
    admit: entrance.admit,
    trustsLoopback: sandbox,
    trustedProxies,
    maxConnections,
    requestMs: options.requestMs,
    routes: tracing?.traced(routes) ?? routes,
    later: management.routes,
    platformOf: attribution(platforms),
    onFault,
    onRefused: refusals({ platforms, clock, pipeline, nextRequestId, onFault }),
    onConnectionLimit: () =>
      faults.write(
        'warn',
        { maxConnections },
        'the limit of connections is reached; idle ones give way',
      ),
  });
  metrics.watch(server, live.streams);

  const stopHousekeeping = keepHouse(workplace, config, log);
  const clockWatch = watchClock(clock, log, () => callbacks.shortenPauses(), alarms.noteClockStep);
  const stopKeyUses = parties.keyUses.start((error) =>
    log.error({ err: error }, 'the last uses of keys are not kept; tried again'),
  );
  const stop = async (): Promise<void> => {
    secretWords.stop();
    management.stop();
    stopHousekeeping();
    clearInterval(clockWatch);
    forces?.stop();
    live.streams.close();
    pulled.stop();
    await controls.scenarios.close();
    await server.close();
    await deadlines.stop();
    await alarms.stop();
    await callbacks.stop();
    await stopKeyUses();
    await detective.close();
  };
  const close = loggedClose(log, async () => {
    await stop();
    await tracing?.close();
    await storage.close();
  });
  try {
    storage.watchFile?.((problem) =>
      log.fatal(
        { problem },
        'the ledger file is damaged: this node is not ready any more. Stop it, run "ordergate verify", and restore a backup into a fresh directory',
      ),
    );
    const { url, manageUrl } = await server.listen();
    controls.scenarios.serve(url, management.routes);
    deadlines.wake();
    await callbacks.start();
    if (options.callbacks?.isLive !== false) alarms.start();
    const signInLink = () => entrance.signInLink(manageUrl);
    const link = entrance.signsIn ? await signInLink() : null;
    await logStart(log, workplace, config, { url, manageUrl, version: VERSION, link });
    management.loadSoon();
    if (workplace.sealer.hasOlder) void sealWithNewest(workplace, log);
    const firstAccountLink = async () => (entrance.signsIn ? null : signInLink());
    const places = { url, manageUrl, adminToken, signInLink, firstAccountLink };
    return { ...workplace, ...places, alarms, callbacks, people, secondFactor, close };
  } catch (error) {
    await stop();
    throw error;
  }
}
