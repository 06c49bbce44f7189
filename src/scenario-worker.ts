// The thread that carries one scenario out. A regular expression or a value of an operator's own file that
// takes for ever holds up this thread alone, which can be ended.
import { parentPort, workerData } from 'node:worker_threads';
import { PROTOCOLS } from './callers.ts';
import { runScenario } from './scenario/run.ts';
import { words } from './scenario/words.ts';
import { World } from './scenario/world.ts';
import type { FromScenario, ScenarioWork, ToScenario } from './scenario-runs.ts';

const { scenario, url } = workerData as ScenarioWork;
const stop = new AbortController();
const waiting = new Map<number, (answer: unknown) => void>();
let nextId = 1;

const tell = (message: FromScenario): void => parentPort!.postMessage(message);

/** Asks the server's own thread. */
function ask<Answer>(question: object): Promise<Answer> {
  const id = nextId++;
  return new Promise((resolve) => {
    waiting.set(id, resolve as (answer: unknown) => void);
    tell({ type: 'ask', id, ...question } as FromScenario);
  });
}

parentPort!.on('message', (message: ToScenario) => {
  if (message === 'stop') return stop.abort();
  waiting.get(message.id)?.(message.answer);
  waiting.delete(message.id);
});

const world = new World({
  url,
  protocols: Object.values(PROTOCOLS),
  signal: stop.signal,
  manage: (method, path, body) => ask({ method, path, body }),
  keyOf: (platform, party) => ask({ platform, party }),
  noKey: (party) => words(`沙箱中没有 ${party}`, `the sandbox has no ${party}`),
});
try {
  const isPassed = await runScenario(scenario, world, {
    onBegin: (number) => tell({ type: 'begin', number }),
    onStep: (outcome) => tell({ type: 'step', outcome }),
    signal: stop.signal,
  });
  tell({ type: 'end', isPassed });
} finally {
  parentPort!.close();
}
