// Wires the alarms of a server, for main. Their code is loaded when there is a rule, or when somebody asks for them.
import type { Alarms } from './alarms/alarms.ts';
import { urlProblem } from './callbacks/address-guard.ts';
import type { Callbacks } from './callbacks/callbacks.ts';
import { newSecret, secretProblem } from './callbacks/signature.ts';
import type { Config } from './config.ts';
import type { AlarmManagement } from './core/alarms.ts';
import { SECOND } from './core/clock.ts';
import type { Detective } from './detective/detective.ts';
import type { FaultLog } from './fault-log.ts';
import type { Workplace } from './workplace.ts';

/** How often one node evaluates the rules. */
const EVERY_MS = 10 * SECOND;

export interface RunningAlarms {
  start(): void;
  /** Evaluates every rule now, and sends what is due, unless another node does. */
  run(): Promise<void>;
  noteClockStep(stepMs: number): void;
  stop(): Promise<void>;
}

interface Around {
  readonly callbacks: Callbacks;
  readonly detective: Pick<Detective, 'arrivals'>;
  readonly faults: FaultLog;
}

export function openAlarms(
  { storage, clock, sealer, platforms, parties }: Workplace,
  { callbackAllow, dataDirectory, manageUrl, publicUrl }: Config,
  { callbacks, detective, faults }: Around,
): { readonly alarms: RunningAlarms; readonly alarmWork: AlarmManagement } {
  const { ledger, countStandbys, alarms: documents } = storage;
  // A refused call is in the log when the detective has looked at it; its list waits for that.
  const requests = detective.arrivals;
  const onError = (error: unknown, what: string): void =>
    faults.write('error', { err: error }, `alarms: ${what} failed; tried again`);

  let loading: Promise<{ alarms: Alarms; management: AlarmManagement }> | undefined;
  const load = () => {
    loading ??= (async () => {
      const [{ Alarms }, { alarmManagement }] = await Promise.all([
        import('./alarms/alarms.ts'),
        import('./alarms/management.ts'),
      ]);
      const alarms = new Alarms({
        documents,
        measured: {
          ...{ ledger, requests, callbacks: storage.callbacks, platforms, dataDirectory },
          ...(countStandbys && { countStandbys }),
        },
        ...{ clock, sealer, onError },
        post: (post) => callbacks.post(post),
        consoleUrl: manageUrl ?? publicUrl,
      });
      const management = alarmManagement(alarms, {
        ...{ parties, secretProblem, newSecret },
        urlProblem: (url) => urlProblem(url, callbackAllow),
      });
      return { alarms, management };
    })();
    return loading;
  };
  const managed = async () => (await load()).management;
  const run = async (): Promise<void> => {
    if (!loading) {
      const [rule] = await documents.list('rule', 1);
      const [alarm] = await documents.list('alarm', 1);
      if (!rule && !alarm) return;
    }
    await (await load()).alarms.run();
  };

  let timer: NodeJS.Timeout | undefined;
  return {
    alarms: {
      start() {
        timer = setInterval(() => {
          run().catch((error: unknown) => onError(error, 'a round'));
        }, EVERY_MS);
        timer.unref();
      },
      run,
      noteClockStep(stepMs) {
        void load().then(({ alarms }) => alarms.noteClockStep(stepMs));
      },
      async stop() {
        clearInterval(timer);
        if (loading) await (await loading).alarms.stop();
      },
    },
    alarmWork: {
      listRules: async () => (await managed()).listRules(),
      createRule: async (fields) => (await managed()).createRule(fields),
      changeRule: async (ruleId, fields) => (await managed()).changeRule(ruleId, fields),
      removeRule: async (ruleId) => (await managed()).removeRule(ruleId),
      listChannels: async () => (await managed()).listChannels(),
      createChannel: async (channel) => (await managed()).createChannel(channel),
      removeChannel: async (channelId) => (await managed()).removeChannel(channelId),
      testChannel: async (channelId) => (await managed()).testChannel(channelId),
      listAlarms: async (limit, before) => (await managed()).listAlarms(limit, before),
      acknowledge: async (alarmId, by) => (await managed()).acknowledge(alarmId, by),
      run,
    },
  };
}
