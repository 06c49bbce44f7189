// The management API's actions on a whole sandbox: recreate it, move its clock, and run scenarios on it.
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from './core/clock.ts';
import { inTurn } from './core/in-turn.ts';
import { ScenariosHere } from './scenario-runs.ts';
import { resetSandbox, type Workplace } from './workplace.ts';

/** How long a move of the clock waits for callbacks: longer than one callback may take. */
const DRAIN_MS = 20 * SECOND;

export interface SandboxWork {
  /** Carries out everything that is due. */
  runDue(): Promise<void>;
  wakeDeadlines(): void;
  drainCallbacks(): Promise<unknown>;
  forgetForces(): void;
  /** URLs that callbacks may be posted to although their address is not public. */
  readonly receivers: Set<string>;
  onFault(error: unknown, what: string): void;
}

/** Resets and moves of the clock run one after the other. */
export function sandboxControls(workplace: Workplace, work: SandboxWork) {
  const { clock, parties, storage } = workplace;
  const { receivers, onFault } = work;
  const turn = inTurn<() => Promise<void>>((run) => run());
  const reset = async (): Promise<number> => {
    let generation = 0;
    await turn(async () => {
      generation = await resetSandbox(workplace);
      work.forgetForces();
      await work.runDue();
      work.wakeDeadlines();
    });
    return generation;
  };
  return {
    resetSandbox: reset,
    scenarios: new ScenariosHere({ clock, parties, receivers, resetSandbox: reset, onFault }),
    advanceClock: (seconds: number): Promise<void> =>
      turn(async () => {
        // Another node may have moved the clock a moment ago, before this node was notified.
        const { ledger } = storage;
        const offset = Math.max(clock.offsetSeconds, await ledger.readClockOffset()) + seconds;
        await ledger.writeClockOffset(offset);
        clock.catchUp(offset);
        await work.runDue();
        // If changes keep arriving, something is always due, so that the wait needs a limit.
        await Promise.race([work.drainCallbacks(), sleep(DRAIN_MS, undefined, { ref: false })]);
      }),
  };
}
